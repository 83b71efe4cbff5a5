// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.isthmus.platform.Platform;
import org.isthmus.spool.Draft;
import org.isthmus.spool.JournalSpool;
import org.isthmus.spool.NoRoom;
import org.isthmus.tracking.FactSink;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.junit.jupiter.api.Test;

/// A full disk is temporary trouble: it is said before the message comes, what is queued can still be settled, and room that returns is used.
final class SpoolRoomTest {
    private static final JournalSpool.Options RESERVED = new JournalSpool.Options(32 * 1024, Duration.ZERO, 4096, 128 * 1024);

    private static JournalSpool open(Platform platform, SimulatedHost host, JournalSpool.Options options) throws IOException {
        return JournalSpool.open(
                host.disk(), platform.time(), platform.entropy(), platform.threads(), Trial.FOLDER, message -> {}, new Sink(), Writer::encode, options);
    }

    @Test
    void whatIsQueuedCanBeSettledOnAFullDisk() {
        World world = new World(1);
        SimulatedHost host = world.host("server", "192.0.2.1");
        host.disk().capacity(700 * 1024);
        world.run(() -> {
            JournalSpool spool = open(host.platform(), host, RESERVED);
            Ledger.Standing standing = new Ledger.Standing();
            int taken = fill(spool, standing, 3000);
            assertThat(taken).isGreaterThan(50);
            assertThat(host.disk().usable(Trial.FOLDER)).isGreaterThan(50 * 1024);

            Writer writer = new Writer("a", spool, new Ledger(standing), world.chance("settle"));
            writer.adopt(standing);
            writer.drain();
            assertThat(spool.ids()).isEmpty();
            world.time().sleep(Duration.ofSeconds(1));
            Writer.commit(spool, "afterwards", standing);
        });
    }

    /// A tracking log whose disk is broken keeps no segment for ever: mail has ten times as much to write as there is room.
    @Test
    void trackingThatCannotBeForcedStopsNoMail() {
        World world = new World(3);
        SimulatedHost host = world.host("server", "192.0.2.1");
        host.disk().capacity(1 << 20);
        FactSink broken = new FactSink() {
            @Override
            public void accept(long sequence, byte[] facts) {}

            @Override
            public long durable() {
                return 0;
            }

            @Override
            public void force() throws IOException {
                throw new IOException("the tracking log has a disk of its own, which is broken");
            }
        };
        world.run(() -> {
            JournalSpool spool = JournalSpool.open(
                    host.disk(), world.time(), host.platform().entropy(), host.platform().threads(), Trial.FOLDER, message -> {}, broken, Writer::encode, RESERVED);
            Ledger.Standing standing = new Ledger.Standing();
            for (int i = 0; i < 3_000; i++) {
                Writer.commit(spool, "m" + i, standing, 3_000);
                if (i % 20 == 19) {
                    Writer writer = new Writer("w" + i, spool, new Ledger(standing), world.chance("settle" + i));
                    writer.adopt(standing);
                    writer.drain();
                    standing = new Ledger.Standing();
                    world.time().sleep(Duration.ofMinutes(1));
                }
            }
            assertThat(host.disk().usable(Trial.FOLDER)).isGreaterThan(100_000);
            spool.close();
        });
    }

    /// The journal was wiped and the tracking kept: what is recorded from now on must not look as if the tracking had it already.
    @Test
    void aJournalThatIsBegunAnewGoesOnWithItsNumbersWhereTheTrackingEnds() {
        World world = new World(4);
        SimulatedHost host = world.host("server", "192.0.2.1");
        world.run(() -> {
            Sink sink = new Sink();
            JournalSpool first = Trial.open(host.platform(), host.disk(), sink);
            Ledger.Standing standing = new Ledger.Standing();
            Writer.commit(first, "before", standing, 100);
            sink.force();
            first.close();
            int lines = sink.lines().size();
            long durable = sink.durable();
            assertThat(durable).isPositive();
            for (String name : host.disk().list(Trial.FOLDER.resolve("journal"))) {
                host.disk().delete(Trial.FOLDER.resolve("journal").resolve(name));
            }
            Sink kept = sink.survivor();
            JournalSpool anew = Trial.open(host.platform(), host.disk(), kept);
            Writer.commit(anew, "after", standing, 100);
            kept.force();
            assertThat(kept.durable()).isGreaterThan(durable);
            assertThat(kept.lines()).hasSize(lines + 1);
            anew.close();
        });
    }

    /// @return how many were taken before the disk was too full
    private static int fill(JournalSpool spool, Ledger.Standing standing, long expected) throws IOException {
        for (int taken = 0; ; taken++) {
            try (Draft draft = spool.draft(expected)) {
                assertThat(draft.id()).isNotNull();
            } catch (NoRoom full) {
                assertThat(full).hasMessageContaining("MiB left");
                return taken;
            }
            Writer.commit(spool, "m" + taken, standing, (int) expected);
        }
    }

    @Test
    void aDiskThatIsFullToTheLastByteRefusesAndRecovers() {
        for (long seed = 1; seed <= 100; seed++) {
            long one = seed;
            World world = new World(seed);
            SimulatedHost host = world.host("server", "192.0.2.1");
            world.run(() -> {
                Sink sink = new Sink();
                JournalSpool spool = Trial.open(host.platform(), host.disk(), sink);
                host.disk().capacity(60_000 + world.chance("capacity").below(200_000));
                Ledger ledger = new Ledger();
                int refusals = Trial.write(host, spool, ledger, world, 3, 60, "a");
                host.disk().capacity(Long.MAX_VALUE);
                ledger.standing().check(spool, sink.lines());
                Ledger.expect(Trial.write(host, spool, ledger, world, 3, 5, "b") == 0, "still refused, after " + refusals + ", seed " + one);
                host.crash();
                host.boot();
                Sink survivor = sink.survivor();
                JournalSpool again = Trial.open(host.platform(), host.disk(), survivor);
                ledger.standing().check(again, survivor.lines());
            });
        }
    }

    @Test
    void aMessageLargerThanWhatIsLeftIsRefusedBeforeItComes() {
        World world = new World(2);
        SimulatedHost host = world.host("server", "192.0.2.1");
        host.disk().capacity(1 << 20);
        world.run(() -> {
            JournalSpool spool = open(host.platform(), host, RESERVED);
            Draft small = spool.draft(100_000);
            try {
                spool.draft(900_000).close();
                throw new AssertionError("taken");
            } catch (NoRoom full) {
                small.close();
            }
            spool.draft(400_000).close();
        });
    }
}
