// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.trials.peers.Behaviour;
import org.junit.jupiter.api.Test;

/// What senders wish of time and turn: BY (RFC 2852), MT-PRIORITY (RFC 6710), HOLDFOR and HOLDUNTIL (RFC 4865).
class TimedTest {
    private static final Behaviour NOT_NOW = Behaviour.at(Behaviour.Stage.RECIPIENT, new Behaviour.Act.Say("451 4.3.0 not now"));

    private static String mail(String parameter) {
        return "MAIL FROM:<anna@site.example> " + parameter;
    }


    @Test
    void whatIsLateIsReturnedWithoutAnotherAttempt() {
        Yard.run(yard -> {
            yard.leftReachable(false);
            yard.say(mail("BY=300;R"), "RCPT TO:<u@left.example>");
            yard.pass(Duration.ofSeconds(290));
            assertThat(yard.reports()).isEmpty();
            yard.until("returned", Duration.ofSeconds(30), () -> yard.queued().isEmpty());
            yard.pass(Duration.ofSeconds(10));
            assertThat(yard.reports("failed")).singleElement().asString().contains("Status: 5.4.7");
            assertThat(yard.reports()).hasSize(1);
        });
    }

    @Test
    void whatMustComeBackIfLateGoesToNobodyWhoWouldNotSeeToThat() {
        Yard.run(yard -> {
            yard.say(mail("BY=300;R"), "RCPT TO:<u@left.example>");
            yard.until("returned", Duration.ofSeconds(30), () -> yard.queued().isEmpty());
            yard.pass(Duration.ofSeconds(10));
            assertThat(yard.left.deliveries()).isEmpty();
            assertThat(yard.reports("failed")).singleElement().asString().contains("DELIVERBY");
        });
    }

    @Test
    void deliveryEndsAtTheSite() {
        Yard.run(yard -> {
            yard.say(mail("BY=300;R"), "RCPT TO:<u@site.example>", "RCPT TO:<t@team.example>");
            yard.until("delivered", Duration.ofSeconds(30), () -> yard.queued().isEmpty());
            assertThat(yard.store.deliveries()).hasSize(1);
            assertThat(yard.team.deliveries()).hasSize(1);
        });
    }

    @Test
    void whoeverWantsNoticeIsToldWhenItIsLateAndItIsTriedOn() {
        Yard.run(yard -> {
            yard.leftBehaves(NOT_NOW);
            yard.say(mail("BY=1200;N"), "RCPT TO:<u@left.example>");
            yard.pass(Duration.ofSeconds(1190));
            assertThat(yard.reports()).isEmpty();
            yard.pass(Duration.ofSeconds(30));
            assertThat(yard.reports("delayed")).singleElement().asString().contains("Status: 4.4.7", "451 4.3.0 not now");
            yard.pass(Duration.ofHours(2));
            assertThat(yard.reports("delayed")).hasSize(1);
            yard.leftBehaves(Behaviour.COMPLIANT);
            yard.until("delivered", Duration.ofHours(2), () -> yard.left.deliveries().size() == 1);
            yard.pass(Duration.ofSeconds(30));
            assertThat(yard.reports("relayed")).as("the wish ends at a server that doesn't know it").hasSize(1);
            assertThat(yard.queued()).isEmpty();
        });
    }

    @Test
    void whoeverWantsToHearOfNothingHearsOfNothing() {
        Yard.run(yard -> {
            yard.leftBehaves(NOT_NOW);
            yard.say(mail("BY=60;NT"), "RCPT TO:<u@left.example> NOTIFY=NEVER");
            yard.pass(Duration.ofMinutes(5));
            yard.leftBehaves(Behaviour.COMPLIANT);
            yard.until("delivered", Duration.ofHours(2), () -> yard.left.deliveries().size() == 1);
            yard.pass(Duration.ofSeconds(30));
            assertThat(yard.reports()).isEmpty();
        });
    }

    @Test
    void aRestartForgetsNoMoment() {
        Yard.run(yard -> {
            yard.leftReachable(false);
            yard.say(mail("BY=300;R"), "RCPT TO:<u@left.example>");
            yard.pass(Duration.ofSeconds(100));
            yard.restart(true);
            yard.pass(Duration.ofSeconds(215));
            assertThat(yard.reports("failed")).hasSize(1);
        });
    }

    @Test
    void whatIsHeldGoesWhenItsSenderWantsAndNoEarlier() {
        Yard.run(yard -> {
            yard.say(mail("HOLDFOR=7200"), "RCPT TO:<u@left.example>");
            yard.pass(Duration.ofMinutes(60));
            yard.queue().flush(null, "test");
            yard.queue().retry(Selector.ALL, false, "test");
            yard.pass(Duration.ofMinutes(59));
            assertThat(yard.left.deliveries()).isEmpty();
            yard.restart(false);
            yard.until("delivered", Duration.ofMinutes(2), () -> yard.left.deliveries().size() == 1);
            assertThat(yard.queued()).isEmpty();
        });
    }

    @Test
    void whatWasHeldHasItsWholeLifeStillBeforeIt() {
        Yard.run(yard -> {
            yard.leftBehaves(NOT_NOW);
            yard.say(mail("HOLDFOR=172800"), "RCPT TO:<u@left.example>");
            yard.pass(Duration.ofHours(48 + 3));
            assertThat(yard.reports()).isEmpty();
            yard.pass(Duration.ofHours(3));
            assertThat(yard.reports("delayed")).hasSize(1);
            yard.pass(Duration.ofHours(17));
            assertThat(yard.queued()).as("not given up a day after it was accepted").hasSize(1);
            yard.pass(Duration.ofHours(2));
            assertThat(yard.reports("failed")).hasSize(1);
        });
    }

    @Test
    void whoHasPriorityGoesFirst() {
        Yard.run(yard -> {
            yard.leftReachable(false);
            for (String priority : List.of("0", "-9", "3", "9", "0", "3")) {
                yard.say(mail("MT-PRIORITY=" + priority), "RCPT TO:<p" + priority + "@left.example>");
            }
            yard.pass(Duration.ofMinutes(20));
            yard.reload(Yard.ROUTES + "delivery { concurrency { total = 1, per-destination = 1 } }");
            yard.leftReachable(true);
            yard.queue().flush(null, "test");
            yard.until("delivered", Duration.ofMinutes(20), () -> yard.left.deliveries().size() == 6);
            assertThat(yard.left.deliveries().stream().map(one -> one.recipients().getFirst()).skip(1)).as("behind the one that was on its way already")
                    .isSortedAccordingTo((one, other) -> Integer.compare(turn(other), turn(one)));
        });
    }

    private static int turn(String recipient) {
        return Integer.parseInt(recipient.substring(1, recipient.indexOf('@')));
    }
}
