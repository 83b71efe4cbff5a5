// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.isthmus.config.PressureLimits;
import org.isthmus.config.Settings;
import org.isthmus.platform.Machine;
import org.isthmus.platform.Time;

/// Whether something is so scarce that less should be taken: memory, descriptors, disk, or room in the queue. Each has two levels, and leaves a level only well below the
/// mark at which it entered it, so that the server does not go in and out. Looked at by whoever asks, at most once a second; nobody has to do anything for it to be over.
/// Safe for all threads.
public final class Pressure {
    private static final Duration FRESH = Duration.ofSeconds(1);

    private final Machine machine;
    private final LongSupplier usable;
    private final LongSupplier queue;
    private final Time time;
    private final Consumer<String> changes;
    private final Map<Scarce, Level> levels = new EnumMap<>(Scarce.class);
    private Duration looked = Duration.ofDays(-1);
    private volatile State state = State.AT_EASE;

    /// @param usable octets that are left of the disk that mail is stored on; many if nobody can tell
    /// @param queue messages in it
    /// @param changes is told in words when a level is entered or left
    public Pressure(Machine machine, LongSupplier usable, LongSupplier queue, Time time, Consumer<String> changes) {
        this.machine = machine;
        this.usable = usable;
        this.queue = queue;
        this.time = time;
        this.changes = changes;
        for (Scarce scarce : Scarce.values()) {
            levels.put(scarce, Level.AT_EASE);
        }
    }

    /// How much is taken.
    public enum Level {
        /// Everything.
        AT_EASE,
        /// Not from strangers.
        STRAINED,
        /// Nothing.
        OVERLOADED
    }

    /// What can be scarce.
    public enum Scarce {
        MEMORY("memory"),
        DESCRIPTORS("file descriptors"),
        DISK("room on disk"),
        QUEUE("room in the queue");

        private final String words;

        Scarce(String words) {
            this.words = words;
        }

        /// @return whether every connection makes it worse, so that none should be let in
        boolean byConnection() {
            return this == MEMORY || this == DESCRIPTORS;
        }

        /// For people.
        public String words() {
            return words;
        }
    }

    /// @param of what is scarcest
    /// @param figures what was seen and against which mark
    public record State(Level level, Scarce of, String figures) {
        static final State AT_EASE = new State(Level.AT_EASE, Scarce.MEMORY, "");

        /// For an operator; empty if nothing is scarce.
        public String words() {
            return level == Level.AT_EASE ? "" : of.words() + ", " + figures + ": mail is put off " + (level == Level.STRAINED ? "from strangers" : "from everybody");
        }
    }

    /// How it is now.
    public State state(Settings settings) {
        PressureLimits limits = settings.limits().pressure();
        if (!limits.enabled()) {
            return State.AT_EASE;
        }
        if (claim(time.elapsed())) {
            // Asked without the lock: the disk may be slow.
            look(limits, machine.memory(), machine.descriptors(), usable.getAsLong(), queue.getAsLong());
        }
        return state;
    }

    private synchronized boolean claim(Duration now) {
        boolean stale = now.minus(looked).compareTo(FRESH) >= 0;
        looked = stale ? now : looked;
        return stale;
    }

    private void look(PressureLimits limits, double memory, double descriptors, long usable, long queued) {
        State before;
        State after;
        synchronized (this) {
            before = state;
            State next = State.AT_EASE;
            next = worse(next, share(Scarce.MEMORY, memory, limits.memory().share(), limits.memory().toString()));
            next = worse(next, share(Scarce.DESCRIPTORS, descriptors, limits.descriptors().share(), limits.descriptors().toString()));
            next = worse(next, disk(usable, limits));
            next = worse(next, queue(queued, limits));
            state = next;
            after = next;
        }
        if (before.level() != after.level() || before.of() != after.of()) {
            changes.accept(after.level() == Level.AT_EASE
                    ? "pressure is over: mail is taken from everybody"
                    : "pressure: " + after.words());
        }
    }

    private static State worse(State one, State other) {
        return other.level().compareTo(one.level()) > 0 ? other : one;
    }

    /// Overloaded from two thirds of the way between the mark and all; a level is left ten points below its mark.
    private State share(Scarce what, double used, double mark, String written) {
        double high = mark + (1 - mark) * 2 / 3;
        Level level = level(what, used >= mark, used >= high, used < mark - 0.1, used < high - 0.1);
        return new State(level, what, Math.round(used * 100) + "% in use, limits.pressure." + what.name().toLowerCase(java.util.Locale.ROOT) + " = " + written);
    }

    private State disk(long usable, PressureLimits limits) {
        long mark = limits.disk().octets();
        Level level = level(Scarce.DISK, usable < mark, usable < mark / 2, usable > mark + mark / 4, usable > mark / 2 + mark / 8);
        return new State(level, Scarce.DISK, (usable >> 20) + " MiB left, limits.pressure.disk = " + limits.disk());
    }

    private State queue(long queued, PressureLimits limits) {
        long mark = limits.queue();
        long high = mark + mark / 4;
        Level level = level(Scarce.QUEUE, queued >= mark, queued >= high, queued < mark - mark / 10, queued < high - high / 10);
        return new State(level, Scarce.QUEUE, queued + " messages, limits.pressure.queue = " + mark);
    }

    private Level level(Scarce what, boolean strained, boolean overloaded, boolean leavesStrained, boolean leavesOverloaded) {
        Level before = levels.getOrDefault(what, Level.AT_EASE);
        Level after = overloaded || (before == Level.OVERLOADED && !leavesOverloaded) ? Level.OVERLOADED
                : strained || (before != Level.AT_EASE && !leavesStrained) ? Level.STRAINED : Level.AT_EASE;
        levels.put(what, after);
        return after;
    }
}
