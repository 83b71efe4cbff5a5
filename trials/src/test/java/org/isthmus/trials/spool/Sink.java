// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.spool;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.isthmus.tracking.FactSink;

/// Keeps facts in memory, of which a crash leaves those that were forced.
final class Sink implements FactSink {
    private final TreeMap<Long, byte[]> facts = new TreeMap<>();
    private long durable;
    private long last;

    @Override
    public synchronized void accept(long sequence, byte[] lines) {
        Ledger.expect(sequence > last, "facts out of order: " + sequence + " after " + last);
        last = sequence;
        facts.put(sequence, lines);
    }

    @Override
    public synchronized long durable() {
        return durable;
    }

    @Override
    public synchronized void force() {
        durable = last;
    }

    /// What a crash leaves.
    synchronized Sink survivor() {
        Sink survivor = new Sink();
        survivor.facts.putAll(facts.headMap(durable, true));
        survivor.durable = durable;
        survivor.last = durable;
        return survivor;
    }

    synchronized Set<String> lines() {
        Set<String> lines = new TreeSet<>();
        facts.values().forEach(blob -> new String(blob, StandardCharsets.UTF_8).lines().forEach(lines::add));
        return lines;
    }
}
