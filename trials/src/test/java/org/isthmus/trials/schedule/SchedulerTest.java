// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isthmus.trials.schedule.Yard.has;
import static org.isthmus.trials.schedule.Yard.letters;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.RecipientState;
import org.isthmus.trials.peers.Behaviour;
import org.isthmus.trials.peers.Behaviour.Act;
import org.isthmus.trials.peers.Behaviour.Stage;
import org.isthmus.trials.peers.Ledger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// When mail that waits is tried again, and what becomes of it when nothing helps.
class SchedulerTest {
    private static final Behaviour NOT_NOW = Behaviour.at(Stage.RECIPIENT, new Act.Say("451 4.3.0 not now"));

    private static void about(Duration real, Duration expected) {
        // A tenth of jitter, and what the conversation takes.
        assertThat(real).isBetween(expected.multipliedBy(9).dividedBy(10), expected.multipliedBy(11).dividedBy(10).plusSeconds(2));
    }

    @Test
    void whatIsDeferredIsTriedAgainByTheStepsAndTheLastOneRepeats() {
        Yard.run(yard -> {
            yard.leftBehaves(NOT_NOW);
            String letter = yard.send("u@left.example");
            yard.pass(Duration.ofHours(4));
            List<Duration> attempts = yard.leftAttempts();
            assertThat(attempts.size()).isBetween(5, 7);
            about(attempts.get(1).minus(attempts.get(0)), Duration.ofMinutes(1));
            about(attempts.get(2).minus(attempts.get(1)), Duration.ofMinutes(10));
            about(attempts.get(3).minus(attempts.get(2)), Duration.ofHours(1));
            about(attempts.get(4).minus(attempts.get(3)), Duration.ofHours(1));
            assertThat(yard.waiting(letter).attempts()).isEqualTo(attempts.size());
            yard.leftBehaves(Behaviour.COMPLIANT);
            yard.until("delivered", Duration.ofMinutes(70), () -> has(yard.left, letter));
            assertThat(yard.queued()).isEmpty();
        });
    }

    @Test
    void theSenderIsToldOfADelayOnceAndOfTheFailureOnce() {
        Yard.run(yard -> {
            yard.leftBehaves(NOT_NOW);
            yard.send("u@left.example");
            yard.pass(Duration.ofMinutes(230));
            assertThat(yard.reports()).isEmpty();
            yard.pass(Duration.ofHours(2));
            assertThat(yard.reports()).singleElement().asString().contains("Action: delayed", "Will-Retry-Until:", "451 4.3.0 not now");
            yard.pass(Duration.ofHours(16));
            assertThat(yard.reports()).hasSize(1);
            yard.pass(Duration.ofHours(4));
            assertThat(yard.reports("failed")).singleElement().asString().contains("Status: 5.4.7", "451 4.3.0 not now");
            assertThat(yard.reports()).hasSize(2);
            assertThat(yard.queued()).isEmpty();
        });
    }

    /// The last attempt is made when time is up: nothing is given up untried.
    @Test
    void theLastAttemptIsAtTheEndOfTheLifetime() {
        Yard.run(yard -> {
            yard.leftBehaves(NOT_NOW);
            yard.send("u@left.example");
            Duration accepted = yard.now();
            yard.until("given up", Duration.ofHours(25), () -> yard.queued().isEmpty());
            Duration last = yard.leftAttempts().getLast().minus(accepted);
            assertThat(last).isBetween(Duration.ofHours(24).minusSeconds(5), Duration.ofHours(24).plusSeconds(5));
        });
    }

    @Test
    void everythingBehindASilentDestinationIsGivenUpInTimeAndToldOfBefore() {
        Yard.run(yard -> {
            yard.leftReachable(false);
            List<String> letters = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                letters.add(yard.send("u" + i + "@left.example"));
            }
            String other = yard.send("u@right.example");
            yard.until("the healthy one is not held up", Duration.ofSeconds(5), () -> has(yard.right, other));
            // It is told with the first attempt behind the four hours, and none is more than an hour away.
            yard.pass(Duration.ofMinutes(330));
            assertThat(yard.reports("delayed")).hasSize(30);
            yard.until("all given up", Duration.ofHours(24).plusMinutes(10).minus(yard.now()), () -> yard.queued().isEmpty());
            yard.pass(Duration.ofMinutes(1));
            assertThat(yard.reports("failed")).hasSize(30).allSatisfy(report -> assertThat(report).contains("Status: 5.4.7"));
            assertThat(yard.reports()).hasSize(60);
        });
    }

    @Test
    void aSilentDestinationThatComesBackGetsAllThatWaitedWithinItsPause() {
        Yard.run(yard -> {
            yard.leftReachable(false);
            for (int i = 0; i < 10; i++) {
                yard.send("u" + i + "@left.example");
            }
            yard.pass(Duration.ofHours(2));
            yard.leftReachable(true);
            yard.until("all delivered", Duration.ofMinutes(70), () -> letters(yard.left).size() == 10);
        });
    }

    @Test
    void aHangingDestinationHasFewAttemptsAndHoldsUpNobody() {
        Yard.run(yard -> {
            yard.leftBehaves(Behaviour.at(Stage.GREETING, new Act.Hang(Duration.ofHours(1))));
            for (int i = 0; i < 20; i++) {
                yard.send("u" + i + "@left.example");
            }
            yard.pass(Duration.ofMinutes(1));
            assertThat(yard.queue().status().active()).isBetween(1, 2);
            for (int i = 0; i < 20; i++) {
                String letter = yard.send("u@right.example");
                yard.until("delivered meanwhile", Duration.ofSeconds(2), () -> has(yard.right, letter));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRestartKeepsTheSchedule(boolean power) {
        Yard.run(yard -> {
            yard.leftBehaves(NOT_NOW);
            String letter = yard.send("u@left.example");
            yard.pass(Duration.ofMinutes(20));
            RecipientState.Waiting before = yard.waiting(letter);
            int attempts = yard.leftAttempts().size();
            yard.restart(power);
            assertThat(yard.waiting(letter)).isEqualTo(before);
            Duration left = Duration.between(yard.clock(), before.due());
            yard.pass(left.minusSeconds(5));
            assertThat(yard.leftAttempts()).as("attempts before it was due").hasSize(attempts);
            yard.pass(Duration.ofSeconds(10));
            assertThat(yard.leftAttempts()).hasSize(attempts + 1);
            assertThat(yard.waiting(letter).attempts()).isEqualTo(before.attempts() + 1);
        });
    }

    @Test
    void mailThatWaitsGoesTheWayOfThePresentConfiguration() {
        Yard.run(yard -> {
            yard.leftReachable(false);
            String letter = yard.send("u@left.example");
            yard.pass(Duration.ofMinutes(5));
            yard.reload(Yard.ROUTES.replace("via = left", "via = right"));
            yard.until("delivered by the new way", Duration.ofMinutes(12), () -> has(yard.right, letter));
            assertThat(yard.queued()).isEmpty();
        });
    }

    /// RFC 1047: the first recipient's answer came, the second's copy was taken and its answer lost, the third was refused before there was anything to take.
    @Test
    void onlyThoseWhoseCopyMayHaveBeenTakenAreMarkedAsPossibleDuplicates() {
        Yard.run(yard -> {
            yard.team.behave(moment -> {
                boolean second = moment.stage() == Stage.END && moment.recipients().contains("b@team.example");
                boolean third = moment.stage() == Stage.RECIPIENT && moment.argument().equals("c@team.example");
                return second ? new Act.KeepAndClose() : third ? new Act.Say("451 4.2.1 locked") : new Act.Comply();
            });
            String letter = yard.send("a@team.example", "b@team.example", "c@team.example");
            yard.pass(Duration.ofSeconds(10));
            List<RecipientState> states = yard.states(letter);
            assertThat(states.get(0)).isInstanceOf(RecipientState.Settled.class);
            assertThat(((RecipientState.Waiting) states.get(1)).possibleDuplicate()).isTrue();
            assertThat(((RecipientState.Waiting) states.get(2)).possibleDuplicate()).isFalse();
            yard.team.behave(Behaviour.COMPLIANT);
            yard.until("delivered", Duration.ofMinutes(3), () -> yard.queued().isEmpty());
            assertThat(yard.team.deliveries()).extracting(delivery -> delivery.recipients().getFirst())
                    .containsExactlyInAnyOrder("a@team.example", "b@team.example", "b@team.example", "c@team.example");
        });
    }

    @Test
    void aClockThatJumpsForwardIsNoticedWithinAMinuteAndNothingIsGivenUpBeforeItsTime() {
        Yard.run(yard -> {
            yard.leftBehaves(NOT_NOW);
            yard.send("u@left.example");
            yard.pass(Duration.ofMinutes(20));
            int attempts = yard.leftAttempts().size();
            yard.jumpClock(Duration.ofDays(10));
            yard.pass(Duration.ofSeconds(65));
            assertThat(yard.leftAttempts()).as("it was due by the clock").hasSize(attempts + 1);
            yard.pass(Duration.ofHours(23));
            assertThat(yard.reports("failed")).as("its day is not over").isEmpty();
            assertThat(yard.leftAttempts().size()).as("no storm: it is tried every hour").isLessThan(attempts + 28);
            yard.pass(Duration.ofHours(2));
            assertThat(yard.reports("failed")).hasSize(1);
        });
    }

    @Test
    void aHundredSmallStepsOfTheClockChangeNothing() {
        Yard.run(yard -> {
            yard.leftBehaves(NOT_NOW);
            yard.send("u@left.example");
            Duration begun = yard.now();
            for (int i = 0; i < 100; i++) {
                yard.jumpClock(Duration.ofMillis(i % 3 == 0 ? -1500 : 900));
                yard.pass(Duration.ofMinutes(2));
            }
            assertThat(yard.now().minus(begun)).isLessThan(Duration.ofHours(4));
            assertThat(yard.leftAttempts()).as("1m, 10m, then every hour").hasSizeBetween(5, 7);
            assertThat(yard.reports("failed")).isEmpty();
        });
    }

    @Test
    void idsStayUniqueWhateverTheClockDoes() {
        Yard.run(yard -> {
            yard.leftBehaves(NOT_NOW);
            Set<QueueId> ids = new HashSet<>();
            int sent = 0;
            for (int hours : new int[] {1, -1, 240, -264, 24, -1, 1}) {
                yard.jumpClock(Duration.ofHours(hours));
                for (int i = 0; i < 3; i++) {
                    yard.send("u@left.example");
                    sent++;
                }
                yard.queued().forEach(message -> ids.add(message.id()));
            }
            assertThat(ids).hasSizeGreaterThanOrEqualTo(sent);
            assertThat(yard.reports("failed")).isEmpty();
        });
    }

    @Test
    void nothingIsTriedBeforeItsTimeWhenTheClockIsSetBack() {
        Yard.run(yard -> {
            yard.leftBehaves(NOT_NOW);
            String letter = yard.send("u@left.example");
            yard.pass(Duration.ofMinutes(20));
            Instant due = yard.waiting(letter).due();
            yard.jumpClock(Duration.ofHours(-1));
            int attempts = yard.leftAttempts().size();
            yard.pass(Duration.between(yard.clock(), due));
            assertThat(yard.leftAttempts()).hasSize(attempts);
            assertThat(yard.ledger.entries(Ledger.End.PROMISED)).hasSize(1);
        });
    }
}
