// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// When a recipient is tried again, and when it is given up. RFC 5321 §4.5.4.1. A function of numbers and instants; it has no clock of its own.
///
/// @param steps waiting times between attempts, at least one; the last repeats
/// @param lifetime how long after acceptance the last attempt is made
public record RetryPolicy(List<Duration> steps, Duration lifetime) {
    /// Waiting times vary by this share in both directions, so that messages that failed together do not come back together.
    private static final double JITTER = 0.1;

    public RetryPolicy {
        steps = List.copyOf(steps);
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("a retry policy has at least one step");
        }
    }

    /// What follows an attempt.
    public sealed interface Next {
        record At(Instant due) implements Next {}

        record GiveUp() implements Next {}
    }

    /// @param attempts made so far, this one included; at least 1
    /// @param chance from 0 to below 1, for the jitter
    public Next after(int attempts, Instant accepted, Instant now, double chance) {
        Instant end = accepted.plus(lifetime);
        if (!now.isBefore(end)) {
            return new Next.GiveUp();
        }
        Duration step = steps.get(Math.min(attempts, steps.size()) - 1);
        long wait = Math.round(step.toMillis() * (1 - JITTER + 2 * JITTER * chance));
        Instant due = now.plusMillis(Math.max(1, wait));
        // The last attempt is made when time is up, however long the step: nothing is given up untried.
        return new Next.At(due.isAfter(end) ? end : due);
    }
}
