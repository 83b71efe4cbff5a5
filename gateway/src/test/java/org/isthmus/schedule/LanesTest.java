// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isthmus.schedule.Samples.job;
import static org.isthmus.schedule.Samples.limits;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isthmus.address.Mailbox;
import org.isthmus.config.DestinationLimit;
import org.isthmus.config.Rate;
import org.isthmus.config.Settings;
import org.isthmus.loop.Caution;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Reply;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Peer;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Stage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LanesTest {
    private Settings.Delivery limits = limits(10, 4);

    private static final Cause PRESSED = new Cause.Replied(
            new Peer("mx.example", Samples.ADDRESS), Stage.GREETING, new Reply(421, null, List.of("slow down")), EnhancedStatus.of("4.3.2"));

    private final Caution caution = new Caution();
    private final Lanes lanes = new Lanes(caution);
    private Duration elapsed = Duration.ZERO;

    @Test
    void destinationsTakeTurns() {
        queue("a", 3);
        queue("b", 3);
        assertThat(names(grants())).containsExactly("a", "b", "a", "b");
    }

    @Test
    void aNewDestinationGetsFewSlotsAndMoreWhileItAnswers() {
        queue("a", 20);
        List<Lanes.Grant> first = grants();
        assertThat(first).hasSize(2);
        answered(first.get(0));
        assertThat(grants()).as("one slot free, one more wide").hasSize(2);
        answered(first.get(1));
        assertThat(grants()).as("as wide as the limit").hasSize(2);
        assertThat(lanes.active()).isEqualTo(4);
    }

    @Test
    void aNewWayForOurOwnMailGetsOneMessageUntilItHasBeenTakenForASecond() {
        Caution caution = caution("a", 5);
        List<Lanes.Grant> first = grants();
        assertThat(first).hasSize(1);
        taken(first.getFirst());
        assertThat(grants()).as("nothing follows for a second").isEmpty();
        elapsed = elapsed.plusSeconds(1);
        assertThat(grants()).as("trusted: as any other").hasSizeGreaterThan(1);
        assertThat(caution.track(RecipientClass.SITE_KNOWN, Mailbox.of("bob@example.org"), Samples.way("a"))).isNull();
        assertThat(caution.track(RecipientClass.REMOTE, Mailbox.of("bob@example.com"), Samples.way("b"))).as("other remote mail is never slowed").isNull();
    }

    @Test
    void aNewWayThatLoopsStaysAtOneMessageAtATime() {
        Caution caution = caution("a", 5);
        for (int i = 0; i < 3; i++) {
            List<Lanes.Grant> one = grants();
            assertThat(one).hasSize(1);
            taken(one.getFirst());
            caution.looped(Mailbox.of("bob@example.org"));
            elapsed = elapsed.plusSeconds(1);
        }
    }

    private Caution caution(String hop, int count) {
        Caution.Track track = java.util.Objects.requireNonNull(caution.track(RecipientClass.SITE_KNOWN, Mailbox.of("bob@example.org"), Samples.way(hop)));
        for (int i = 0; i < count; i++) {
            lanes.queue(new Job(Samples.waiting(i, 1), List.of(0), List.of(Samples.way(hop)), List.of(), track));
        }
        return caution;
    }

    private void taken(Lanes.Grant grant) {
        grant.job().taken = true;
        answered(grant);
    }

    @Test
    void aSilentDestinationIsProbedOnceAfterEachPauseAndThePauseDoubles() {
        queue("a", 20);
        List<Lanes.Grant> first = grants();
        first.forEach(this::silent);
        assertThat(grants()).isEmpty();
        elapsed = Duration.ofSeconds(15);
        List<Lanes.Grant> probe = grants();
        assertThat(probe).hasSize(1);
        silent(probe.getFirst());
        elapsed = elapsed.plusSeconds(29);
        assertThat(grants()).isEmpty();
        elapsed = elapsed.plusSeconds(1);
        List<Lanes.Grant> next = grants();
        assertThat(next).hasSize(1);
        answered(next.getFirst());
        assertThat(grants()).isNotEmpty();
        assertThat(lanes.trouble("a")).isNull();
    }

    @Test
    void thePauseEndsAtFiveMinutes() {
        for (int i = 0; i < 20; i++) {
            queue("a", 1);
            elapsed = elapsed.plus(Duration.ofMinutes(5));
            List<Lanes.Grant> probe = grants();
            assertThat(probe).as("probe %d", i).hasSize(1);
            silent(probe.getFirst());
        }
    }

    @Test
    void manyHangingDestinationsLeaveSlotsForOthers() {
        prove("healthy");
        for (int i = 0; i < 20; i++) {
            queue("hanging" + i, 50);
        }
        assertThat(grants()).as("the last tenth is for destinations that are known to work").hasSize(9);
        queue("healthy", 5);
        assertThat(names(grants())).containsExactly("healthy");
    }

    @Test
    void aSecondSlotForANewDestinationIsGivenOnlyWhileHalfIsFree() {
        for (int i = 0; i < 4; i++) {
            queue("new" + i, 50);
        }
        assertThat(names(grants())).containsExactly("new0", "new1", "new2", "new3", "new0");
    }

    @Test
    void theTotalIsKept() {
        for (int i = 0; i < 20; i++) {
            prove("d" + i);
        }
        for (int i = 0; i < 20; i++) {
            queue("d" + i, 2);
        }
        assertThat(grants()).hasSize(10);
    }

    @Test
    void aDestinationThatWantsLessIsHalvedOnceForAllThatWereUnderWayAndGrowsAgain() {
        limits = limits(100, 16);
        queue("a", 200);
        List<Lanes.Grant> under = new ArrayList<>(grants());
        while (under.size() < 16) {
            answered(under.removeFirst());
            under.addAll(grants());
        }
        assertThat(pressed(under.removeFirst())).contains("8 at a time instead of 16").contains("421 slow down");
        under.forEach(this::pressed);
        under = new ArrayList<>(grants());
        assertThat(under).as("once for all that were on the wire together").hasSize(8);
        for (int i = 0; i < 8; i++) {
            answered(under.removeFirst());
            under.addAll(grants());
        }
        assertThat(under).as("one more for each round").hasSize(9);
        assertThat(state()).startsWith("up, 9 at a time instead of 16: ");
        for (int i = 0; i < 200; i++) {
            answered(under.removeFirst());
            queue("a", 1);
            under.addAll(grants());
        }
        assertThat(under).as("the limit").hasSize(16);
        assertThat(state()).isEqualTo("up");
    }

    @Test
    void aDestinationThatWantsLessThanOneIsLeftAloneForAWhile() {
        queue("a", 20);
        List<Lanes.Grant> two = grants();
        pressed(two.get(0));
        pressed(two.get(1));
        Lanes.Grant one = grants().getFirst();
        pressed(one);
        assertThat(grants()).isEmpty();
        assertThat(lanes.nextPauseEnd()).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void aRateSpreadsMessagesOverItsTime() {
        limits = new Settings.Delivery(10, 4, List.of(), true, null, null, limits.timeouts(),
                List.of(new DestinationLimit("a", null, Optional.of(2), new Rate(6, Duration.ofMinutes(1)), new SourceLine("isthmus.conf", 3))));
        queue("a", 20);
        answered(grants().getFirst());
        assertThat(grants()).as("one in ten seconds").isEmpty();
        assertThat(state()).isEqualTo("up, waits for its turn: destinations.\"a\".rate = 6/1m (isthmus.conf:3)");
        assertThat(lanes.nextPauseEnd()).isEqualTo(Duration.ofSeconds(10));
        int sent = 1;
        for (int second = 1; second <= 60; second++) {
            elapsed = Duration.ofSeconds(second);
            List<Lanes.Grant> now = grants();
            now.forEach(this::answered);
            sent += now.size();
        }
        assertThat(sent).isEqualTo(7);
    }

    @Test
    void whatWasLearnedIsRememberedForAWhile() {
        prove("a");
        queue("a", 10);
        assertThat(grants()).hasSizeGreaterThan(2);
    }

    private void prove(String hop) {
        queue(hop, 1);
        grants().forEach(this::answered);
    }

    private String pressed(Lanes.Grant grant) {
        String said = lanes.done(grant, new Bearing.Pressed(PRESSED), limits, Duration.ofSeconds(1), elapsed);
        return said == null ? "" : said;
    }

    private String state() {
        return lanes.destinations(10, elapsed).getFirst().state();
    }

    @Test
    void aWaitingJobCanBeTakenBackAndOneOnTheWireCannot() {
        Job waiting = job(1, "a");
        Job parked = job(2, "b");
        lanes.queue(waiting);
        lanes.park(parked, "b");
        assertThat(lanes.recall(waiting)).isTrue();
        assertThat(lanes.recall(waiting)).as("twice").isFalse();
        assertThat(lanes.recall(parked)).isTrue();
        assertThat(grants()).isEmpty();
        Job active = job(3, "a");
        lanes.queue(active);
        grants();
        assertThat(lanes.recall(active)).isFalse();
    }

    @Test
    void aJobTakenBackBeforeItWasQueuedIsNotQueued() {
        Job job = job(1, "a");
        assertThat(lanes.recall(job)).isTrue();
        lanes.queue(job);
        assertThat(grants()).isEmpty();
    }

    @Test
    void theEndOfAPauseIsKnown() {
        queue("a", 3);
        grants().forEach(this::silent);
        assertThat(lanes.nextPauseEnd()).isEqualTo(Duration.ofSeconds(15));
        lanes.forget();
        assertThat(lanes.nextPauseEnd()).isNull();
    }

    @Test
    void statesAreTold() {
        queue("a", 3);
        grants().forEach(this::silent);
        assertThat(lanes.destinations(10, elapsed).getFirst().state()).startsWith("backed off for 15 s");
    }

    private void queue(String hop, int jobs) {
        for (int i = 0; i < jobs; i++) {
            lanes.queue(job(i, hop));
        }
    }

    private List<Lanes.Grant> grants() {
        List<Lanes.Grant> grants = new ArrayList<>();
        for (Lanes.@Nullable Grant grant = next(); grant != null; grant = next()) {
            grants.add(grant);
        }
        return grants;
    }

    private Lanes.@Nullable Grant next() {
        return lanes.next(limits, elapsed);
    }

    private void answered(Lanes.Grant grant) {
        lanes.done(grant, Bearing.WILLING, limits, Duration.ofSeconds(1), elapsed);
    }

    private void silent(Lanes.Grant grant) {
        lanes.done(grant, new Bearing.Silent(Samples.SILENT), limits, Duration.ofSeconds(1), elapsed);
    }

    private static List<String> names(List<Lanes.Grant> grants) {
        return grants.stream().map(grant -> grant.lane().name).toList();
    }
}
