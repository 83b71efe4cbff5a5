// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.TlsWish;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Outcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// REQUIRETLS and {@code TLS-Required: No} in both roles, from one connector to another. RFC 8689.
class RequireTlsTest {
    private static final MailParameters REQUIRED = MailParameters.NONE.with(TlsWish.REQUIRED);
    private static final MailParameters WAIVED = MailParameters.NONE.with(TlsWish.WAIVED);

    private static String text(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Delivered delivered -> "delivered";
            case Outcome.Deferred deferred -> "waits " + deferred.cause().status();
            case Outcome.Failed failed -> "fails " + failed.cause().status();
            case Outcome.Expanded expanded -> "expanded";
            case Outcome.Removed removed -> "removed";
        };
    }

    // ---- as server

    @ParameterizedTest
    @EnumSource
    void itIsOfferedUnderTlsAloneAndKeptWithTheMessage(Ground ground) throws Exception {
        ground.with(platform -> {
            Ground.Server server = new Ground.Server(platform, "tls = starttls", "");
            try (Ground.Talk client = server.connect()) {
                client.hear();
                assertThat(client.ask("EHLO client.example")).contains("STARTTLS").doesNotContain("REQUIRETLS");
                assertThat(client.ask("MAIL FROM:<a@client.example> REQUIRETLS")).startsWith("530 5.7.10");
                client.ask("STARTTLS");
                client.secure();
                assertThat(client.ask("EHLO client.example")).contains("REQUIRETLS").doesNotContain("STARTTLS");
                assertThat(client.ask("MAIL FROM:<a@client.example> REQUIRETLS=yes")).startsWith("501 5.5.4");
                send(client, " REQUIRETLS", "");
                send(client, "", "");
                send(client, "", "TLS-Required: No\r\n");
                // MAIL goes before the header: RFC 8689 §4.1.
                send(client, " REQUIRETLS", "TLS-Required: No\r\n");
                assertThat(server.spool.ids().stream().map(id -> server.spool.read(id).envelope().parameters().tls()))
                        .containsExactly(TlsWish.REQUIRED, TlsWish.UNSAID, TlsWish.WAIVED, TlsWish.REQUIRED);
            } finally {
                server.stop();
            }
        });
    }

    private static void send(Ground.Talk client, String parameter, String field) throws Exception {
        assertThat(client.ask("MAIL FROM:<a@client.example>" + parameter)).startsWith("250");
        assertThat(client.ask("RCPT TO:<b@example.org>")).startsWith("250");
        assertThat(client.ask("DATA")).startsWith("354");
        assertThat(client.ask(field + "Subject: one\r\n\r\nbody\r\n.")).startsWith("250");
    }

    @ParameterizedTest
    @EnumSource
    void whereTheOperatorWantsNeitherNeitherIsHonoured(Ground ground) throws Exception {
        ground.with(platform -> {
            Ground.Server server = new Ground.Server(platform, "tls = implicit", "tls { requiretls = no, tls-required-no = no }");
            try (Ground.Talk client = server.connect()) {
                client.secure();
                client.hear();
                assertThat(client.ask("EHLO client.example")).doesNotContain("REQUIRETLS");
                assertThat(client.ask("MAIL FROM:<a@client.example> REQUIRETLS")).startsWith("555 5.5.4");
                send(client, "", "TLS-Required: No\r\n");
                assertThat(server.spool.read(server.spool.ids().getFirst()).envelope().parameters().tls()).isEqualTo(TlsWish.UNSAID);
            } finally {
                server.stop();
            }
        });
    }

    // ---- as client

    /// dns: whether MX is secured; mode: of the MTA-STS policy.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            secure   |         | good    | starttls             | delivered
            secure   |         | good    | starttls, requiretls | fails 5.7.30
            secure   |         | good    | off                  | fails 5.7.10
            secure   |         | nobody  | starttls             | fails 5.7.10
            secure   |         | expired | starttls             | fails 5.7.10
            secure   |         | name    | starttls             | fails 5.7.10
            insecure |         | good    | starttls             | fails 5.7.10
            insecure | enforce | good    | starttls             | delivered
            insecure | testing | good    | starttls             | delivered
            insecure | enforce | nobody  | starttls             | fails 5.7.10
            insecure | testing | nobody  | starttls             | fails 5.7.10
            insecure | enforce | unnamed | starttls             | fails 5.7.10
            insecure | none    | good    | starttls             | fails 5.7.10
            insecure | enforce | good    | starttls, requiretls | fails 5.7.30
            """)
    void whatRequiresTlsGoesOnlyToWhoProvesHisNameAndPromisesTheSame(String dns, String mode, String certificate, String server, String outcome) throws Exception {
        Ground.SIMULATED.with(platform -> {
            Ground.Server mx = server(platform, server);
            PolicySite sender = sender(platform, dns, mode, certificate);
            Exchange exchange = PolicySite.exchange(certificate.equals("name") ? "mx2.example.org" : "mx1.example.org", mx.address());
            assertThat(text(sender.deliver(REQUIRED, exchange).outcomes().get(0))).isEqualTo(outcome);
            assertThat(mx.accepted()).isEqualTo(outcome.equals("delivered") ? 1 : 0);
            if (outcome.equals("delivered")) {
                assertThat(mx.spool.read(mx.spool.ids().getFirst()).envelope().parameters().tls()).isEqualTo(TlsWish.REQUIRED);
            } else {
                assertThat(text(sender.deliver(MailParameters.NONE, exchange).outcomes().get(0))).as("others").isEqualTo(
                        mode != null && mode.equals("enforce") && !certificate.equals("good") ? "waits 4.7.5" : "delivered");
            }
            mx.stop();
        });
    }

    private static Ground.Server server(org.isthmus.platform.Platform platform, String words) throws Exception {
        boolean knows = !words.endsWith("requiretls");
        return new Ground.Server(platform, "tls = " + words.split(",")[0], knows ? "" : "tls { requiretls = no }");
    }

    private static PolicySite sender(org.isthmus.platform.Platform platform, String dns, String mode, String certificate) {
        PolicySite sender = new PolicySite(platform, certificate.equals("nobody") ? PolicySite.believingNobody() : PolicySite.believing(),
                certificate.equals("expired") ? Duration.ofDays(4000) : Duration.ZERO);
        sender.secure = dns.equals("secure");
        sender.mode = mode == null ? "" : mode;
        sender.policyMx = certificate.equals("unnamed") ? "elsewhere.example.org" : "*.example.org";
        return sender;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            hop | good   | starttls             | delivered
            hop | good   | starttls, requiretls | fails 5.7.30
            hop | nobody | starttls             | fails 5.7.10
            hop | good   | off                  | fails 5.7.10
            off | good   | starttls             | fails 5.7.10
            """)
    void aNextHopOfTheConfigurationMustProveTheNameThatItHasThere(String hop, String certificate, String server, String outcome) throws Exception {
        Ground.SIMULATED.with(platform -> {
            Ground.Server mx = server(platform, server);
            PolicySite sender = sender(platform, "insecure", "", certificate);
            assertThat(text(sender.deliver(REQUIRED, "a@example.net", new NextHop.Named(hop), PolicySite.exchange("mx1.example.org", mx.address())).outcomes().get(0))).isEqualTo(outcome);
            mx.stop();
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            starttls             | REQUIRED
            starttls, requiretls | UNSAID
            off                  | UNSAID
            """)
    void aReportGoesAllTheSameAndTakesItAlongWhereItCan(String server, TlsWish arrived) throws Exception {
        Ground.SIMULATED.with(platform -> {
            Ground.Server mx = server(platform, server);
            PolicySite sender = sender(platform, "insecure", "", "nobody");
            Outcome outcome = sender.deliver(REQUIRED, "", new NextHop.Exchangers(org.isthmus.address.Domain.of("example.org")), PolicySite.exchange("mx1.example.org", mx.address())).outcomes().get(0);
            assertThat(text(outcome)).isEqualTo("delivered");
            assertThat(mx.spool.read(mx.spool.ids().getFirst()).envelope().parameters().tls()).isEqualTo(arrived);
            mx.stop();
        });
    }

    @ParameterizedTest
    @EnumSource
    void theNextServerIsTriedAndOneThatCannotBeReachedMayYetBeTheRightOne(Ground ground) throws Exception {
        ground.with(platform -> {
            Ground.Server without = server(platform, "starttls, requiretls");
            Ground.Server with = server(platform, "starttls");
            PolicySite sender = sender(platform, "secure", "", "good");
            Exchange worse = PolicySite.exchange("mx1.example.org", without.address());
            Exchange gone = PolicySite.exchange("mx1.example.org", new java.net.InetSocketAddress("127.0.0.1", 1));
            assertThat(text(sender.deliver(REQUIRED, worse, PolicySite.exchange("mx1.example.org", with.address())).outcomes().get(0))).isEqualTo("delivered");
            assertThat(with.accepted()).isEqualTo(1);
            assertThat(text(sender.deliver(REQUIRED, worse, gone).outcomes().get(0))).isEqualTo("waits 4.4.1");
            assertThat(without.accepted()).isZero();
            without.stop();
            with.stop();
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            enforce | good    | starttls | STS 1 good
            enforce | nobody  | starttls | STS 0 good, CERTIFICATE_NOT_TRUSTED 1
            enforce | name    | starttls | STS 0 good, CERTIFICATE_HOST_MISMATCH 1
            enforce | expired | starttls | STS 0 good, CERTIFICATE_EXPIRED 1
            enforce | good    | off      | STS 0 good, STARTTLS_NOT_SUPPORTED 1
            """)
    void whatWaivesTlsGoesWhereThePolicyWouldStopIt(String mode, String certificate, String server, String told) throws Exception {
        Ground.SIMULATED.with(platform -> {
            Ground.Server mx = server(platform, server);
            PolicySite sender = sender(platform, "insecure", mode, certificate);
            Exchange exchange = PolicySite.exchange(certificate.equals("name") ? "mx2.example.org" : "mx1.example.org", mx.address());
            assertThat(text(sender.deliver(WAIVED, exchange).outcomes().get(0))).isEqualTo("delivered");
            assertThat(sender.told()).isEqualTo(told);
            mx.stop();
        });
    }

    @ParameterizedTest
    @EnumSource
    void whatTheOperatorAsksOfAHopIsNotWaived(Ground ground) throws Exception {
        ground.with(platform -> {
            Ground.Server mx = server(platform, "off");
            PolicySite sender = sender(platform, "insecure", "", "good");
            Exchange exchange = PolicySite.exchange("mx1.example.org", mx.address());
            assertThat(text(sender.deliver(WAIVED, "a@example.net", new NextHop.Named("required"), exchange).outcomes().get(0))).isEqualTo("waits 4.7.4");
            mx.stop();
        });
    }
}
