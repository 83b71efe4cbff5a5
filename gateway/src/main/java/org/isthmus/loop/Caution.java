// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.isthmus.address.Mailbox;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// Which ways out have been proved to be none that come back. Mail for site or relay recipients that goes outward by a way that is new or has changed goes one message at a
/// time, until the first has been acknowledged for a while without coming back: so a loop shows itself on few messages. Other remote mail is never slowed.
///
/// Kept in memory and bounded: after a start every such way is new, which costs it a second. A monitor over memory: nothing here waits.
public final class Caution {
    private static final int MOST = 10_000;

    private final Map<String, Trust> ways = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Trust> eldest) {
            return size() > MOST;
        }
    };
    private final Map<String, Long> loops = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST;
        }
    };

    private record Trust(String print, boolean proved) {}

    /// Nothing is trusted yet.
    public Caution() {}

    /// A way that is to be tried carefully.
    /// @param name equal for equal recipient domains and next hops
    /// @param print of its servers
    public record Track(String name, String domain, String print) {}

    /// @return none if this copy may go as fast as any
    public synchronized @Nullable Track track(RecipientClass kind, Mailbox recipient, Way way) {
        boolean ours = switch (kind) {
            case SITE_KNOWN, SITE_UNKNOWN, SITE_SHARED, CLIENT_RELAY -> true;
            case DANGLING, REMOTE -> false;
        };
        if (!ours || way.inside()) {
            return null;
        }
        String domain = Scope.domain(recipient);
        Track track = new Track(way.hop() + " for " + domain, domain, print(way));
        Trust trust = ways.get(track.name());
        if (trust == null || !trust.print().equals(track.print())) {
            ways.put(track.name(), new Trust(track.print(), false));
            return track;
        }
        return trust.proved() ? null : track;
    }

    /// Whatever the order in which DNS gives them.
    private static String print(Way way) {
        TreeSet<String> servers = new TreeSet<>();
        way.exchanges().forEach(exchange -> exchange.addresses().forEach(address -> servers.add(exchange.name() + " " + address)));
        return servers.toString();
    }

    /// How many loops were met in a domain so far: asked before and after, to see whether one was.
    public synchronized long loops(String domain) {
        return loops.getOrDefault(domain, 0L);
    }

    /// A message was acknowledged for long enough, and nothing came back.
    public synchronized void proved(Track track) {
        Trust trust = ways.get(track.name());
        if (trust != null && trust.print().equals(track.print())) {
            ways.put(track.name(), new Trust(track.print(), true));
        }
    }

    /// A loop was met for a recipient: nothing of its domain is trusted any more.
    public synchronized void looped(Mailbox recipient) {
        String domain = Scope.domain(recipient);
        loops.merge(domain, 1L, Long::sum);
        ways.replaceAll((name, trust) -> name.endsWith(" for " + domain) ? new Trust(trust.print(), false) : trust);
    }
}
