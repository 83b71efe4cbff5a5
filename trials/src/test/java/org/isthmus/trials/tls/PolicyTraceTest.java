// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.isthmus.explain.Explanation;
import org.isthmus.schedule.Forecast.Fate;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.TlsWish;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What decided how much TLS was asked stands in the trace of each attempt, and explain says it beforehand.
class PolicyTraceTest {
    private static String text(Step step) {
        return step == null ? "nothing" : step.rule() + ": " + step.outcome();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            insecure |         | named   | UNSAID   | delivery.tls: opportunistic                                                       | delivered
            insecure | none    | named   | UNSAID   | delivery.tls: opportunistic                                                       | delivered
            insecure | testing | named   | UNSAID   | mta-sts in testing: opportunistic, watching MTA-STS mx1.example.org               | delivered
            insecure | enforce | named   | UNSAID   | mta-sts: MTA-STS mx1.example.org                                                  | delivered
            insecure | enforce | unnamed | UNSAID   | mta-sts: not used                                                                 | waits
            secure   |         | named   | REQUIRED | REQUIRETLS: verify mx1.example.org                                                | delivered
            insecure | enforce | named   | REQUIRED | REQUIRETLS: MTA-STS mx1.example.org                                               | delivered
            insecure | enforce | unnamed | REQUIRED | REQUIRETLS: not used                                                              | fails
            insecure | enforce | named   | WAIVED   | TLS-Required: No: opportunistic, watching MTA-STS mx1.example.org                 | delivered
            """)
    void eachPolicyThatDecidesIsNamedWithItsEvidence(String dns, String mode, String named, TlsWish wish, String told, String outcome) throws Exception {
        Ground.SIMULATED.with(platform -> {
            Ground.Server mx = new Ground.Server(platform, "tls = starttls", "");
            PolicySite sender = sender(platform, dns, mode, named);
            Exchange exchange = PolicySite.exchange("mx1.example.org", mx.address());
            // Explained first, as it may be, and without a trace of its own.
            Explanation explained = sender.explain(wish == TlsWish.REQUIRED);
            assertThat(sender.told()).isEmpty();
            DeliveryAttempt attempt = sender.deliver(MailParameters.NONE.with(wish), exchange);
            assertThat(attempt.tried()).isNotEmpty().allSatisfy(tried -> {
                assertThat(text(tried.tls())).isEqualTo(told);
                assertThat(tried.tls().evidence()).isNotEmpty();
            });
            assertThat(attempt.outcomes().get(0)).isInstanceOf(outcome.equals("delivered") ? Outcome.Delivered.class : outcome.equals("waits") ? Outcome.Deferred.class : Outcome.Failed.class);
            if (wish != TlsWish.WAIVED) {
                assertThat(explained.prospects()).singleElement().satisfies(prospect -> {
                    assertThat(prospect.fate()).isInstanceOf(outcome.equals("delivered") ? Fate.Goes.class : outcome.equals("waits") ? Fate.Waits.class : Fate.Fails.class);
                    List<Step> steps = prospect.steps().stream().filter(step -> step.stage().equals("tls")).toList();
                    assertThat(steps).singleElement().satisfies(step -> {
                        assertThat(text(step)).isEqualTo(told.replaceFirst(": ", ": mx1.example.org: "));
                        // How fresh a policy is may differ, and nothing else.
                        assertThat(step.evidence()).hasSameSizeAs(attempt.tried().getFirst().tls().evidence());
                    });
                });
            }
            mx.stop();
        });
    }

    private static PolicySite sender(org.isthmus.platform.Platform platform, String dns, String mode, String named) {
        PolicySite sender = new PolicySite(platform, PolicySite.believing(), Duration.ZERO);
        sender.secure = dns.equals("secure");
        sender.mode = mode == null ? "" : mode;
        sender.policyMx = named.equals("named") ? "mx1.example.org" : "elsewhere.example.org";
        return sender;
    }

    @Test
    void whatTheConfigurationInsistsOnIsNamedWithItsLineAndWhatItWishesForIsNot() throws Exception {
        Ground.SIMULATED.with(platform -> {
            Ground.Server mx = new Ground.Server(platform, "tls = starttls", "");
            PolicySite sender = sender(platform, "insecure", "", "named");
            Exchange exchange = PolicySite.exchange("mx1.example.org", mx.address());
            Step required = sender.deliver(MailParameters.NONE, "a@example.net", new NextHop.Named("required"), exchange).tried().getFirst().tls();
            assertThat(text(required)).isEqualTo("next-hops.required.tls: required");
            assertThat(required.at()).isNotNull();
            assertThat(sender.deliver(MailParameters.NONE, "a@example.net", new NextHop.Named("hop"), exchange).tried().getFirst().tls()).isNull();
            assertThat(sender.deliver(MailParameters.NONE, "a@example.net", new NextHop.Named("off"), exchange).tried().getFirst().tls()).isNull();
            mx.stop();
        });
    }

    @Test
    void aDomainMayBeAskedForMoreThanOthers() throws Exception {
        Ground.SIMULATED.with(platform -> {
            Ground.Server clear = new Ground.Server(platform, "tls = off", "");
            Ground.Server good = new Ground.Server(platform, "tls = starttls", "");
            for (String mode : List.of("required", "verify")) {
                PolicySite sender = new PolicySite(platform, PolicySite.believing() + "\ndestinations { \"example.org\" { tls = " + mode + " } }", Duration.ZERO);
                DeliveryAttempt attempt = sender.deliver(MailParameters.NONE, PolicySite.exchange("mx1.example.org", clear.address()));
                assertThat(attempt.outcomes().get(0)).isInstanceOf(Outcome.Deferred.class);
                assertThat(text(attempt.tried().getFirst().tls())).startsWith("destinations.\"example.org\".tls: " + mode);
                assertThat(attempt.tried().getFirst().tls().at()).isNotNull();
                assertThat(sender.deliver(MailParameters.NONE, PolicySite.exchange("mx1.example.org", good.address())).outcomes().get(0)).isInstanceOf(Outcome.Delivered.class);
                Outcome other = sender.deliver(MailParameters.NONE, PolicySite.exchange("mx2.example.org", good.address())).outcomes().get(0);
                assertThat(other).isInstanceOf(mode.equals("verify") ? Outcome.Deferred.class : Outcome.Delivered.class);
            }
            assertThat(clear.accepted()).isZero();
            clear.stop();
            good.stop();
        });
    }

    @Test
    void callsWithoutMailAskWhatMailWouldAsk() throws Exception {
        Ground.SIMULATED.with(platform -> {
            Ground.Server mx = new Ground.Server(platform, "tls = starttls", "");
            Exchange exchange = PolicySite.exchange("mx1.example.org", mx.address());
            PolicySite good = sender(platform, "insecure", "enforce", "named");
            assertThat(good.call(exchange).trouble()).isNull();
            assertThat(good.call(exchange).conversation()).anyMatch(line -> line.contains("certificate signed by"));
            PolicySite bad = sender(platform, "insecure", "enforce", "unnamed");
            PolicySite distrustful = new PolicySite(platform, PolicySite.believingNobody(), Duration.ZERO);
            distrustful.mode = "enforce";
            for (PolicySite site : List.of(bad, distrustful)) {
                assertThat(site.call(exchange).trouble()).satisfies(trouble -> assertThat(trouble.status()).hasToString("4.7.5"));
            }
            assertThat(Stream.of(good, bad, distrustful).map(PolicySite::told)).as("nobody sent mail").allMatch(told -> !told.contains("good") || told.contains("0 good"));
            mx.stop();
        });
    }
}
