// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.isthmus.config.DestinationLimit;
import org.isthmus.config.Rate;
import org.isthmus.config.Settings;
import org.isthmus.loop.Caution;
import org.isthmus.transit.Cause;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Wording;
import org.jspecify.annotations.Nullable;

/// The queue in front of one destination, and what was learned about it: how many attempts it bears at one time, and whether it answers at all.
/// Guarded by {@link Lanes}.
///
/// The width grows by one with each attempt that it bears, and after trouble more slowly: by one with each round. It is halved when the destination wants less
/// (once for all attempts that were on the wire together), and ends at one probe at a time, with pauses between that double.
final class Lane {
    /// A destination that has not answered yet gets few attempts at first, so that many hanging ones cannot take all slots.
    private static final int FIRST_WIDTH = 2;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(15);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    /// What a rate lets through at once: this share of it, and at least one.
    private static final int BURST = 10;

    final String name;
    final NextHop hop;
    final Line queue = new Line();
    int active;

    /// The way that is tried carefully, one message at a time; null once it is trusted, and for all other mail.
    Caution.@Nullable Track track;

    /// Where {@link Lanes} has it, its turn among others, and when it came to rest.
    Stand stand = Stand.RESTING;
    long turn;
    Duration wakes = Duration.ZERO;
    Duration restedAt = Duration.ZERO;

    private boolean settling;
    private long loopsBefore;
    private int width = FIRST_WIDTH;
    private int slowFrom = Integer.MAX_VALUE;
    private int borne;
    private int narrowings;
    private int failures;
    private boolean proved;
    private Duration pausedUntil = Duration.ZERO;
    private Duration nextTurn = Duration.ZERO;
    private @Nullable Cause trouble;
    private @Nullable Narrowed narrowed;

    private Settings.@Nullable Delivery boundsOf;
    private int most;
    private @Nullable DestinationLimit limit;

    /// Where a lane is.
    enum Stand {
        /// Nothing to do before a job comes or an attempt ends.
        RESTING,
        /// In the line of those that may have a slot.
        IN_LINE,
        /// Waits for a time.
        PAUSED
    }

    /// @param from how many it had at one time before
    private record Narrowed(int from, Cause why) {}

    Lane(String name, NextHop hop) {
        this.name = name;
        this.hop = hop;
    }

    /// Looks up what the configuration allows, again if it is another.
    private void bound(Settings.Delivery limits) {
        if (boundsOf != limits) {
            boundsOf = limits;
            limit = DestinationLimit.of(hop, limits.destinations());
            most = limit == null ? limits.perDestination() : limit.concurrency().orElse(limits.perDestination());
        }
    }

    /// How many attempts it may have at one time.
    int width(Settings.Delivery limits) {
        bound(limits);
        return track == null ? Math.min(width, most) : 1;
    }

    /// It has answered, and not fallen silent since.
    boolean isProved() {
        return proved;
    }

    /// Narrowings so far: an attempt that began before the last one says nothing new.
    int narrowings() {
        return narrowings;
    }

    /// True if nothing was learned about it that would be lost with it.
    boolean knowsNothing() {
        return !proved && trouble == null && narrowed == null && track == null && nextTurn.isZero();
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

    /// When something may go again: after a pause, and by the rate.
    Duration opensAt(Settings.Delivery limits) {
        bound(limits);
        if (limit == null || limit.rate() == null) {
            return pausedUntil;
        }
        Rate rate = limit.rate();
        Duration byRate = nextTurn.minus(rate.spacing().multipliedBy(Math.max(1, rate.count() / BURST) - 1));
        return byRate.compareTo(pausedUntil) > 0 ? byRate : pausedUntil;
    }

    /// An attempt begins.
    void taken(Settings.Delivery limits, Duration elapsed) {
        active++;
        bound(limits);
        if (limit != null && limit.rate() != null) {
            nextTurn = (nextTurn.compareTo(elapsed) > 0 ? nextTurn : elapsed).plus(limit.rate().spacing());
        }
    }

    /// Why it is backed off; null while it answers.
    @Nullable Cause trouble() {
        return trouble;
    }

    /// The destination took it.
    void willing(Settings.Delivery limits) {
        bound(limits);
        if (width < slowFrom) {
            width++;
        } else if (++borne >= width) {
            borne = 0;
            width++;
        }
        width = Math.min(width, most);
        if (narrowed != null && width >= Math.min(narrowed.from(), most)) {
            narrowed = null;
        }
        proved = true;
        failures = 0;
        trouble = null;
        pausedUntil = Duration.ZERO;
    }

    /// The destination wants less.
    /// @param since narrowings when the attempt began
    /// @return whether it was narrowed for it
    boolean pressed(Cause why, int since, Settings.Delivery limits, Duration elapsed) {
        proved = proved && !(why instanceof Cause.Unreachable);
        if (since != narrowings) {
            return false;
        }
        narrowings++;
        // What it bore was what it had, which may be far below what it was allowed.
        int before = Math.min(width(limits), active + 1);
        if (before <= 1) {
            width = 1;
            pause(why, elapsed);
            return false;
        }
        width = before / 2;
        slowFrom = width;
        borne = 0;
        boolean first = narrowed == null;
        narrowed = new Narrowed(narrowed == null ? before : narrowed.from(), why);
        return first;
    }

    /// None of its servers could be talked to: one probe at a time, after a pause that doubles.
    void silent(Cause cause, Duration elapsed) {
        proved = false;
        width = 1;
        pause(cause, elapsed);
    }

    private void pause(Cause cause, Duration elapsed) {
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
        slowFrom = Integer.MAX_VALUE;
        failures = 0;
        proved = false;
        trouble = null;
        narrowed = null;
        pausedUntil = Duration.ZERO;
    }

    /// What an operator should know of it, in a line.
    String state(Duration elapsed) {
        if (trouble != null) {
            String why = Wording.brief(trouble);
            return paused(elapsed) ? "backed off for " + pausedUntil.minus(elapsed).toSeconds() + " s: " + why : "probing: " + why;
        }
        if (narrowed != null) {
            return "up, " + width + " at a time instead of " + narrowed.from() + ": " + Wording.brief(narrowed.why());
        }
        if (stand == Stand.PAUSED && limit != null && limit.rate() != null && !paused(elapsed)) {
            return "up, waits for its turn: destinations.\"" + limit.name() + "\".rate = " + limit.rate() + " (" + limit.at() + ")";
        }
        return "up";
    }
}
