// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Snapshot;
import org.isthmus.main.Connector;
import org.isthmus.schedule.QueueControl;
import org.isthmus.trials.peers.Behaviour;
import org.isthmus.trials.peers.Behaviour.Act;
import org.isthmus.trials.peers.Behaviour.Stage;
import org.isthmus.trials.peers.Client;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.peers.Sink;
import org.isthmus.trials.world.NetworkFaults;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// Destinations that hang or dribble take nothing from the others: a thousand of them, by the clock of the simulated world, with and without the bad ones.
class IsolationTest {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger("org.isthmus");
    private static final int DESTINATIONS = 1000;
    private static final int ROUNDS = 4;
    private static final Duration ROUND = Duration.ofMinutes(2);
    private static final int CLIENTS = 10;
    private static final InetSocketAddress DOOR = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.5"), 25);
    private static final Set<String> EXTENSIONS = Set.of("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES");

    /// In which way each bad destination is bad: one in twenty in each.
    private enum Trouble {
        HANGS_AT_CONNECT,
        HANGS_AT_GREETING,
        HANGS_AT_HELLO,
        HANGS_AT_MAIL,
        HANGS_AT_RECIPIENT,
        HANGS_AT_DATA,
        HANGS_AT_END,
        HANGS_AT_QUIT,
        DRIBBLES
    }

    @BeforeAll
    static void becomeSilent() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void becomeLoud() {
        LOG.setLevel(null);
    }

    @Test
    void destinationsThatHangOrDribbleTakeNothingFromTheOthers() {
        Run calm = new Run(Map.of());
        calm.run();
        Map<Integer, Trouble> bad = new HashMap<>();
        for (int i = 0; i < DESTINATIONS; i++) {
            if (i % 20 < Trouble.values().length) {
                bad.put(i, Trouble.values()[i % 20]);
            }
        }
        Run troubled = new Run(bad);
        troubled.run();
        List<Duration> without = calm.latencies(bad.keySet());
        List<Duration> with = troubled.latencies(bad.keySet());
        assertThat(with).as("mail for healthy destinations").hasSameSizeAs(without).hasSize((DESTINATIONS - bad.size()) * ROUNDS);
        assertThat(p99(with)).as("p99 with 45 %% of the destinations in trouble; without any: %s", p99(without))
                .isLessThanOrEqualTo(p99(without).multipliedBy(3).dividedBy(2));
        assertThat(troubled.mostActive).as("attempts at one time").isLessThanOrEqualTo(500);
        assertThat(troubled.activeAtEnd).as("of attempts at the end, slots that are taken by the %d in trouble", bad.size()).isLessThanOrEqualTo(bad.size() * 2);
    }

    private static Duration p99(List<Duration> all) {
        return all.stream().sorted().toList().get(all.size() * 99 / 100);
    }

    /// One world.
    private static final class Run {
        private final World world = new World(11);
        private final Map<Integer, Trouble> bad;
        private final List<Sink> sinks = new ArrayList<>();
        private final Map<String, Duration> sent = new HashMap<>();
        private final Ledger ledger = new Ledger();
        int mostActive;
        int activeAtEnd;

        Run(Map<Integer, Trouble> bad) {
            this.bad = bad;
        }

        void run() {
            world.budget(40_000_000, Duration.ofDays(1));
            SimulatedHost gate = world.host("gate", "192.0.2.25", "10.0.0.5");
            for (int i = 0; i < DESTINATIONS; i++) {
                sinks.add(sink(i));
            }
            world.run(() -> {
                for (Sink sink : sinks) {
                    sink.start();
                }
                Connector[] made = new Connector[1];
                gate.start("main", () -> made[0] = connector(gate)).join();
                for (int c = 0; c < CLIENTS; c++) {
                    int number = c;
                    SimulatedHost host = world.host("client" + c, "10.0.1." + (c + 1));
                    host.start("client", () -> send(host, number));
                }
                while (ledger.entries().size() < ROUNDS * DESTINATIONS) {
                    world.time().sleep(Duration.ofSeconds(10));
                    QueueControl.Status status = made[0].queue().status();
                    activeAtEnd = status.active();
                    mostActive = Math.max(mostActive, activeAtEnd);
                }
                world.time().sleep(Duration.ofSeconds(30));
            });
        }

        private Sink sink(int i) {
            InetAddress address = InetAddress.ofLiteral("198.51." + (i / 250) + "." + (i % 250 + 1));
            world.zone().add("d" + i + ".example MX 10 mx.d" + i + ".example\nmx.d" + i + ".example A " + address.getHostAddress());
            Trouble trouble = bad.get(i);
            if (trouble == Trouble.HANGS_AT_CONNECT) {
                world.network().faults(address, NetworkFaults.NONE.withSilent(1));
            }
            Sink sink = new Sink(world.host("mx.d" + i + ".example", address.getHostAddress()).platform(), new InetSocketAddress(address, 25), false, "mx.d" + i + ".example", EXTENSIONS,
                    Behaviour.COMPLIANT);
            if (trouble != null) {
                sink.behave(behaviour(trouble));
            }
            return sink;
        }

        private static Behaviour behaviour(Trouble trouble) {
            Act hang = new Act.Hang(Duration.ofHours(2));
            return switch (trouble) {
                case HANGS_AT_CONNECT -> Behaviour.COMPLIANT;
                case HANGS_AT_GREETING -> Behaviour.at(Stage.GREETING, hang);
                case HANGS_AT_HELLO -> Behaviour.at(Stage.HELLO, hang);
                case HANGS_AT_MAIL -> Behaviour.at(Stage.MAIL, hang);
                case HANGS_AT_RECIPIENT -> Behaviour.at(Stage.RECIPIENT, hang);
                case HANGS_AT_DATA -> Behaviour.at(Stage.DATA, hang);
                case HANGS_AT_END -> Behaviour.at(Stage.END, hang);
                case HANGS_AT_QUIT -> Behaviour.at(Stage.QUIT, hang);
                case DRIBBLES -> moment -> new Act.Delay(Duration.ofSeconds(50));
            };
        }

        private static Connector connector(SimulatedHost gate) {
            try {
                return Connector.start(gate.platform(), new LiveConfig(new Snapshot(1, ConfigLoader.parse("""
                        connector { hostname = "gate.site.example", data = "/data", postmaster = "postmaster@site.example" }
                        listeners { inside { address = "10.0.0.5:25" } }
                        delivery.concurrency.total = 500
                        trusted-networks = ["10.0.0.0/8"]
                        """).orThrow())), 1);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        /// Each client has a tenth of the destinations, and writes to each of them once in a round, evenly over it.
        private void send(SimulatedHost host, int number) {
            Client client = new Client(host.platform(), world.chance("client" + number), ledger, "client.site.example");
            Duration pause = ROUND.multipliedBy(CLIENTS).dividedBy(DESTINATIONS);
            try {
                for (int n = 0; n < ROUNDS * DESTINATIONS / CLIENTS; n++) {
                    int destination = n * CLIENTS % DESTINATIONS + number;
                    String to = "r" + n + "@d" + destination + ".example";
                    sent.put(to, host.platform().time().elapsed());
                    client.send(DOOR, Client.Manner.PLAIN, List.of(Letter.random(world.chance(to), to, "anna@site.example", List.of(to), 3)));
                    host.platform().time().sleep(pause);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /// From the beginning of its sending to its arrival, of all mail but that for some destinations.
        List<Duration> latencies(Set<Integer> but) {
            List<Duration> all = new ArrayList<>();
            for (int i = 0; i < DESTINATIONS; i++) {
                if (!but.contains(i)) {
                    for (Sink.Delivery delivery : sinks.get(i).deliveries()) {
                        all.add(delivery.taken().minus(sent.get(delivery.recipients().getFirst())));
                    }
                }
            }
            return all;
        }
    }
}
