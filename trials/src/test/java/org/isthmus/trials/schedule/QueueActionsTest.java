// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isthmus.trials.schedule.Yard.has;
import static org.isthmus.trials.schedule.Yard.letters;

import java.time.Duration;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.transit.RecipientState;
import org.isthmus.trials.peers.Behaviour;
import org.isthmus.trials.peers.Behaviour.Act;
import org.isthmus.trials.peers.Behaviour.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an operator does to mail that waits, and that it lasts.
class QueueActionsTest {
    private static final Behaviour NOT_NOW = Behaviour.at(Stage.RECIPIENT, new Act.Say("451 4.3.0 not now"));

    @ParameterizedTest
    @ValueSource(strings = {"left", "left.example", "*.example", "*"})
    void aSuspendedDestinationGetsNothingUntilItIsResumed(String pattern) {
        Yard.run(yard -> {
            yard.queue().suspend(pattern, "trial");
            String letter = yard.send("u@left.example");
            yard.pass(Duration.ofHours(2));
            assertThat(yard.left.sessions()).isZero();
            assertThat(yard.queue().status().suspended()).containsExactly(pattern);
            assertThat(yard.queue().resume(pattern, "trial")).isTrue();
            yard.until("delivered", Duration.ofSeconds(5), () -> has(yard.left, letter));
            assertThat(yard.queue().resume(pattern, "trial")).as("resumed twice").isFalse();
        });
    }

    @Test
    void aSuspensionIsForItsDestinationAloneAndOutlivesARestart() {
        Yard.run(yard -> {
            yard.queue().suspend("left.example", "trial");
            String letter = yard.send("u@left.example", "u@right.example");
            yard.until("the other is delivered", Duration.ofSeconds(5), () -> has(yard.right, letter));
            yard.restart(true);
            yard.pass(Duration.ofHours(2));
            assertThat(yard.left.sessions()).isZero();
            yard.queue().resume("left.example", "trial");
            yard.until("delivered", Duration.ofSeconds(5), () -> has(yard.left, letter));
            assertThat(letters(yard.right)).hasSize(1);
        });
    }

    @Test
    void theSenderHearsOfADelayBehindASuspensionAndTheMailIsNotGivenUp() {
        Yard.run(yard -> {
            yard.queue().suspend("left", "trial");
            String letter = yard.send("u@left.example");
            yard.pass(Duration.ofHours(5));
            assertThat(yard.reports()).singleElement().asString().contains("Action: delayed", "Deliveries to left.example are stopped for the moment").doesNotContain("Last-Attempt-Date");
            yard.pass(Duration.ofHours(43));
            assertThat(yard.reports()).hasSize(1);
            yard.queue().resume("left", "trial");
            yard.until("delivered", Duration.ofMinutes(1), () -> has(yard.left, letter));
        });
    }

    @Test
    void aDestinationOfTheConfigurationIsSuspendedAndResumedByReload() {
        Yard.run(yard -> {
            yard.reload(Yard.ROUTES + "delivery.suspended = [left]");
            String letter = yard.send("u@left.example");
            yard.pass(Duration.ofMinutes(10));
            assertThat(yard.left.sessions()).isZero();
            assertThat(yard.queue().resume("left", "trial")).as("by command").isFalse();
            yard.reload(Yard.ROUTES);
            yard.until("delivered", Duration.ofSeconds(5), () -> has(yard.left, letter));
        });
    }

    @Test
    void whatIsHeldWaitsForARelease() {
        Yard.run(yard -> {
            yard.leftBehaves(NOT_NOW);
            String letter = yard.send("u@left.example");
            yard.pass(Duration.ofMinutes(2));
            assertThat(yard.queue().hold(Yard.to("left.example"), true, "trial")).isEqualTo(1);
            assertThat(yard.waiting(letter).attempts()).as("a dry run").isPositive();
            assertThat(yard.queue().hold(Yard.to("left.example"), false, "trial")).isEqualTo(1);
            yard.leftBehaves(Behaviour.COMPLIANT);
            yard.pass(Duration.ofDays(3));
            yard.restart(false);
            assertThat(yard.states(letter).getFirst()).isInstanceOf(RecipientState.Held.class);
            assertThat(yard.reports("failed")).isEmpty();
            assertThat(yard.queue().retry(Selector.ALL, false, "trial")).as("a retry leaves what is held").isZero();
            assertThat(yard.queue().release(Selector.ALL, false, "trial")).isEqualTo(1);
            yard.until("tried once more though its time is over", Duration.ofSeconds(5), () -> has(yard.left, letter));
        });
    }

    @Test
    void aRetryMakesDueNowWhatItsSelectorMeans() {
        Yard.run(yard -> {
            yard.leftBehaves(NOT_NOW);
            String letter = yard.send("u@left.example");
            yard.pass(Duration.ofMinutes(20));
            yard.leftBehaves(Behaviour.COMPLIANT);
            assertThat(yard.queue().retry(Yard.to("right.example"), false, "trial")).isZero();
            assertThat(yard.queue().retry(new Selector(Set.of(), Set.of(), Set.of(), null, "nobody said this", null, false), false, "trial")).isZero();
            yard.pass(Duration.ofSeconds(5));
            assertThat(has(yard.left, letter)).isFalse();
            assertThat(yard.queue().retry(Yard.to("left.example"), false, "trial")).isEqualTo(1);
            yard.until("delivered", Duration.ofSeconds(5), () -> has(yard.left, letter));
        });
    }

    @Test
    void aFlushForgetsBackOffAndWhatIsRememberedOfHosts() {
        Yard.run(yard -> {
            yard.leftReachable(false);
            for (int i = 0; i < 5; i++) {
                yard.send("u" + i + "@left.example");
            }
            yard.pass(Duration.ofHours(3));
            yard.leftReachable(true);
            assertThat(yard.queue().flush(Domain.of("left.example"), "trial")).isEqualTo(5);
            yard.until("all delivered", Duration.ofSeconds(10), () -> letters(yard.left).size() == 5);
        });
    }

    @Test
    void whatIsBouncedIsReportedAndWhatIsRemovedIsNot() {
        Yard.run(yard -> {
            yard.leftBehaves(NOT_NOW);
            yard.send("bounced@left.example", "removed@left.example");
            yard.pass(Duration.ofSeconds(10));
            assertThat(yard.queue().bounce(to("bounced@left.example"), false, "trial")).isEqualTo(1);
            assertThat(yard.queue().remove(to("removed@left.example"), false, "trial")).isEqualTo(1);
            yard.until("nothing waits", Duration.ofSeconds(10), () -> yard.queued().isEmpty());
            assertThat(yard.reports()).singleElement().asString().contains("bounced@left.example").doesNotContain("Final-Recipient: rfc822; removed");
        });
    }

    /// While an operator holds and releases without pause, no recipient is lost and none is delivered twice.
    @Test
    void meddlingBesideDeliveriesLosesNothing() {
        Yard.run(yard -> {
            yard.leftBehaves(Behaviour.sometimes(yard.world.chance("left"), 0.3, Stage.RECIPIENT, new Act.Say("451 4.3.0 not now")));
            for (int i = 0; i < 40; i++) {
                yard.send("a" + i + "@left.example", "b" + i + "@right.example");
                yard.queue().hold(Selector.ALL, false, "trial");
                yard.queue().flush(null, "trial");
                yard.queue().release(Selector.ALL, false, "trial");
            }
            yard.until("all delivered", Duration.ofHours(12), () -> yard.queued().isEmpty());
            assertThat(letters(yard.left)).hasSize(40).doesNotHaveDuplicates();
            assertThat(letters(yard.right)).hasSize(40).doesNotHaveDuplicates();
        });
    }

    private static Selector to(String address) {
        return new Selector(Set.of(), Set.of(address), Set.of(), null, null, null, false);
    }
}
