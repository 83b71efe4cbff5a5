// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
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
import org.junit.jupiter.api.Test;

/// A whole connector through the nights: the report about a day goes by mail, signed, and nothing is ever told about it. RFC 8460.
class TlsReportMailTest {
    private static final String SETTINGS = """
            connector { hostname = mx1.site.example, data = "/data", postmaster = "postmaster@site.example" }
            listeners { inside { address = "10.0.0.5:25" } }
            trusted-networks = ["10.0.0.0/8"]
            next-hops.mailstore { url = "lmtp://10.0.0.9:24" }
            domains { "site.example" { kind = authoritative, recipients = any, deliver-to = mailstore, dkim = [{ selector = s1, key = /k.pem }] } }
            tls-reports { from = "tls@site.example" }
            """;

    private static void start(SimulatedHost host) {
        try {
            byte[] key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate().getEncoded();
            Authority.write(host.platform().disk(), "/k.pem", "-----BEGIN PRIVATE KEY-----\n" + Base64.getEncoder().encodeToString(key) + "\n-----END PRIVATE KEY-----\n");
            Connector.start(host.platform(), new LiveConfig(new Snapshot(1, ConfigLoader.parse(SETTINGS).orThrow())), 1);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void send(World world, SimulatedHost client) {
        try {
            Letter letter = Letter.random(world.chance("letter"), "one", "a@site.example", List.of("b@partner.example"), 5);
            new Client(client.platform(), world.chance("client"), new Ledger(), "client.site.example")
                    .send(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.5"), 25), Client.Manner.PLAIN, List.of(letter));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void oneReportGoesInTheNightAndNoneAboutIt() {
        World world = new World(11);
        world.zone().add("""
                partner.example MX 10 mx.partner.example
                mx.partner.example A 198.51.100.9
                _smtp._tls.partner.example TXT "v=TLSRPTv1; rua=mailto:tls@partner.example"
                """);
        SimulatedHost connector = world.host("connector", "192.0.2.1", "10.0.0.5");
        SimulatedHost client = world.host("client", "10.0.0.7");
        SimulatedHost partner = world.host("partner", "198.51.100.9");
        Sink sink = new Sink(partner.platform(), new InetSocketAddress(InetAddress.ofLiteral("198.51.100.9"), 25), false, "mx.partner.example", Set.of("PIPELINING"), Behaviour.COMPLIANT);
        world.run(() -> {
            partner.start("sink", () -> {
                try {
                    sink.start();
                } catch (java.io.IOException e) {
                    throw new AssertionError(e);
                }
            }).join();
            connector.start("main", () -> start(connector)).join();
            client.start("client", () -> send(world, client)).join();
            world.time().sleep(Duration.ofHours(30));
            assertThat(sink.deliveries()).hasSize(2);
            Sink.Delivery report = sink.deliveries().get(1);
            assertThat(report.from()).isEmpty();
            assertThat(report.recipients()).containsExactly("tls@partner.example");
            assertThat(new String(report.content(), StandardCharsets.US_ASCII)).contains("DKIM-Signature: ", "d=site.example", "TLS-Report-Domain: partner.example\r\n",
                    "TLS-Report-Submitter: mx1.site.example\r\n", "report-type=\"tlsrpt\"");
            world.time().sleep(Duration.ofDays(3));
            assertThat(sink.deliveries()).hasSize(2);
            assertThat(sink.problems()).isEmpty();
        });
    }
}
