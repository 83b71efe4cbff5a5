// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// When the connector died, and when its disk and the network were in trouble: the only things that excuse that something arrives twice, or after it was refused.
final class Accidents {
    /// While the disk works, what was learned is durable within this time.
    private static final Duration SETTLING = Duration.ofMinutes(1);
    /// After trouble of the disk it is tried again within this time.
    private static final Duration SETTLING_AGAIN = Duration.ofMinutes(3);

    private record Span(Duration from, Duration to) {
        boolean touches(Duration begin, Duration end) {
            return from.compareTo(end) <= 0 && to.compareTo(begin) >= 0;
        }
    }

    private final List<Duration> deaths = new ArrayList<>();
    private final List<Duration> stops = new ArrayList<>();
    private final List<Span> disk = new ArrayList<>();
    private final List<Span> network = new ArrayList<>();

    void died(Duration at) {
        deaths.add(at);
    }

    /// It was stopped in good order, which excuses nothing by itself.
    void stopped(Duration at) {
        stops.add(at);
    }

    void diskTrouble(Duration from, Duration to) {
        disk.add(new Span(from, to));
    }

    void networkTrouble(Duration from, Duration to) {
        network.add(new Span(from, to));
    }

    /// True if the connector may have lost what it learned at one moment before another: it died before it could be made durable.
    boolean mayForget(Duration learned, Duration again) {
        return deaths.stream().anyMatch(death -> within(death, learned, again) && (within(death, learned, learned.plus(SETTLING)) || unwritten(learned, death)))
                || stops.stream().anyMatch(stop -> within(stop, learned, again) && unwritten(learned, stop));
    }

    /// From before it could be written until the end the disk did not work.
    private boolean unwritten(Duration learned, Duration end) {
        return disk.stream().anyMatch(span -> span.touches(learned, learned.plus(SETTLING)) && end.compareTo(span.to.plus(SETTLING_AGAIN)) <= 0);
    }

    /// True if an answer that was given at one moment to what was taken at another may not have reached the connector. What was taken may have been long under way.
    boolean mayNotHear(Duration taken, Duration answered) {
        Duration from = taken.minus(SETTLING);
        Duration to = answered.plus(SETTLING);
        return deaths.stream().anyMatch(death -> within(death, from, to)) || stops.stream().anyMatch(stop -> within(stop, from, to)) || network.stream().anyMatch(span -> span.touches(from, to));
    }

    /// True if at some death what was last written may have been neither safe nor gone.
    boolean diedInDiskTrouble() {
        return deaths.stream().anyMatch(death -> disk.stream().anyMatch(span -> span.touches(death, death) || span.touches(death.minus(SETTLING_AGAIN), death)));
    }

    /// True if what was refused at one moment, since the disk was in trouble, may be found on it after a death, and arrive at another.
    boolean mayReturn(Duration refused, Duration arrived) {
        return disk.stream().anyMatch(span -> span.touches(refused.minus(SETTLING), refused)) && deaths.stream().anyMatch(death -> within(death, refused, arrived));
    }

    private static boolean within(Duration moment, Duration from, Duration to) {
        return moment.compareTo(from) >= 0 && moment.compareTo(to) <= 0;
    }
}
