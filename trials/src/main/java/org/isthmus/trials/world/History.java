// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What happened in a run, in order: a hash of all of it, and the last events in words.
public final class History {
    private static final int KEPT = 512;

    private final long[] times = new long[KEPT];
    private final String[] actors = new String[KEPT];
    private final String[] events = new String[KEPT];
    private final Object[] details = new Object[KEPT];
    private long count;
    private long hash = 0x1F83D9ABFB41BD6BL;

    void add(long time, String actor, String event, Object detail) {
        int at = (int) (count++ % KEPT);
        times[at] = time;
        actors[at] = actor;
        events[at] = event;
        details[at] = detail;
        hash = Chance.mix(hash + time);
        hash = Chance.mix(hash + actor.hashCode() * 31L + event.hashCode());
        // The hash of an enum value differs from one virtual machine to the next.
        hash = Chance.mix(hash + (detail instanceof Enum<?> word ? word.name().hashCode() : detail.hashCode()));
    }

    /// Two runs with the same hash went the same way.
    public long hash() {
        return hash;
    }

    /// Events so far.
    public long count() {
        return count;
    }

    /// The last events, one a line.
    public List<String> tail(int most) {
        List<String> lines = new ArrayList<>();
        for (long i = Math.max(Math.max(0, count - KEPT), count - most); i < count; i++) {
            int at = (int) (i % KEPT);
            lines.add("%15s  %-24s %s %s".formatted(clock(times[at]), actors[at], events[at], details[at]).stripTrailing());
        }
        return lines;
    }

    static String clock(long nanos) {
        Duration d = Duration.ofNanos(nanos);
        return "%d:%02d:%02d.%06d".formatted(d.toHours(), d.toMinutesPart(), d.toSecondsPart(), d.toNanosPart() / 1000);
    }
}
