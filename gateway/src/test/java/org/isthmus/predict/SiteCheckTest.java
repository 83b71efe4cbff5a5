// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Problem;
import org.isthmus.config.Problem.Severity;
import org.isthmus.config.Settings;
import org.isthmus.route.FakeDns;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SiteCheckTest {
    /// What this test's zone is silent about.
    private static final Set<String> ABOUT_DNS = Set.of("LP03", "LP13");
    private final FakeDns dns = new FakeDns();

    private static Settings settings(String text) {
        return ConfigLoader.parse("""
                connector { hostname = "mx1.example.com", data = /var/lib/isthmus, postmaster = "postmaster@example.com" %s }
                listeners { internet { address = "203.0.113.7:25" }, inner { address = "127.0.0.1:2525" } }
                """.formatted(text.contains("admin {") ? ", postmaster-to = admin" : "") + text).orThrow();
    }

    private static List<Problem> problems(String text, @Nullable FakeDns dns) {
        Settings settings = settings(text);
        return Predictions.of(settings, dns).problems().stream().filter(problem -> !ABOUT_DNS.contains(problem.id())).toList();
    }

    private static List<String> found(String text, @Nullable FakeDns dns) {
        return problems(text, dns).stream().map(problem -> problem.id() + " " + problem.severity() + (problem.at() == null ? "" : " " + problem.at().line())).toList();
    }

    @Test
    void anOrdinarySiteHasNoFindings() {
        dns.mx("client.example", 10, "mail.client.example").mx("client.example", 20, "mx1.example.com").address("mail.client.example", "198.51.100.1");
        assertThat(problems("""
                domains { "example.com" { deliver-to = store }, "client.example" { kind = relay, deliver-to = mx } }
                next-hops { store { url = "lmtp://10.0.0.9:24" }, filter { url = "smtp://127.0.0.1:10025" } }
                routes = [ { to = "*", via = mx }, { to = "far.example", via = filter } ]
                """, null)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"turn-around, NOTE", "reject, WARNING", "send, WARNING", "hold, WARNING"})
    void anOutwardWayBesideAnInsideHopIsToldWithItsEffect(String policy, Severity severity) {
        List<Problem> problems = problems("""
                domains { "example.com" { deliver-to = store } }
                next-hops { store { url = "lmtp://10.0.0.9:24" } }
                routes = [ { to = "example.com", via = mx }, { to = "*", via = mx } ]
                loop { loopback = %s }
                """.formatted(policy), null);
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.id()).isEqualTo("LP01");
            assertThat(problem.severity()).isEqualTo(severity);
            assertThat(problem.message()).contains("loop.loopback = " + policy, "routes[0] to=\"example.com\" via=mx");
            assertThat(problem.evidence()).contains("inside hop: store");
        });
    }

    @ParameterizedTest
    @CsvSource({"turn-around", "reject", "send", "hold"})
    void anOutwardWayWithoutAnInsideHopIsAnErrorUnderEveryPolicy(String policy) {
        assertThat(found("""
                domains { "example.com" { deliver-to = mx } }
                routes = [ { to = "*", via = mx } ]
                loop { loopback = %s }
                """.formatted(policy), null)).containsExactly("LP01 ERROR 3");
    }

    @Test
    void aConditionIsEnoughToLeave() {
        assertThat(found("""
                domains { "example.com" { deliver-to = store } }
                next-hops { store { url = "lmtp://10.0.0.9:24" }, provider { url = "smtp://198.51.100.1:25" } }
                routes = [ { to = "*.com", via = provider, min-size = 10 MiB } ]
                """, null)).containsExactly("LP08 NOTE 5");
        assertThat(found("""
                domains { "example.com" { deliver-to = store } }
                next-hops { store { url = "lmtp://10.0.0.9:24" }, provider { url = "smtp://198.51.100.1:25" } }
                routes = [ { to = "*.com", via = provider, require-tls = yes } ]
                """, null)).containsExactly("LP08 NOTE 5");
    }

    @Test
    void aStoreThatServesStrangersIsNoInsideHopUnlessItSaysSo() {
        String text = """
                domains { "example.com" { deliver-to = both } }
                next-hops { both { url = "smtp://10.0.0.9:25" %s } }
                routes = [ { to = "*", via = both } ]
                """;
        assertThat(found(text.formatted(""), null)).containsExactly("LP01 ERROR 3");
        assertThat(found(text.formatted(", inside = true"), null)).isEmpty();
    }

    @Test
    void aRouteForAllBelowCountsForADomainOfAllBelow() {
        assertThat(found("""
                domains { "*.example.com" { deliver-to = store } }
                next-hops { store { url = "lmtp://10.0.0.9:24" } }
                routes = [ { to = "sales.example.com", via = mx } ]
                """, null)).containsExactly("LP01 NOTE 5");
    }

    @ParameterizedTest
    @CsvSource({
        "smtp://203.0.113.7:25, LP02 ERROR 4", "smtp://127.0.0.1:2525, LP02 ERROR 4", "smtp://localhost:2525, LP02 ERROR 4", "smtp://0.0.0.0:2525, LP02 ERROR 4",
        "smtp://203.0.113.7:26, ''", "smtp://127.0.0.1:25, ''", "smtp://mx1.example.com:25, LP02 WARNING 4", "smtp://mx1.example.com:10025, ''", "smtp://far.example:25, ''",
    })
    void aSmarthostThatIsOurselvesIsFoundByAddressAndPort(String url, String expected) {
        List<String> found = found("""
                domains { "example.com" { deliver-to = store } }
                next-hops { store { url = "lmtp://10.0.0.9:24" }, provider { url = "%s" } }
                routes = [ { to = "*", via = provider } ]
                """.formatted(url), null);
        assertThat(String.join(",", found)).isEqualTo(expected);
    }

    @Test
    void fallbackStoreElsewhereAndPostmasterAreLookedAtToo() {
        String self = "smtp://203.0.113.7:25";
        assertThat(problems("""
                domains {
                  "example.com" { deliver-to = store }
                  "shared.example" { kind = shared, recipients = "pattern:x*", deliver-to = good, elsewhere = old }
                }
                next-hops { store { url = "%1$s" }, old { url = "%1$s" }, spare { url = "%1$s" }, admin { url = "%1$s" }, idle { url = "%1$s" }, good { url = "lmtp://10.0.0.9:24" } }
                routes = [ { to = "*", via = mx, fallback = spare } ]
                """.formatted(self), null))
                .filteredOn(problem -> problem.id().equals("LP02"))
                .extracting(problem -> problem.severity() + " " + problem.message().substring(0, problem.message().indexOf(' ')))
                .containsExactly("ERROR next-hops.admin", "WARNING next-hops.idle", "ERROR next-hops.old", "ERROR next-hops.spare", "ERROR next-hops.store");
    }

    @Test
    void aStoreThatIsOurselvesLeavesItsDomainWithoutAnInsideHop() {
        assertThat(found("""
                domains { "example.com" { deliver-to = store } }
                next-hops { store { url = "smtp://127.0.0.1:2525" } }
                """, null)).containsExactly("LP01 ERROR 3", "LP02 ERROR 4");
    }

    @Test
    void whatOnlyDnsShowsIsAWarning() {
        dns.address("relay.provider.example", "203.0.113.7");
        assertThat(found("""
                domains { "example.com" { deliver-to = store } }
                next-hops { store { url = "lmtp://10.0.0.9:24" }, provider { url = "smtp://relay.provider.example:25" } }
                routes = [ { to = "*", via = provider } ]
                """, dns)).containsExactly("LP02 WARNING 4");
    }

    @Test
    void aSharedDomainWhoseOtherAddressesComeBackByMxIsFound() {
        dns.mx("example.com", 10, "mx1.example.com");
        String text = """
                domains { "example.com" { kind = shared, recipients = "pattern:x*", deliver-to = store, elsewhere = mx } }
                next-hops { store { url = "lmtp://10.0.0.9:24" } }
                """;
        assertThat(found(text, dns)).containsExactly("LP05 WARNING 3");
        assertThat(found(text, null)).isEmpty();
    }

    @Test
    void aRelayDomainThatWeAreTheBestExchangerOfIsFoundByDnsAlone() {
        dns.mx("client.example", 10, "mx1.example.com").address("mx1.example.com", "203.0.113.7");
        assertThat(found("domains { \"client.example\" { kind = relay } }", dns)).containsExactly("LP05 WARNING 3");
        assertThat(found("domains { \"client.example\" { kind = relay } }", null)).isEmpty();
        dns.mx("client.example", 5, "mail.client.example").address("mail.client.example", "198.51.100.1");
        assertThat(found("domains { \"client.example\" { kind = relay } }", dns)).as("a backup for it").isEmpty();
    }

    @Test
    void doubtAboutDnsIsNoFinding() {
        dns.failing("relay.provider.example").failing("example.com");
        assertThat(found("""
                domains { "example.com" { kind = shared, recipients = "pattern:x*", deliver-to = store, elsewhere = mx } }
                next-hops { store { url = "lmtp://10.0.0.9:24" }, provider { url = "smtp://relay.provider.example:25" } }
                routes = [ { to = "*", via = provider } ]
                """, dns)).isEmpty();
    }
}
