// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.isthmus.schedule.RetryPolicy.Next;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    private static final Instant ACCEPTED = Instant.parse("2026-11-24T00:00:00Z");
    private static final double MIDDLE = 0.5;

    private final RetryPolicy policy =
            new RetryPolicy(List.of(Duration.ofMinutes(1), Duration.ofMinutes(5), Duration.ofHours(1)), Duration.ofDays(5));

    @Test
    void walksTheStepsAndRepeatsTheLast() {
        assertThat(waitAfter(1, MIDDLE)).isEqualTo(Duration.ofMinutes(1));
        assertThat(waitAfter(2, MIDDLE)).isEqualTo(Duration.ofMinutes(5));
        assertThat(waitAfter(3, MIDDLE)).isEqualTo(Duration.ofHours(1));
        assertThat(waitAfter(4, MIDDLE)).isEqualTo(Duration.ofHours(1));
        assertThat(waitAfter(4000, MIDDLE)).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void variesByATenthInBothDirections() {
        assertThat(waitAfter(3, 0.0)).isEqualTo(Duration.ofMinutes(54));
        assertThat(waitAfter(3, 0.9999)).isBetween(Duration.ofMinutes(65), Duration.ofMinutes(66));
    }

    @Test
    void makesTheLastAttemptWhenTimeIsUpAndNotLater() {
        Instant shortlyBefore = ACCEPTED.plus(Duration.ofDays(5)).minusSeconds(10);
        assertThat(policy.after(9, ACCEPTED, shortlyBefore, MIDDLE)).isEqualTo(new Next.At(ACCEPTED.plus(Duration.ofDays(5))));
    }

    @Test
    void givesUpAfterLifetime() {
        assertThat(policy.after(1, ACCEPTED, ACCEPTED.plus(Duration.ofDays(5)), MIDDLE)).isEqualTo(new Next.GiveUp());
        assertThat(policy.after(1, ACCEPTED, ACCEPTED.plus(Duration.ofDays(50)), MIDDLE)).isEqualTo(new Next.GiveUp());
    }

    @Test
    void aClockThatWentBackDoesNotGiveUp() {
        Instant before = ACCEPTED.minus(Duration.ofDays(1));
        assertThat(policy.after(2, ACCEPTED, before, MIDDLE)).isEqualTo(new Next.At(before.plus(Duration.ofMinutes(5))));
    }

    @Test
    void hasAtLeastOneStep() {
        assertThatThrownBy(() -> new RetryPolicy(List.of(), Duration.ofDays(1))).isInstanceOf(IllegalArgumentException.class);
    }

    private Duration waitAfter(int attempts, double chance) {
        return switch (policy.after(attempts, ACCEPTED, ACCEPTED, chance)) {
            case Next.At at -> Duration.between(ACCEPTED, at.due());
            case Next.GiveUp giveUp -> throw new AssertionError("gave up");
        };
    }
}
