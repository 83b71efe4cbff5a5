// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.isthmus.loop.Caution;
import org.isthmus.transit.Cause;
import org.jspecify.annotations.Nullable;

/// The queue in front of one destination, and what was learned about it: how many attempts it bears at one time, and whether it answers at all.
/// Guarded by {@link Lanes}.
final class Lane {
    /// A destination that has not answered yet gets few attempts at first, so that many hanging ones cannot take all slots.
    private static final int FIRST_WIDTH = 2;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(15);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    final String name;
    final Deque<Job> queue = new ArrayDeque<>();
    int active;

    /// The way that is tried carefully, one message at a time; null once it is trusted, and for all other mail.
    Caution.@Nullable Track track;

    private boolean settling;
    private long loopsBefore;
    private int width = FIRST_WIDTH;
    private int failures;
    private Duration pausedUntil = Duration.ZERO;
    private @Nullable Cause trouble;

    Lane(String name) {
        this.name = name;
    }

    /// True if one more attempt may begin now.
    boolean open(int mostPerDestination, Duration elapsed) {
        return !queue.isEmpty() && active < (track == null ? Math.min(width, mostPerDestination) : 1) && !paused(elapsed);
    }

    /// True if nothing is in it and nothing was learned about it that would be lost with it.
    boolean isIdle() {
        return queue.isEmpty() && active == 0 && trouble == null && track == null;
    }

    /// A message of a careful lane was taken: nothing follows for so long.
    /// @param before loops that had been met when it was sent
    void settle(long before, Duration settle, Duration elapsed) {
        loopsBefore = before;
        settling = true;
        pausedUntil = elapsed.plus(settle);
    }

    /// Ends the care if a message was taken long enough and no loop has been met since.
    void trust(Caution caution, Duration elapsed) {
        if (track != null && settling && !paused(elapsed)) {
            settling = false;
            if (caution.loops(track.domain()) == loopsBefore) {
                caution.proved(track);
                track = null;
            }
        }
    }

    boolean paused(Duration elapsed) {
        return elapsed.compareTo(pausedUntil) < 0;
    }

    Duration pausedUntil() {
        return pausedUntil;
    }

    /// Why it is backed off; null while it answers.
    @Nullable Cause trouble() {
        return trouble;
    }

    /// The destination talked to us.
    void answered(int mostPerDestination) {
        width = Math.min(width + 1, mostPerDestination);
        failures = 0;
        trouble = null;
        pausedUntil = Duration.ZERO;
    }

    /// None of its servers could be talked to: one probe at a time, after a pause that doubles.
    void silent(Cause cause, Duration elapsed) {
        width = 1;
        trouble = cause;
        // Attempts that began before the pause fail in a row; together they count once.
        if (!paused(elapsed)) {
            Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures, 10));
            pausedUntil = elapsed.plus(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
            failures++;
        }
    }

    /// Forgets what was learned.
    void forget() {
        width = FIRST_WIDTH;
        failures = 0;
        trouble = null;
        pausedUntil = Duration.ZERO;
    }
}
