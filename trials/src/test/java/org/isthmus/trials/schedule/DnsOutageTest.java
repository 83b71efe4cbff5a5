// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Snapshot;
import org.isthmus.main.Connector;
import org.isthmus.trials.peers.Behaviour;
import org.isthmus.trials.peers.Client;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.peers.Sink;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.isthmus.trials.world.Zone;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/// Half an hour without DNS, with every check on strangers that asks it: nothing is given up or refused for good, mail for the site goes on, and all is out soon after.
class DnsOutageTest {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger("org.isthmus");
    private static final InetSocketAddress INSIDE = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.5"), 25);
    private static final InetSocketAddress INTERNET = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.25"), 25);
    private static final int DOMAINS = 40;

    @BeforeAll
    static void becomeSilent() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void becomeLoud() {
        LOG.setLevel(null);
    }

    @ParameterizedTest
    @EnumSource(Zone.Trouble.class)
    void anOutageOfDnsIsSurvived(Zone.Trouble trouble) {
        World world = new World(3);
        world.budget(20_000_000, Duration.ofDays(2));
        SimulatedHost gate = world.host("gate", "192.0.2.25", "10.0.0.5");
        SimulatedHost inside = world.host("inside", "10.0.0.21");
        SimulatedHost stranger = world.host("stranger", "203.0.113.9");
        Sink store = new Sink(world.host("store", "10.0.0.9").platform(), new InetSocketAddress(InetAddress.ofLiteral("10.0.0.9"), 24), true, "store", Sink.ALL, Behaviour.COMPLIANT);
        Sink remote = new Sink(world.host("mx.remote.example", "198.51.100.1").platform(), new InetSocketAddress(InetAddress.ofLiteral("198.51.100.1"), 25), false, "mx.remote.example",
                Set.of("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"), Behaviour.COMPLIANT);
        for (int i = 0; i < DOMAINS; i++) {
            world.zone().add("d" + i + ".example 60 MX 10 mx.remote.example");
        }
        world.zone().add("mx.remote.example 60 A 198.51.100.1");
        Ledger ledger = new Ledger();
        Connector[] made = new Connector[1];
        world.run(() -> {
            store.start();
            remote.start();
            gate.start("main", () -> made[0] = connector(gate)).join();
            world.zone().trouble("", trouble);
            for (int minute = 0; minute < 30; minute++) {
                for (int i = 0; i < DOMAINS / 10; i++) {
                    int number = minute * DOMAINS / 10 + i;
                    send(world, inside, ledger, INSIDE, "out" + number, "anna@site.example", "u" + number + "@d" + number % DOMAINS + ".example");
                }
                send(world, stranger, ledger, INTERNET, "in" + minute, "x@d1.example", "ben@site.example");
                world.time().sleep(Duration.ofMinutes(1));
            }
            assertThat(store.deliveries()).as("mail for the site during the outage").hasSize(30);
            world.zone().calm("");
            // Twice the longest step of queue.retry that it had come to.
            world.time().sleep(Duration.ofMinutes(60));
        });
        assertThat(ledger.entries()).as("taken").allSatisfy(entry -> assertThat(entry.end()).isEqualTo(Ledger.End.PROMISED));
        assertThat(remote.deliveries()).as("arrived").hasSize(30 * DOMAINS / 10);
        assertThat(store.deliveries()).as("no report of a failure").hasSize(30);
        assertThat(made[0].queue().status().messages()).isZero();
    }

    private static Connector connector(SimulatedHost gate) {
        try {
            return Connector.start(gate.platform(), new LiveConfig(new Snapshot(1, ConfigLoader.parse("""
                    connector { hostname = "gate.site.example", data = "/data", postmaster = "postmaster@site.example" }
                    listeners { inside { address = "10.0.0.5:25" }, internet { address = "192.0.2.25:25" } }
                    trusted-networks = ["10.0.0.0/8"]
                    next-hops.store { url = "lmtp://10.0.0.9:24" }
                    domains."site.example" { recipients = any, deliver-to = store }
                    queue.retry = [1m, 5m, 15m, 30m]
                    checks { sender-domain = true, reverse-name = true, own-sender = true, dnsbl.lists = [{ zone = dnsbl.example, weight = 5 }] }
                    """).orThrow())), 1);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void send(World world, SimulatedHost host, Ledger ledger, InetSocketAddress door, String id, String from, String to) throws InterruptedException {
        Letter letter = Letter.random(world.chance(id), id, from, List.of(to), 3);
        host.start("client", () -> {
            try {
                new Client(host.platform(), world.chance("client " + id), ledger, "client.example").send(door, Client.Manner.PLAIN, List.of(letter));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }).join();
    }
}
