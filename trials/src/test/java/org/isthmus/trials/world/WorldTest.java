// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Platform;
import org.junit.jupiter.api.Test;

class WorldTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /// Clients talk to a server that writes to its disk; messages are cut, delayed and lost.
    private static History busy(long seed) {
        World world = new World(seed);
        world.network().faults(NetworkFaults.stormy(0.05));
        SimulatedHost server = world.host("server", "192.0.2.1");
        SimulatedHost client = world.host("client", "192.0.2.2");
        server.diskLatency(Duration.ofMillis(5));
        return world.run(() -> {
            server.start("listen", () -> serve(server.platform()));
            Channel<Integer> done = world.threads().channel(1);
            for (int i = 0; i < 5; i++) {
                int number = i;
                client.start("client " + i, () -> {
                    try {
                        talk(client.platform(), number);
                        done.send(number);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
            }
            for (int i = 0; i < 5; i++) {
                done.receive();
            }
        });
    }

    private static void serve(Platform p) {
        try {
            Path folder = Path.of("/");
            Listener listener = p.network().listen(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 25));
            Disk.File file = p.disk().create(folder.resolve("log"));
            while (true) {
                Connection connection = listener.accept();
                p.threads().start("session", () -> {
                    byte[] buffer = new byte[100];
                    try (connection) {
                        int n = connection.read(buffer, 0, 100, LIMIT);
                        while (n >= 0) {
                            file.write(ByteBuffer.wrap(buffer, 0, n), file.size());
                            file.force(true);
                            connection.write(buffer, 0, n, LIMIT);
                            n = connection.read(buffer, 0, 100, LIMIT);
                        }
                    } catch (IOException e) {
                        // The network is bad.
                    }
                });
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void talk(Platform p, int number) throws InterruptedException {
        byte[] text = ("hello from client " + number).repeat(10).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        for (int i = 0; i < 5; i++) {
            p.time().sleep(Duration.ofMillis(p.entropy().below(100)));
            try (Connection connection = p.network().connect(null, new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 25), LIMIT)) {
                connection.write(text, 0, text.length, LIMIT);
                int done = 0;
                while (done < text.length) {
                    int n = connection.read(new byte[50], 0, 50, LIMIT);
                    if (n < 0) {
                        break;
                    }
                    done += n;
                }
            } catch (IOException e) {
                // Try again.
            }
        }
    }

    @Test
    void theSameSeedGivesTheSameHistory() {
        Set<Long> hashes = new HashSet<>();
        for (long seed = 0; seed < 200; seed++) {
            History first = busy(seed);
            assertThat(first.count()).isGreaterThan(100);
            hashes.add(first.hash());
            for (int again = 0; again < 2; again++) {
                History other = busy(seed);
                assertThat(other.tail(500)).as("seed %d", seed).isEqualTo(first.tail(500));
                assertThat(other.hash()).as("seed %d", seed).isEqualTo(first.hash());
            }
        }
        assertThat(hashes).hasSize(200);
    }

    @Test
    void differentSeedsGiveDifferentOrders() {
        Set<List<Integer>> orders = new HashSet<>();
        for (long seed = 0; seed < 200; seed++) {
            List<Integer> order = new ArrayList<>();
            World world = new World(seed);
            world.run(() -> {
                Channel<Integer> channel = world.threads().channel(1);
                for (int i = 0; i < 3; i++) {
                    int number = i;
                    world.threads().start("actor " + i, () -> {
                        channel.size();
                        order.add(number);
                        channel.offer(number);
                    });
                }
                while (order.size() < 3) {
                    channel.receive(Duration.ofSeconds(1));
                }
            });
            orders.add(order);
        }
        assertThat(orders).hasSize(6);
    }

    /// Two actors change a number with a gap in between: the loss that a real race brings must come up.
    @Test
    void findsAPlantedRace() {
        Set<Integer> results = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            World world = new World(seed);
            int[] number = {0};
            world.run(() -> {
                Channel<String> done = world.threads().channel(1);
                for (int i = 0; i < 2; i++) {
                    world.threads().start("adds", () -> {
                        int seen = number[0];
                        done.size();
                        number[0] = seen + 1;
                        try {
                            done.send("done");
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    });
                }
                done.receive();
                done.receive();
            });
            results.add(number[0]);
        }
        assertThat(results).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void timeJumpsWhenAllSleep() {
        World world = new World(1);
        world.run(() -> {
            var before = world.time().now();
            world.time().sleep(Duration.ofDays(300));
            assertThat(Duration.between(before, world.time().now())).isBetween(Duration.ofDays(300), Duration.ofDays(300).plusSeconds(1));
        });
        assertThat(world.steps()).isLessThan(10);
    }

    @Test
    void aDeadlockIsReportedWithWhatEverybodyWaitsFor() {
        World world = new World(1);
        assertThatThrownBy(() -> world.run(() -> {
            Channel<String> one = world.threads().channel(1);
            Channel<String> other = world.threads().channel(1);
            world.threads().start("taker", () -> waitFor(other));
            one.receive();
        })).isInstanceOf(RunFailed.class).hasCauseInstanceOf(RunFailed.Deadlock.class)
                .hasMessageContaining("world 1").hasMessageContaining("scenario: waits: receive from channel 1").hasMessageContaining("taker: waits: receive from channel 2")
                .hasMessageContaining("WorldTest.waitFor");
    }

    private static void waitFor(Channel<String> channel) {
        try {
            channel.receive();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void twoActorsThatKeepEachOtherBusyUseUpTheBudget() {
        World world = new World(1);
        world.budget(1000, Duration.ofDays(1));
        assertThatThrownBy(() -> world.run(() -> {
            Channel<String> channel = world.threads().channel(1);
            while (true) {
                channel.poll();
            }
        })).isInstanceOf(RunFailed.class).hasCauseInstanceOf(RunFailed.BudgetUsedUp.class);
    }

    @Test
    void theBudgetOfTimeEndsARunToo() {
        World world = new World(1);
        world.budget(1000, Duration.ofDays(1));
        assertThatThrownBy(() -> world.run(() -> world.time().sleep(Duration.ofDays(2)))).isInstanceOf(RunFailed.class).hasCauseInstanceOf(RunFailed.BudgetUsedUp.class);
    }

    @Test
    void whatAnActorThrowsFailsTheRun() {
        World world = new World(1);
        assertThatThrownBy(() -> world.run(() -> {
            world.threads().start("bad", () -> {
                throw new IllegalStateException("broken");
            });
            world.time().sleep(Duration.ofDays(1));
        })).isInstanceOf(RunFailed.class).hasRootCauseMessage("broken").hasMessageContaining("in actor bad");
    }

    @Test
    void unlessItIsTolerated() {
        World world = new World(1);
        world.tolerate(e -> "broken".equals(e.getMessage()));
        world.run(() -> {
            var bad = world.threads().start("bad", () -> {
                throw new IllegalStateException("broken");
            });
            bad.join();
        });
        assertThat(world.history().tail(100)).anyMatch(line -> line.contains("bad"));
    }

    @Test
    void whatTheScenarioThrowsFailsTheRun() {
        World world = new World(1);
        assertThatThrownBy(() -> world.run(() -> {
            throw new IOException("scenario");
        })).isInstanceOf(RunFailed.class).hasRootCauseMessage("scenario");
    }

    @Test
    void anActorThatCatchesEverythingIsStoppedAllTheSame() {
        World world = new World(1);
        world.run(() -> {
            world.threads().start("stubborn", () -> {
                while (true) {
                    try {
                        world.time().sleep(Duration.ofSeconds(1));
                    } catch (Throwable e) {
                        // Goes on.
                    }
                }
            });
            world.time().sleep(Duration.ofSeconds(10));
        });
    }

    @Test
    void foreignThreadsMayNotUseThePlatform() {
        World world = new World(1);
        world.run(() -> {
            Channel<String> channel = world.threads().channel(1);
            Throwable[] thrown = new Throwable[1];
            Thread foreign = new Thread(() -> {
                try {
                    channel.poll();
                } catch (IllegalStateException e) {
                    thrown[0] = e;
                }
            });
            foreign.start();
            foreign.join();
            assertThat(thrown[0]).hasMessageContaining("no actor");
        });
    }

    @Test
    void aWorldMakesOneRun() {
        World world = new World(1);
        world.run(() -> {});
        assertThatThrownBy(() -> world.run(() -> {})).isInstanceOf(IllegalStateException.class);
    }
}
