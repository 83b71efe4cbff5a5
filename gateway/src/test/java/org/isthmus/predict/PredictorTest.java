// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.directory.OperatorFiles;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.route.FakeDns;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is predicted of a connector at 203.0.113.7:25 in front of a store. Line 1 is the connector, line 2 the listener, line 3 the first of each text.
class PredictorTest {
    private static final String STORE = "next-hops { store { url = \"lmtp://10.0.0.9:24\" } }\n";

    private final FakeDns dns = new FakeDns().mx("example.com", 10, "mx1.example.com").address("mx1.example.com", "203.0.113.7");
    private final OperatorFiles files = new OperatorFiles();

    private static Settings settings(String text) {
        return ConfigLoader.parse("""
                connector { hostname = "mx1.example.com", data = /var/lib/isthmus, postmaster = "postmaster@example.com" }
                listeners { internet { address = "203.0.113.7:25" } }
                """ + text).orThrow();
    }

    private static Prediction predict(String text, @Nullable Resolver dns) {
        return Predictions.of(settings(text), dns);
    }

    private static List<String> found(Prediction prediction) {
        return prediction.problems().stream().filter(problem -> problem.severity() != Problem.Severity.NOTE)
                .map(problem -> problem.id() + " " + problem.severity() + (problem.at() == null ? "" : " " + problem.at().line())).toList();
    }

    @Test
    void anOrdinarySiteInOrdinaryDnsHasNoFindings() {
        Prediction prediction = predict("domains { \"example.com\" { deliver-to = store } }\n" + STORE, dns);
        assertThat(prediction.problems()).isEmpty();
        assertThat(prediction.isAcyclic()).isTrue();
        assertThat(prediction.unanswered()).isEmpty();
        assertThat(prediction.fresh()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void aServerThatGivesBackWhatItDoesNotKnowCirclesForCertainWhereEveryAddressIsTaken() {
        String text = """
                domains { "example.com" { recipients = %s, deliver-to = exchange } }
                next-hops { exchange { url = "smtp://10.0.0.9:25", unknown-users = return } }
                """;
        Prediction prediction = predict(text.formatted("any"), null);
        assertThat(found(prediction)).containsExactly("LP06 ERROR 4");
        assertThat(Drawing.of(prediction.found().getFirst().walk())).containsExactly(
                "+-> we, with mail for an unlisted address of example.com",
                "|     domains.\"example.com\" deliver-to = exchange (isthmus.conf:3)",
                "|   exchange (10.0.0.9 port 25)",
                "|     unknown-users = return: it gives back what it does not know (isthmus.conf:4)",
                "+-- we, with mail for an unlisted address of example.com");
        assertThat(found(predict(text.formatted("\"pattern:u*\""), null))).containsExactly("LP06 WARNING 4");
        assertThat(found(predict(text.formatted("any").replace("return", "bounce"), null))).isEmpty();
    }

    /// L20: unknown here, unknown there.
    @Test
    void twoServersThatShareADomainAndReturnWhatNeitherKnows() {
        assertThat(found(predict("""
                domains { "example.com" { kind = shared, recipients = "pattern:u*", deliver-to = store, elsewhere = exchange } }
                next-hops { store { url = "lmtp://10.0.0.8:24" }, exchange { url = "smtp://10.0.0.9:25", unknown-users = return } }
                """, null))).containsExactly("LP06 ERROR 4");
    }

    @Test
    void aSharedDomainWhoseOtherAddressesGoByItsOwnMx() {
        String text = "domains { \"example.com\" { kind = shared, recipients = \"pattern:u*\", deliver-to = store, elsewhere = mx } }\n" + STORE;
        Prediction prediction = predict(text, dns);
        assertThat(found(prediction)).containsExactly("LP05 WARNING 3");
        assertThat(prediction.problems().getFirst().evidence()).contains("example.com MX 10 mx1.example.com (TTL 300 s, from 192.0.2.53:53)");
        assertThat(prediction.found().getFirst().walk()).hasSize(3);
        assertThat(found(predict(text, null))).isEmpty();
    }

    @Test
    void aSharedDomainWhoseOtherAddressesGoToAProviderThatFollowsTheMx() {
        assertThat(found(predict("""
                domains { "example.com" { kind = shared, recipients = "pattern:u*", deliver-to = store, elsewhere = provider } }
                next-hops { store { url = "lmtp://10.0.0.8:24" }, provider { url = "smtp://198.51.100.1:25" } }
                routes = [ { to = "*", via = provider } ]
                """, dns))).containsExactly("LP05 WARNING 3");
    }

    @Test
    void aRouteBySizeThatSendsASharedDomainOut() {
        Prediction prediction = predict("""
                domains { "example.com" { kind = shared, recipients = "pattern:u*", deliver-to = store } }
                next-hops { store { url = "lmtp://10.0.0.8:24" }, other { url = "smtp://10.0.0.9:25" }, big { url = "smtp://198.51.100.1:25" } }
                routes = [
                  { to = "example.com", via = other, max-size = 10 MiB }
                  { to = "example.com", via = big, min-size = 10 MiB }
                  { to = "*", via = mx }
                ]
                """.replace("deliver-to = store }", "deliver-to = store, elsewhere = other }"), dns);
        assertThat(prediction.problems()).anySatisfy(problem -> {
            assertThat(problem.id()).isEqualTo("LP08");
            assertThat(problem.at()).hasToString("isthmus.conf:7");
        });
    }

    @Test
    void aWayForMailThatRequiresTlsAloneIsFollowedToo() {
        Prediction prediction = predict("""
                domains { "example.com" { kind = shared, recipients = "pattern:u*", deliver-to = store } }
                next-hops { store { url = "lmtp://10.0.0.8:24" }, other { url = "smtp://10.0.0.9:25" }, big { url = "smtp://198.51.100.1:25" } }
                routes = [
                  { to = "example.com", via = other, require-tls = no }
                  { to = "example.com", via = big, require-tls = yes }
                  { to = "*", via = mx }
                ]
                """.replace("deliver-to = store }", "deliver-to = store, elsewhere = other }"), dns);
        assertThat(prediction.problems()).anySatisfy(problem -> {
            assertThat(problem.id()).isEqualTo("LP08");
            assertThat(problem.at()).hasToString("isthmus.conf:7");
        });
    }

    @Test
    void aDomainThatPointsAtUsAndIsNotAccepted() {
        dns.mx("forgotten.example", 10, "mx1.example.com").address("plain.example", "203.0.113.7").mx("backed.example", 10, "mx.other.example").address("mx.other.example", "198.51.100.1")
                .mx("backed.example", 20, "mx1.example.com");
        String text = "domains { \"example.com\" { deliver-to = store } }\n" + STORE + """
                routes = [
                  { to = "forgotten.example", via = mx }
                  { to = "plain.example", via = mx }
                  { to = "backed.example", via = mx }
                  { to = "*", via = mx }
                ]
                """;
        Prediction prediction = predict(text, dns);
        assertThat(found(prediction)).containsExactly("LP04 WARNING 6", "LP11 WARNING 7");
        assertThat(prediction.found()).allSatisfy(one -> assertThat(one.walk()).hasSize(3));
    }

    @Test
    void namesBelowOurDomainThatAWildcardRecordLeadsToUs() {
        dns.mx("isthmus-prediction.example.com", 10, "mx1.example.com");
        Prediction prediction = predict("domains { \"example.com\" { deliver-to = store } }\n" + STORE, dns);
        assertThat(found(prediction)).containsExactly("LP07 WARNING 3");
        assertThat(found(predict("domains { \"example.com\" { deliver-to = store }, \"*.example.com\" { deliver-to = store } }\n" + STORE, dns))).isEmpty();
    }

    /// L02: a wildcard MX with a search list made every domain resolve to the connector.
    @Test
    void everyNameLeadsToUs() {
        dns.mx("isthmus-prediction.example", 10, "mx1.example.com");
        Prediction prediction = predict("domains { \"example.com\" { deliver-to = store } }\n" + STORE, dns);
        assertThat(found(prediction)).containsExactly("LP04 WARNING");
        assertThat(prediction.problems().getFirst().message()).contains("every name");
    }

    @Test
    void anAliasThatLeadsToADomainWhoseMxIsUs() {
        dns.mx("old.example", 10, "mx1.example.com");
        files.write("/conf/aliases", "# none\nanna@example.com: anna@old.example\n");
        Settings settings = settings("domains { \"example.com\" { recipients = \"pattern:u*\", deliver-to = store, aliases = \"/conf/aliases\" } }\n" + STORE);
        Prediction prediction = Predictions.of(settings, dns, files, KnownForwards.NONE);
        assertThat(prediction.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.id()).isEqualTo("LP04");
            assertThat(problem.at()).hasToString("/conf/aliases:2");
        });
    }

    @Test
    void rewritingAndCopiesThatLeadToADomainWhoseMxIsUs() {
        dns.mx("old.example", 10, "mx1.example.com").mx("log.example", 10, "mx1.example.com");
        Prediction prediction = predict("""
                domains { "example.com" { recipients = "pattern:u*", deliver-to = store } }
                rewrite = [{ in = "*@older.example", to = "*@old.example" }]
                copies = [{ of = "*@example.com", to = "archive@log.example" }]
                """ + STORE, dns);
        assertThat(found(prediction)).containsExactlyInAnyOrder("LP04 WARNING 4", "LP04 WARNING 5");
    }

    @Test
    void forwardsThatMeetAForwardSeenElsewhere() {
        dns.mx("far.example", 10, "mx.far.example").address("mx.far.example", "198.51.100.1");
        files.write("/conf/aliases", "anna@example.com: anna@far.example\n");
        Settings settings = settings("domains { \"example.com\" { recipients = \"pattern:u*\", deliver-to = store, aliases = \"/conf/aliases\" } }\n" + STORE);
        KnownForwards known = () -> List.of(new KnownForwards.Forward(Mailbox.of("Anna@far.example"), Mailbox.of("anna@example.com"), "seen 2026-01-01, message 1Fx"));
        Prediction prediction = Predictions.of(settings, dns, files, known);
        assertThat(prediction.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.id()).isEqualTo("LP17");
            assertThat(problem.severity()).isEqualTo(Problem.Severity.WARNING);
            assertThat(problem.at()).hasToString("/conf/aliases:1");
            assertThat(problem.evidence()).contains("seen 2026-01-01, message 1Fx");
        });
        assertThat(Predictions.of(settings, dns, files, KnownForwards.NONE).problems()).isEmpty();
    }

    @Test
    void aBackupWhoseBetterExchangersDoNotExist() {
        dns.mx("client.example", 10, "gone.client.example").mx("client.example", 20, "mx1.example.com");
        String text = "domains { \"example.com\" { deliver-to = store }, \"client.example\" { kind = relay, deliver-to = mx } }\n" + STORE;
        assertThat(found(predict(text, dns))).containsExactly("LP10 WARNING 3");
        dns.failing("gone.client.example");
        Prediction doubt = predict(text, dns);
        assertThat(found(doubt)).isEmpty();
        assertThat(doubt.unanswered()).containsExactly("gone.client.example A: SERVFAIL", "gone.client.example AAAA: SERVFAIL");
    }

    @Test
    void aRelayDomainThatGoesByItsMxWhichIsUs() {
        dns.mx("client.example", 10, "mx1.example.com");
        assertThat(found(predict("domains { \"example.com\" { deliver-to = store }, \"client.example\" { kind = relay, deliver-to = mx } }\n" + STORE, dns))).containsExactly("LP05 WARNING 3");
    }

    @ParameterizedTest
    @CsvSource({"198.51.100.9, true", "203.0.113.7, false"})
    void anMxThatLeadsToNobodyWeKnow(String address, boolean told) {
        FakeDns other = new FakeDns().mx("example.com", 10, "mail.example.com").address("mail.example.com", address).address("mx1.example.com", "203.0.113.7");
        Prediction prediction = predict("domains { \"example.com\" { deliver-to = store } }\n" + STORE, other);
        assertThat(found(prediction)).isEqualTo(told ? List.of("LP03 WARNING 3") : List.of());
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/8, ''", "203.0.113.0/24, LP12 WARNING 3", "203.0.113.9, LP12 WARNING 3", "127.0.0.2/32, ''"})
    void ourOwnAddressAmongTheTrusted(String network, String expected) {
        String text = "trusted-networks = [\"" + network + "\"]\nidentity { addresses = [\"203.0.113.9\"] }\ndomains { \"example.com\" { deliver-to = store } }\n" + STORE;
        assertThat(String.join(",", found(predict(text, null)).stream().distinct().toList())).isEqualTo(expected);
    }

    @Test
    void twoMachinesWithOneName() {
        dns.address("mx1.example.com", "198.51.100.1");
        assertThat(found(predict("domains { \"example.com\" { deliver-to = store } }\n" + STORE, dns))).containsExactly("LP13 WARNING 1");
    }

    @Test
    void mailForADanglingDomainThatATrustedProviderBringsBack() {
        dns.mx("forgotten.example", 10, "mx1.example.com");
        String text = """
                domains { "example.com" { deliver-to = store } }
                next-hops { store { url = "lmtp://10.0.0.9:24" }, provider { url = "smtp://198.51.100.1:25" } }
                routes = [ { to = "forgotten.example", via = provider }, { to = "*", via = provider } ]
                trusted-networks = ["198.51.100.1"]
                """;
        Prediction prediction = predict(text, dns);
        assertThat(found(prediction)).containsExactly("LP04 WARNING 5");
        assertThat(prediction.found().getFirst().walk()).extracting(Found.Station::why).contains("sends it by the MX of forgotten.example, and that is ourselves");
    }

    @Test
    void whatOnlyDnsMakesCertainIsNoError() {
        dns.mx("isthmus-prediction.example", 10, "mx1.example.com").mx("forgotten.example", 10, "mx1.example.com").address("relay.example", "203.0.113.7");
        Prediction prediction = predict("""
                domains { "example.com" { kind = shared, recipients = "pattern:u*", deliver-to = store, elsewhere = mx } }
                next-hops { store { url = "lmtp://10.0.0.9:24" }, provider { url = "smtp://relay.example:25" } }
                routes = [ { to = "forgotten.example", via = mx }, { to = "far.example", via = provider }, { to = "*", via = mx } ]
                """, dns);
        assertThat(prediction.loops()).containsExactly("LP02", "LP04", "LP05");
        assertThat(prediction.problems()).noneMatch(Problem::isError);
    }

    /// Ten thousand domains, each with its own route, and a resolver that answers nothing in time.
    @Test
    void tenThousandDomainsAreLookedAtAndASilentDnsHoldsNobodyUp() {
        StringBuilder domains = new StringBuilder("domains {\n");
        StringBuilder routes = new StringBuilder("routes = [\n");
        for (int i = 0; i < 10_000; i++) {
            domains.append("  \"d").append(i).append(".example\" { recipients = \"pattern:u*\", deliver-to = store }\n");
            routes.append("  { to = \"r").append(i).append(".example\", via = mx }\n");
        }
        Settings settings = settings(domains + "}\n" + routes + "]\n" + STORE);
        Prediction prediction = Predictions.of(settings, null);
        assertThat(prediction.problems()).isEmpty();
        assertThat(prediction.classes()).isGreaterThan(40_000);
        assertThat(prediction.cut()).isFalse();
        Prediction silent = Predictions.of(settings, new Silent());
        assertThat(silent.isAcyclic()).isTrue();
        assertThat(silent.unanswered()).hasSizeGreaterThan(10_000);
    }

    /// Says nothing until it is interrupted.
    private static final class Silent implements Resolver {
        private static <T extends DnsRecord> Answer<T> nothing() {
            try {
                Thread.sleep(Duration.ofMinutes(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new Answer.Failed<>("interrupted", "nobody");
        }

        @Override
        public Answer<DnsRecord.Mx> mx(String name) {
            return nothing();
        }

        @Override
        public Answer<DnsRecord.Address> ipv4(String name) {
            return nothing();
        }

        @Override
        public Answer<DnsRecord.Address> ipv6(String name) {
            return nothing();
        }

        @Override
        public Answer<DnsRecord.Text> txt(String name) {
            return nothing();
        }

        @Override
        public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
            return nothing();
        }
    }
}
