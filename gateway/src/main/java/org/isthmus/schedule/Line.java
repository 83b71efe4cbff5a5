// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.util.AbstractCollection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;

/// Jobs that wait, in the order in which they go: the higher priority first (RFC 6710 §4.3), among equals the older. Nearly all are of priority 0, and cost what they
/// would in a plain queue. Guarded by {@link Lanes}.
final class Line extends AbstractCollection<Job> {
    private final TreeMap<Integer, Deque<Job>> byTurn = new TreeMap<>(Comparator.reverseOrder());
    private int size;

    void addLast(Job job) {
        byTurn.computeIfAbsent(job.turn, turn -> new ArrayDeque<>()).addLast(job);
        size++;
    }

    /// @throws java.util.NoSuchElementException if there is none
    Job removeFirst() {
        int turn = byTurn.firstKey();
        Deque<Job> first = byTurn.get(turn);
        if (first == null) {
            throw new IllegalStateException("no line of turn " + turn);
        }
        Job job = first.removeFirst();
        if (first.isEmpty()) {
            byTurn.remove(turn);
        }
        size--;
        return job;
    }

    @Override
    public boolean remove(Object job) {
        if (!(job instanceof Job one)) {
            return false;
        }
        Deque<Job> line = byTurn.get(one.turn);
        if (line == null || !line.remove(one)) {
            return false;
        }
        if (line.isEmpty()) {
            byTurn.remove(one.turn);
        }
        size--;
        return true;
    }

    @Override
    public Iterator<Job> iterator() {
        List<Job> all = new ArrayList<>(size);
        byTurn.values().forEach(all::addAll);
        return all.iterator();
    }

    @Override
    public int size() {
        return size;
    }
}
