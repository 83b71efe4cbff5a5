// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings;
import org.isthmus.loop.Sighting.Certainty;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Reply;
import org.isthmus.tracking.HandTime;
import org.isthmus.transit.Cause;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Peer;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.RecipientClass;
import org.junit.jupiter.api.Test;

class BreakerTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Mailbox BOB = Mailbox.of("bob@example.org");
    private static final NextHop MX = new NextHop.Exchangers(Domain.of("example.org"));
    private static final NextHop OTHER = new NextHop.Named("provider");
    private static final Peer PEER = new Peer("mx.example.org", new InetSocketAddress(InetAddress.ofLiteral("192.0.2.9"), 25));
    private static final Outcome TAKEN = new Outcome.Delivered(PEER, new Reply(250, EnhancedStatus.of("2.0.0"), List.of("ok")), false, false);

    private final HandTime time = new HandTime(NOW);
    private Settings.Breaker rules = Settings.Breaker.STANDARD;
    private final Breaker breaker = new Breaker(() -> rules, time);
    private int uids;

    @Test
    void threeProofsForOneRecipientHoldItsMailAndNobodyElses() {
        assertThat(proved("L4", BOB, MX).opened()).isNull();
        assertThat(proved("L4", BOB, MX).opened()).isNull();
        assertThat(held(BOB)).isFalse();
        assertThat(proved("L4", BOB, MX).opened()).isNotNull();
        assertThat(held(BOB)).isTrue();
        assertThat(held(Mailbox.of("Bob@EXAMPLE.org"))).as("the same mailbox").isTrue();
        assertThat(held(Mailbox.of("ann@example.org"))).isFalse();
        assertThat(held(Mailbox.of("bob@example.net"))).isFalse();
    }

    @Test
    void aCopyCountsOnce() {
        for (int i = 0; i < 10; i++) {
            assertThat(saw("L4", Certainty.PROVED, 7, BOB, MX).opened()).isNull();
        }
        assertThat(held(BOB)).isFalse();
    }

    @Test
    void proofsOutsideTheWindowDoNotCount() {
        proved("L4", BOB, MX);
        proved("L4", BOB, MX);
        time.pass(Duration.ofMinutes(10).plusSeconds(1));
        proved("L4", BOB, MX);
        assertThat(held(BOB)).isFalse();
    }

    @Test
    void suspicionsTheLedgerWithoutTokensAndCountsOfHopsNeverOpen() {
        for (int i = 0; i < 50; i++) {
            saw("L4", Certainty.SUSPECTED, ++uids, BOB, MX);
            proved("L5", BOB, MX);
            proved("L6", BOB, MX);
            proved("L7", BOB, MX);
            proved(LoopbackPolicy.LAYER, BOB, MX);
        }
        assertThat(breaker.circuits()).isEmpty();
    }

    @Test
    void proofThatTheWayLeadsHomeHoldsTheWholeDomainByThatHop() {
        proved("L3", Mailbox.of("a@example.org"), MX);
        proved("L3", Mailbox.of("b@example.org"), MX);
        proved("L3", Mailbox.of("c@example.org"), MX);
        assertThat(held(Mailbox.of("d@example.org"))).isTrue();
        assertThat(breaker.holds(BOB, OTHER, null)).as("another way").isEmpty();
        assertThat(held(Mailbox.of("d@sub.example.org"))).isFalse();
    }

    @Test
    void oneRecipientsForwardDoesNotStopMailToALargeProvider() {
        for (int i = 0; i < 100; i++) {
            proved("L4", BOB, MX);
        }
        assertThat(held(BOB)).isTrue();
        assertThat(held(Mailbox.of("ann@example.org"))).isFalse();
    }

    @Test
    void threeRecipientsWithHalfOfWhatWasDeliveredHoldTheDestination() {
        delivered(6);
        proved("L4", Mailbox.of("a@example.org"), MX);
        proved("L4", Mailbox.of("b@example.org"), MX);
        proved("L4", Mailbox.of("c@example.org"), MX);
        assertThat(held(BOB)).isTrue();
    }

    @Test
    void threeRecipientsWithLessThanHalfOfWhatWasDeliveredHoldNothing() {
        delivered(7);
        proved("L4", Mailbox.of("a@example.org"), MX);
        proved("L4", Mailbox.of("b@example.org"), MX);
        proved("L4", Mailbox.of("c@example.org"), MX);
        assertThat(breaker.circuits()).isEmpty();
    }

    @Test
    void deliveriesOfLongAgoDoNotSpeakForADestination() {
        delivered(100);
        time.pass(Duration.ofMinutes(11));
        proved("L4", Mailbox.of("a@example.org"), MX);
        proved("L4", Mailbox.of("b@example.org"), MX);
        proved("L4", Mailbox.of("c@example.org"), MX);
        assertThat(held(BOB)).isTrue();
    }

    @Test
    void aDestinationThatRefusesEveryMessageAsCirclingIsHeld() {
        told("a@example.org");
        told("b@example.org");
        assertThat(held(BOB)).isFalse();
        told("c@example.org");
        assertThat(held(BOB)).isTrue();
        assertThat(breaker.holds(Mailbox.of("bob@example.net"), MX, null)).as("forged refusals stop mail to their forger alone").isEmpty();
    }

    @Test
    void aDestinationThatTakesOtherMailIsNotHeldForItsRefusals() {
        delivered(1);
        for (String recipient : List.of("a@example.org", "b@example.org", "c@example.org", "d@example.org")) {
            told(recipient);
        }
        assertThat(breaker.circuits()).isEmpty();
    }

    @Test
    void aDestinationThatRefusesOneRecipientIsHeldForThatOne() {
        told("a@example.org");
        told("a@example.org");
        told("a@example.org");
        assertThat(held(Mailbox.of("a@example.org"))).isTrue();
        assertThat(held(BOB)).isFalse();
    }

    @Test
    void strangersDomainsThatPointAtUsFillNothing() {
        for (int i = 0; i < 5000; i++) {
            Mailbox recipient = Mailbox.of("x@d" + i % 1500 + ".example");
            LoopEvidence evidence = new LoopEvidence("L2", "dangling", null, List.of());
            breaker.judge(new Sighting(NOW, 0, null, recipient, null, Certainty.PROVED, evidence, RecipientClass.DANGLING), true);
        }
        assertThat(breaker.circuits()).isEmpty();
        proved("L4", BOB, MX);
        proved("L4", BOB, MX);
        proved("L4", BOB, MX);
        assertThat(held(BOB)).as("and real loops are still found").isTrue();
    }

    @Test
    void whatIsCoveredAlreadyIsHeldAndNotRefused() {
        openByWay();
        Breaker.Judgement judgement = breaker.judge(new Sighting(NOW, ++uids, null, BOB, MX, Certainty.PROVED, new LoopEvidence("L3", "us", null, List.of())), true);
        assertThat(judgement.held()).isTrue();
    }

    @Test
    void halfOpenOneCopyPassesAndWhenItHasBeenTakenForASecondTheCircuitCloses() {
        openByWay();
        breaker.acyclicAgain();
        QueueId probe = new QueueId(1 << 20);
        assertThat(breaker.wantProbes()).hasSize(1);
        assertThat(held(BOB)).as("until a probe is chosen").isTrue();
        assertThat(breaker.probe(breaker.wantProbes().getFirst().scope(), probe, BOB)).isTrue();
        assertThat(breaker.wantProbes()).isEmpty();
        assertThat(breaker.holds(BOB, MX, probe)).isEmpty();
        assertThat(breaker.holds(Mailbox.of("ann@example.org"), MX, probe)).as("another copy of the same message").isPresent();
        assertThat(breaker.holds(BOB, MX, new QueueId(2 << 20))).isPresent();
        breaker.attempted(probe, BOB, MX, TAKEN);
        assertThat(breaker.close()).isEmpty();
        time.pass(Duration.ofSeconds(1));
        assertThat(breaker.close()).hasSize(1);
        assertThat(held(BOB)).isFalse();
    }

    @Test
    void aProbeThatComesBackOpensItAgain() {
        openByWay();
        breaker.acyclicAgain();
        QueueId probe = new QueueId(1 << 20);
        breaker.probe(breaker.wantProbes().getFirst().scope(), probe, BOB);
        breaker.attempted(probe, BOB, MX, TAKEN);
        proved("L4", BOB, MX);
        time.pass(Duration.ofMinutes(1));
        assertThat(breaker.close()).isEmpty();
        assertThat(breaker.holds(BOB, MX, probe)).isPresent();
        assertThat(breaker.circuits()).singleElement().extracting(Circuit::state).isEqualTo(Circuit.State.OPEN);
    }

    @Test
    void aProbeThatIsRefusedForAnotherReasonMakesWayForTheNext() {
        openByWay();
        breaker.acyclicAgain();
        QueueId probe = new QueueId(1 << 20);
        breaker.probe(breaker.wantProbes().getFirst().scope(), probe, BOB);
        Cause unknown = new Cause.Decided("no such user", null, EnhancedStatus.of("5.1.1"));
        breaker.attempted(probe, BOB, MX, new Outcome.Deferred(unknown));
        assertThat(breaker.wantProbes()).as("put off: the same one is tried again").isEmpty();
        breaker.attempted(probe, BOB, MX, new Outcome.Failed(unknown));
        assertThat(breaker.wantProbes()).hasSize(1);
    }

    @Test
    void onlyTheDomainsThatAreFreeOfCyclesAreTried() {
        openByWay();
        breaker.acyclicAgain(List.of("example.net"));
        assertThat(breaker.wantProbes()).isEmpty();
        breaker.acyclicAgain(List.of("example.org"));
        assertThat(breaker.wantProbes()).hasSize(1);
    }

    @Test
    void switchedOffItHoldsNothingAndClosesWhatIsOpen() {
        openByWay();
        rules = new Settings.Breaker(false, 3, Duration.ofMinutes(10), 3, Duration.ofSeconds(1));
        assertThat(breaker.close()).hasSize(1);
        openByWay();
        assertThat(breaker.circuits()).isEmpty();
    }

    @Test
    void circuitsAreBounded() {
        for (int i = 0; i < Breaker.MOST_CIRCUITS + 100; i++) {
            for (int n = 0; n < 3; n++) {
                proved("L3", Mailbox.of("x@d" + i + ".example"), MX);
            }
        }
        assertThat(breaker.circuits()).hasSize(Breaker.MOST_CIRCUITS);
    }

    private void openByWay() {
        for (int i = 0; i < 3; i++) {
            proved("L3", Mailbox.of("x" + i + "@example.org"), MX);
        }
    }

    private void delivered(int count) {
        for (int i = 0; i < count; i++) {
            breaker.attempted(new QueueId(1000 + i), Mailbox.of("u" + i + "@example.org"), MX, TAKEN);
        }
    }

    private boolean held(Mailbox recipient) {
        return breaker.holds(recipient, MX, null).isPresent();
    }

    private void told(String recipient) {
        saw("told", Certainty.TOLD, ++uids, Mailbox.of(recipient), MX);
    }

    private Breaker.Judgement proved(String layer, Mailbox recipient, NextHop hop) {
        return saw(layer, Certainty.PROVED, ++uids, recipient, hop);
    }

    private Breaker.Judgement saw(String layer, Certainty certainty, long uid, Mailbox recipient, NextHop hop) {
        return breaker.judge(new Sighting(NOW, uid, null, recipient, hop, certainty, new LoopEvidence(layer, "it circles", null, List.of())), false);
    }
}
