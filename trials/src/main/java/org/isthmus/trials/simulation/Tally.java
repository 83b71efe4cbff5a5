// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.simulation;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Counts of what runs reached, so that one sees that they do something.
public final class Tally {
    private final Map<String, Long> counts = new TreeMap<>();

    public synchronized void add(String what, long count) {
        counts.merge(what, count, Long::sum);
    }

    public synchronized void add(Tally other) {
        other.counts.forEach(this::add);
    }

    public synchronized long of(String what) {
        return counts.getOrDefault(what, 0L);
    }

    @Override
    public synchronized String toString() {
        return counts.entrySet().stream().map(entry -> entry.getKey() + " " + entry.getValue()).collect(Collectors.joining(", "));
    }
}
