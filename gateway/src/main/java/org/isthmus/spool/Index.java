// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.transit.QueueId;
import org.jspecify.annotations.Nullable;

/// All queued messages by id. Rebuilt from the segments at each start, and never the truth. Written by the committer alone, or before it starts.
final class Index {
    private final ConcurrentHashMap<Long, Entry> entries = new ConcurrentHashMap<>();
    private volatile long octets;

    @Nullable Entry get(long id) {
        return entries.get(id);
    }

    void put(Entry entry) {
        entry.refer(1);
        octets = octets + entry.octets();
        forget(entries.put(entry.id(), entry));
    }

    void remove(long id) {
        forget(entries.remove(id));
    }

    private void forget(@Nullable Entry old) {
        if (old != null) {
            old.refer(-1);
            octets = octets - old.octets();
        }
    }

    int size() {
        return entries.size();
    }

    long octets() {
        return octets;
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    List<QueueId> ids() {
        return entries.keySet().stream().map(QueueId::new).sorted().toList();
    }
}
