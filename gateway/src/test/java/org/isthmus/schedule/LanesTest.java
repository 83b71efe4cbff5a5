// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isthmus.schedule.Samples.job;
import static org.isthmus.schedule.Samples.limits;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings;
import org.isthmus.loop.Caution;
import org.isthmus.transit.RecipientClass;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LanesTest {
    private static final Settings.Delivery LIMITS = limits(10, 4);

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
    void manySilentDestinationsLeaveSlotsForOthers() {
        for (int i = 0; i < 4; i++) {
            queue("hanging" + i, 50);
        }
        grants();
        queue("healthy", 5);
        assertThat(names(grants())).containsExactly("healthy", "healthy");
    }

    @Test
    void theTotalIsKept() {
        for (int i = 0; i < 20; i++) {
            queue("d" + i, 2);
        }
        assertThat(grants()).hasSize(10);
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
        assertThat(lanes.nextPauseEnd(elapsed)).isEqualTo(Duration.ofSeconds(15));
        lanes.forget();
        assertThat(lanes.nextPauseEnd(elapsed)).isNull();
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
        return lanes.next(LIMITS, elapsed);
    }

    private void answered(Lanes.Grant grant) {
        lanes.done(grant, null, LIMITS, Duration.ofSeconds(1), elapsed);
    }

    private void silent(Lanes.Grant grant) {
        lanes.done(grant, Samples.SILENT, LIMITS, Duration.ofSeconds(1), elapsed);
    }

    private static List<String> names(List<Lanes.Grant> grants) {
        return grants.stream().map(grant -> grant.lane().name).toList();
    }
}
