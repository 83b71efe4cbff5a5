// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isthmus.schedule.Samples.job;
import static org.isthmus.schedule.Samples.limits;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.config.Settings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LanesTest {
    private static final Settings.Delivery LIMITS = limits(10, 4);

    private final Lanes lanes = new Lanes();
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
        lanes.done(grant, null, LIMITS, elapsed);
    }

    private void silent(Lanes.Grant grant) {
        lanes.done(grant, Samples.SILENT, LIMITS, elapsed);
    }

    private static List<String> names(List<Lanes.Grant> grants) {
        return grants.stream().map(grant -> grant.lane().name).toList();
    }
}
