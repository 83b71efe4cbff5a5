// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Jumps that the wall clock made forward since the start, known by the clock that only goes forward: so that a message is as old as it is, whatever the clock says. A jump
/// back takes the last jumps forward away again; else it makes messages only younger. What a restart forgets, the time in the spool tells, right or wrong.
///
/// A monitor over memory: nothing here waits.
final class Jumps {
    /// Less is no jump: leap seconds, a clock that is slewed, a machine that slept for a moment.
    private static final Duration LEAST = Duration.ofSeconds(30);

    private final Deque<Jump> jumps = new ArrayDeque<>();
    private @Nullable Instant wall;
    private Duration steady = Duration.ZERO;

    /// @param before what the clock would have said without it
    private record Jump(Instant before, Duration by) {}

    /// Looks at both clocks. To be asked at least once a minute or so.
    synchronized void look(Instant now, Duration elapsed) {
        Instant expected = wall == null ? now : wall.plus(elapsed.minus(steady));
        Duration drift = Duration.between(expected, now);
        if (wall != null && drift.abs().compareTo(LEAST) < 0) {
            // Against the same mark as before, so that small steps one way add up to one that counts.
            return;
        }
        wall = now;
        steady = elapsed;
        if (drift.isPositive()) {
            jumps.addLast(new Jump(expected, drift));
        } else {
            back(drift.negated());
        }
    }

    private void back(Duration by) {
        Duration left = by;
        while (left.isPositive() && !jumps.isEmpty()) {
            Jump last = jumps.removeLast();
            if (last.by().compareTo(left) > 0) {
                jumps.addLast(new Jump(last.before(), last.by().minus(left)));
            }
            left = left.minus(last.by());
        }
    }

    /// By how much a moment seems to be longer ago than it is.
    synchronized Duration since(Instant moment) {
        Duration all = Duration.ZERO;
        for (Jump jump : jumps) {
            // What is between the two is of a time when the clock was wrong before.
            if (moment.isBefore(jump.before().plus(jump.by()))) {
                all = all.plus(jump.by());
            }
        }
        return all;
    }
}
