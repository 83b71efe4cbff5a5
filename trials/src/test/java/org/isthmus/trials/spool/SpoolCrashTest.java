// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Platform;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.spool.JournalSpool;
import org.isthmus.trials.world.SimulatedDisk;
import org.junit.jupiter.api.Test;

/// The power goes at every moment of a workload. Whatever the disk keeps of what was not forced, all that was promised is there afterwards, whole, and nothing that
/// was settled comes back.
final class SpoolCrashTest {

    @Test
    void nothingPromisedIsLostWhereverThePowerGoes() throws IOException {
        int wanted = Integer.getInteger("isthmus.crash.states", 20_000);
        int states = 0;
        for (long seed = 1; states < wanted; seed++) {
            states += crashEverywhere(Trial.record(seed, 3, 60, UnaryOperator.identity()), (int) (seed % 3));
        }
        System.out.println("spool: crash states " + states);
        assertThat(states).isGreaterThanOrEqualTo(wanted);
    }

    /// The harness finds what it is made to find.
    @Test
    void aForceThatDoesNothingIsFound() {
        found(disk -> new BentDisk(disk) {
            @Override
            void force(File file, boolean length) {}
        });
    }

    @Test
    void everySeventhForceThatDoesNothingIsFound() {
        found(disk -> new BentDisk(disk) {
            private int forces;

            @Override
            void force(File file, boolean length) throws IOException {
                if (++forces % 7 != 0) {
                    file.force(length);
                }
            }
        });
    }

    @Test
    void namesThatAreNotForcedAreFound() {
        found(disk -> new BentDisk(disk) {
            @Override
            public void forceFolder(Path path) {}
        });
    }

    @Test
    void contentFilesThatAreNotForcedAreFound() {
        found(disk -> new BentDisk(disk) {
            @Override
            void force(File file, boolean length) throws IOException {
                // The segments are forced with their length only when they are made.
                if (!length || file.size() >= Trial.OPTIONS.segmentSize()) {
                    file.force(length);
                }
            }
        });
    }

    private static void found(UnaryOperator<Disk> bend) {
        assertThatThrownBy(() -> {
            for (long seed = 1; seed <= 10; seed++) {
                crashEverywhere(Trial.record(seed, 3, 60, bend), 0);
            }
        }).isInstanceOf(AssertionError.class).hasMessageContaining("power gone after change");
    }

    /// @param variant 1 for a second power cut while the spool recovers from the first
    private static int crashEverywhere(Trial.Recording recording, int variant) throws IOException {
        try (LivePlatform live = LivePlatform.open()) {
            for (int n = 0; n <= recording.disk().size(); n++) {
                crash(recording, n, variant, live.platform());
            }
            return recording.disk().size() + 1;
        }
    }

    private static void crash(Trial.Recording recording, int n, int variant, Platform platform) throws IOException {
        SimulatedDisk disk = new SimulatedDisk(recording.seed() * 1_000_003 + n * 101L + variant);
        try {
            Map<Path, Disk.File> open = recording.disk().replay(n, disk);
            disk.cutPowerAfter(0);
            recording.disk().attempt(n, disk, open);
            disk.crash();
            if (variant == 1) {
                crashAgain(disk, n, platform);
            }
            Sink sink = recording.sinkAt(n);
            Ledger.Standing standing = recording.ledger().standing(n);
            try (JournalSpool spool = Trial.open(platform, disk, sink)) {
                standing.check(spool, sink.lines());
                assertThat(spool.recovered().damaged()).isEmpty();
                Writer.commit(spool, "afterwards", standing);
            }
            // And once more, after it has gone on a little and ended in good order.
            Sink again = sink.survivor();
            try (JournalSpool spool = Trial.open(platform, disk, again)) {
                standing.check(spool, again.lines());
                assertThat(spool.recovered().damaged()).isEmpty();
                assertThat(spool.recovered().unfinished()).isZero();
            }
        } catch (AssertionError | RuntimeException | IOException e) {
            throw new AssertionError("seed " + recording.seed() + ", power gone after change " + n + " of " + recording.disk().size() + ", variant " + variant + ": " + e, e);
        }
    }

    private static void crashAgain(SimulatedDisk disk, int n, Platform platform) {
        disk.cutPowerAfter(n % 17);
        try (JournalSpool spool = Trial.open(platform, disk, new Sink())) {
            spool.ids();
        } catch (IOException e) {
            // The power is off.
        }
        disk.crash();
    }
}
