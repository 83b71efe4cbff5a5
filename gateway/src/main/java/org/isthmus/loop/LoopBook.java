// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.loop.Sighting.Certainty;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.RecipientClass;
import org.jspecify.annotations.Nullable;

/// What was seen, by domain and layer: bounded, the one that was quiet for longest goes. Used by one thread.
final class LoopBook {
    /// Addresses and ids kept for each.
    static final int FEW = 10;
    static final int MOST = 500;

    private final Map<String, SeenLoop> loops = new LinkedHashMap<>();
    private int next = 1;

    SeenLoop add(Sighting sighting, RecipientClass kind) {
        String domain = Scope.domain(sighting.recipient());
        String layer = sighting.evidence().layer();
        String key = domain + " " + layer;
        SeenLoop before = loops.remove(key);
        SeenLoop after = before == null ? first(sighting, kind, domain, layer) : again(before, sighting, kind);
        loops.put(key, after);
        if (loops.size() > MOST) {
            loops.remove(loops.keySet().iterator().next());
        }
        return after;
    }

    private SeenLoop first(Sighting sighting, RecipientClass kind, String domain, String layer) {
        return new SeenLoop(next++, domain, layer, kind, sighting.certainty(), 1, sighting.at(), sighting.at(), hop(sighting, null),
                List.of(sighting.recipient().text()), sighting.message() == null ? List.of() : List.of(sighting.message()), sighting.evidence());
    }

    private static SeenLoop again(SeenLoop before, Sighting sighting, RecipientClass kind) {
        List<String> recipients = new ArrayList<>(before.recipients());
        if (recipients.size() < FEW && !recipients.contains(sighting.recipient().text())) {
            recipients.add(sighting.recipient().text());
        }
        List<QueueId> messages = new ArrayList<>(before.messages());
        QueueId message = sighting.message();
        if (message != null && !messages.contains(message)) {
            messages.add(message);
        }
        boolean proved = before.certainty() == Certainty.PROVED;
        return new SeenLoop(before.id(), before.domain(), before.layer(), kind, proved ? Certainty.PROVED : sighting.certainty(), before.count() + 1,
                before.first(), sighting.at(), hop(sighting, before.hop()), recipients, messages.subList(Math.max(0, messages.size() - FEW), messages.size()), sighting.evidence());
    }

    private static @Nullable String hop(Sighting sighting, @Nullable String otherwise) {
        return sighting.hop() == null ? otherwise : sighting.hop().toString();
    }

    void restore(SeenLoop loop) {
        loops.put(loop.domain() + " " + loop.layer(), loop);
        next = Math.max(next, loop.id() + 1);
    }

    /// In the order of their last sighting.
    List<SeenLoop> inOrder() {
        return List.copyOf(loops.values());
    }

    /// The latest first.
    static List<SeenLoop> latestFirst(List<SeenLoop> loops) {
        return loops.stream().sorted(Comparator.comparing(SeenLoop::last).thenComparing(SeenLoop::id).reversed()).toList();
    }
}
