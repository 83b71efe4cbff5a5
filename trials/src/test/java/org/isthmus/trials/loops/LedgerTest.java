// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.loop.Departure;
import org.isthmus.loop.Ledger;
import org.isthmus.platform.Disk;
import org.isthmus.trials.world.SimulatedDisk.Operation;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.isthmus.transit.Prints;
import org.isthmus.transit.QueueId;
import org.junit.jupiter.api.Test;

/// What went out is known again, after restarts, deaths and with disks that fail; and mail never waits for it.
final class LedgerTest {
    private static final Path DATA = Path.of("/data");
    private static final Mailbox BOB = Mailbox.of("Bob@Example.com");
    private static final long MIB = 1 << 20;
    private static final Duration MOMENT = Duration.ofSeconds(1);

    private static Ledger open(SimulatedHost host, long limit) {
        return Ledger.open(host.disk(), host.platform().time(), host.platform().threads(), host.platform().entropy(), DATA, () -> limit);
    }

    private static Departure departure(Ledger ledger, long uid, Instant at) {
        return new Departure(at, uid, 3, true, ledger.print(BOB), new QueueId(uid), new Prints(uid + 1, 2, 3, 4, 5), 7, 8, "mx", "mx.example.com[192.0.2.1]:25",
                "example.com MX 10 mx.example.com, ttl 300 of 192.0.2.53");
    }

    @Test
    void whatIsRecordedIsFoundAtOnceAndAfterItIsWritten() {
        World world = new World(1);
        SimulatedHost host = world.host("server", "192.0.2.1");
        world.run(() -> {
            Ledger ledger = open(host, MIB);
            Departure one = departure(ledger, 1, Instant.EPOCH);
            ledger.record(one);
            assertThat(ledger.of(1, ledger.print(Mailbox.of("bob@example.COM")))).containsExactly(one);
            world.time().sleep(MOMENT);
            assertThat(ledger.of(1, ledger.print(BOB))).containsExactly(one);
            assertThat(ledger.like(2, ledger.print(BOB))).containsExactly(one);
            assertThat(ledger.of(1, ledger.print(Mailbox.of("bob@example.net")))).isEmpty();
            assertThat(ledger.of(2, ledger.print(BOB))).isEmpty();
            assertThat(ledger.like(1, ledger.print(BOB))).isEmpty();
            ledger.close();
        });
    }

    @Test
    void oneOfNoRoomKeepsNothingAndKnowsNothing() {
        World world = new World(1);
        SimulatedHost host = world.host("server", "192.0.2.1");
        world.run(() -> {
            Ledger ledger = open(host, 0);
            assertThat(ledger.isKept()).isFalse();
            ledger.record(departure(ledger, 1, Instant.EPOCH));
            assertThat(ledger.of(1, ledger.print(BOB))).isEmpty();
            assertThat(ledger.depth().entries()).isZero();
            ledger.close();
        });
    }

    @Test
    void whatWentInsideIsNotLikeWhatComesFromOutside() {
        World world = new World(1);
        SimulatedHost host = world.host("server", "192.0.2.1");
        world.run(() -> {
            Ledger ledger = open(host, MIB);
            Departure one = departure(ledger, 1, Instant.EPOCH);
            ledger.record(new Departure(one.at(), 1, 0, false, one.recipient(), one.message(), one.prints(), 7, 8, "hop store", "", ""));
            assertThat(ledger.of(1, one.recipient())).hasSize(1);
            assertThat(ledger.like(2, one.recipient())).isEmpty();
            ledger.close();
        });
    }

    @Test
    void aCopyIsKnownWhileItIsOnTheWire() {
        World world = new World(1);
        SimulatedHost host = world.host("server", "192.0.2.1");
        world.run(() -> {
            Ledger ledger = open(host, MIB);
            Departure one = departure(ledger, 1, Instant.EPOCH);
            Departure other = departure(ledger, 1, Instant.EPOCH.plusSeconds(1));
            Ledger.Leaving first = ledger.leaving(1, List.of(one));
            Ledger.Leaving second = ledger.leaving(1, List.of(other));
            assertThat(ledger.of(1, one.recipient())).contains(one, other);
            first.close();
            assertThat(ledger.of(1, one.recipient())).containsExactly(other);
            second.close();
            assertThat(ledger.of(1, one.recipient())).isEmpty();
            ledger.close();
        });
    }

    @Test
    void itSurvivesRestartsAndDeaths() {
        for (long seed = 1; seed <= 40; seed++) {
            World world = new World(seed);
            SimulatedHost host = world.host("server", "192.0.2.1");
            world.run(() -> {
                long uid = 0;
                host.disk().createFolders(DATA);
                host.disk().forceFolder(DATA.getRoot());
                for (int life = 0; life < 4; life++) {
                    Ledger ledger = open(host, MIB);
                    for (long known = 1; known <= uid; known++) {
                        assertThat(ledger.of(known, ledger.print(BOB))).as("%d in life %d", known, life).containsExactly(departure(ledger, known, Instant.EPOCH));
                    }
                    assertThat(ledger.depth().entries()).isEqualTo(uid);
                    for (int i = 0; i < 100; i++) {
                        ledger.record(departure(ledger, ++uid, Instant.EPOCH));
                    }
                    if (life % 2 == 0) {
                        ledger.close();
                        host.crash();
                        host.boot();
                    } else {
                        world.time().sleep(MOMENT);
                        host.kill();
                    }
                }
            });
        }
    }

    /// An entry may be missing after a power cut, but what is there is true.
    @Test
    void aPowerCutLosesAFewAndBendsNone() {
        for (long seed = 1; seed <= 100; seed++) {
            World world = new World(seed);
            SimulatedHost host = world.host("server", "192.0.2.1");
            world.run(() -> {
                Ledger ledger = open(host, MIB);
                for (long uid = 1; uid <= 300; uid++) {
                    ledger.record(departure(ledger, uid, Instant.EPOCH));
                    if (uid % 20 == 0) {
                        world.time().sleep(Duration.ofMillis(1));
                    }
                }
                host.crash();
                host.boot();
                Ledger again = open(host, MIB);
                for (long uid = 1; uid <= 300; uid++) {
                    List<Departure> found = again.of(uid, again.print(BOB));
                    assertThat(found).hasSizeLessThanOrEqualTo(1);
                    for (Departure departure : found) {
                        assertThat(departure).isEqualTo(departure(again, uid, Instant.EPOCH));
                    }
                }
                again.record(departure(again, 1000, Instant.EPOCH));
                world.time().sleep(MOMENT);
                assertThat(again.of(1000, again.print(BOB))).hasSize(1);
                again.close();
            });
        }
    }

    @Test
    void theOldestGoWhenItIsFull() {
        World world = new World(1);
        SimulatedHost host = world.host("server", "192.0.2.1");
        world.run(() -> {
            Ledger ledger = open(host, MIB);
            for (long uid = 1; uid <= 20_000; uid++) {
                ledger.record(departure(ledger, uid, Instant.ofEpochSecond(uid)));
                if (uid % 1000 == 0) {
                    world.time().sleep(MOMENT);
                }
            }
            assertThat(ledger.of(20_000, ledger.print(BOB))).hasSize(1);
            assertThat(ledger.of(17_000, ledger.print(BOB))).hasSize(1);
            assertThat(ledger.of(1, ledger.print(BOB))).isEmpty();
            Ledger.Depth depth = ledger.depth();
            assertThat(depth.octets()).isBetween(MIB / 2, MIB);
            assertThat(depth.entries()).isBetween(4000L, 4700L);
            assertThat(depth.lost()).isZero();
            assertThat(depth.since()).isEqualTo(Instant.ofEpochSecond(20_001 - depth.entries()));
            ledger.close();
            long octets = 0;
            for (String name : host.disk().list(DATA.resolve("ledger"))) {
                octets += host.disk().facts(DATA.resolve("ledger").resolve(name)).orElseThrow().size();
            }
            assertThat(octets).isBetween(MIB / 2, MIB + 1000);
            Ledger again = open(host, MIB / 2);
            again.record(departure(again, 30_000, Instant.EPOCH));
            assertThat(again.of(19_999, again.print(BOB))).hasSize(1);
            again.close();
        });
    }

    @Test
    void mailGoesOnWhileTheDiskFails() {
        World world = new World(1);
        SimulatedHost host = world.host("server", "192.0.2.1");
        world.run(() -> {
            Ledger ledger = open(host, 16 * MIB);
            host.disk().failOften(Operation.WRITE, 1);
            for (long uid = 1; uid <= 10_000; uid++) {
                ledger.record(departure(ledger, uid, Instant.EPOCH));
            }
            world.time().sleep(MOMENT);
            assertThat(ledger.of(10_000, ledger.print(BOB))).hasSize(1);
            assertThat(ledger.of(1, ledger.print(BOB))).isEmpty();
            assertThat(ledger.depth().lost()).isEqualTo(10_000 - 8192);
            host.disk().failOften(Operation.WRITE, 0);
            world.time().sleep(Duration.ofMinutes(2));
            ledger.close();
            Ledger again = open(host, 16 * MIB);
            assertThat(again.of(10_000, again.print(BOB))).hasSize(1);
            assertThat(again.of(5_000, again.print(BOB))).hasSize(1);
            assertThat(again.of(1, again.print(BOB))).isEmpty();
            again.close();
        });
    }

    @Test
    void aDiskThatIsFullOrBrokenAtTheStartStopsNobody() {
        World world = new World(1);
        SimulatedHost host = world.host("server", "192.0.2.1");
        world.run(() -> {
            host.disk().capacity(0);
            host.disk().failOften(Operation.LIST, 1);
            host.disk().failOften(Operation.OPEN, 1);
            Ledger ledger = open(host, MIB);
            ledger.record(departure(ledger, 1, Instant.EPOCH));
            assertThat(ledger.of(1, ledger.print(BOB))).hasSize(1);
            world.time().sleep(Duration.ofHours(1));
            assertThat(ledger.of(1, ledger.print(BOB))).hasSize(1);
            ledger.close();
        });
    }

    @Test
    void withoutItsKeyItBeginsAnew() {
        World world = new World(1);
        SimulatedHost host = world.host("server", "192.0.2.1");
        world.run(() -> {
            Ledger ledger = open(host, MIB);
            ledger.record(departure(ledger, 1, Instant.EPOCH));
            ledger.close();
            try (Disk.File key = host.disk().open(DATA.resolve("ledger/key"))) {
                key.write(ByteBuffer.wrap(new byte[3]), 0);
            }
            Ledger again = open(host, MIB);
            assertThat(again.depth().entries()).isZero();
            again.close();
        });
    }

    @Test
    void clientsOfOneNetworkHaveOnePrint() {
        World world = new World(1);
        SimulatedHost host = world.host("server", "192.0.2.1");
        world.run(() -> {
            Ledger ledger = open(host, MIB);
            assertThat(ledger.network(InetAddress.ofLiteral("192.0.2.1"))).isEqualTo(ledger.network(InetAddress.ofLiteral("192.0.2.200")))
                    .isNotEqualTo(ledger.network(InetAddress.ofLiteral("192.0.3.1")));
            assertThat(ledger.network(InetAddress.ofLiteral("2001:db8::1"))).isEqualTo(ledger.network(InetAddress.ofLiteral("2001:db8::2:1")))
                    .isNotEqualTo(ledger.network(InetAddress.ofLiteral("2001:db8:0:1::1")));
            ledger.close();
        });
    }

    @Test
    void longTextsAreCutBetweenCharacters() {
        World world = new World(1);
        SimulatedHost host = world.host("server", "192.0.2.1");
        world.run(() -> {
            Ledger ledger = open(host, MIB);
            ledger.record(new Departure(Instant.EPOCH, 1, 300, true, 1, new QueueId(1), Prints.NONE, 0, 0, "hop " + "ü".repeat(200), "ü".repeat(200), "ü\0".repeat(200)));
            Departure read = ledger.of(1, 1).getFirst();
            assertThat(read.pass()).isEqualTo(255);
            assertThat("hop " + "ü".repeat(200)).startsWith(read.route());
            assertThat("ü".repeat(200)).startsWith(read.server());
            assertThat("ü ".repeat(200)).startsWith(read.dns());
            assertThat(read.dns()).isNotEmpty();
            ledger.close();
        });
    }
}
