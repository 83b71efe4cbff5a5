// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.isthmus.trials.peers.Sink;
import org.junit.jupiter.api.Test;

/// What the sender of a message to an alias of several is told, end to end. RFC 3461 §5.2.7.3, RFC 3464 §2.3.3.
class ExpandedTest {
    private static final String ALIASES = """
            crew@site.example: bert@site.example, clara@site.example, ghost@left.example
            desk@site.example: bert@site.example
            """;

    @Test
    void successOfAnAliasIsReportedOnceAsExpandedAndFailuresOfItsMembersAreReportedByTheNameThatWasUsed() {
        Yard.run(ALIASES, yard -> {
            yard.leftRefuses("ghost@left.example");
            yard.say("MAIL FROM:<anna@site.example> ENVID=E1", "RCPT TO:<crew@site.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;crew@site.example");
            yard.until("nothing waits", Duration.ofMinutes(1), () -> yard.queued().isEmpty());
            assertThat(yard.store.deliveries().stream().filter(one -> !one.from().isEmpty()).map(Sink.Delivery::recipients))
                    .containsExactlyInAnyOrder(List.of("bert@site.example", "clara@site.example"));
            assertThat(yard.reports("expanded")).singleElement().asString()
                    .contains("Original-Envelope-Id: E1", "Original-Recipient: rfc822; crew@site.example", "Final-Recipient: rfc822; crew@site.example", "Status: 2.0.0")
                    .doesNotContain("bert", "clara", "Action: delivered");
            assertThat(yard.reports("failed")).singleElement().asString().contains("Original-Recipient: rfc822; crew@site.example", "Status: 5.1.1");
            assertThat(yard.reports("delivered")).isEmpty();
            assertThat(yard.reports()).hasSize(2);
        });
    }

    @Test
    void anAliasOfOneIsNoListAndItsDeliveryIsReported() {
        Yard.run(ALIASES, yard -> {
            yard.say("MAIL FROM:<anna@site.example>", "RCPT TO:<desk@site.example> NOTIFY=SUCCESS");
            yard.until("nothing waits", Duration.ofMinutes(1), () -> yard.queued().isEmpty());
            assertThat(yard.reports()).singleElement().asString().contains("Action: delivered", "Final-Recipient: rfc822; desk@site.example").doesNotContain("Action: expanded");
        });
    }

    @Test
    void whoAskedForNothingHearsNothingOfAnAlias() {
        Yard.run(ALIASES, yard -> {
            yard.say("MAIL FROM:<anna@site.example>", "RCPT TO:<crew@site.example> NOTIFY=NEVER");
            yard.until("nothing waits", Duration.ofMinutes(1), () -> yard.queued().isEmpty());
            assertThat(yard.reports()).isEmpty();
        });
    }
}
