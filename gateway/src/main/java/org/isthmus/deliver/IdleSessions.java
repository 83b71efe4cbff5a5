// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Sessions that are kept open for a moment, in case another message goes to the same server. Only memory: the sessions that it
/// gives out to be ended are ended by the caller, outside the lock.
final class IdleSessions {
    /// Long enough for the next message of a queue, short enough not to be a nuisance to the server.
    static final Duration KEPT = Duration.ofSeconds(5);
    private static final int MOST = 1000;

    private final Map<Server.Key, Deque<Kept>> byServer = new HashMap<>();
    private int count;
    private boolean watched;

    private record Kept(ClientSession session, Duration until) {}

    /// Takes the session that was used last, which is the likeliest to be alive.
    synchronized @Nullable ClientSession take(Server.Key server) {
        Deque<Kept> kept = byServer.get(server);
        if (kept == null) {
            return null;
        }
        count--;
        ClientSession session = kept.removeLast().session();
        if (kept.isEmpty()) {
            byServer.remove(server);
        }
        return session;
    }

    /// @return what became of it
    synchronized Keeping keep(ClientSession session, Duration now) {
        if (count == MOST) {
            return Keeping.REFUSED;
        }
        byServer.computeIfAbsent(session.server().key(), k -> new ArrayDeque<>()).addLast(new Kept(session, now.plus(KEPT)));
        count++;
        if (watched) {
            return Keeping.KEPT;
        }
        watched = true;
        return Keeping.KEPT_UNWATCHED;
    }

    enum Keeping {
        KEPT,
        /// Kept, and somebody must now begin to call {@link #expired} until it says that nothing is left.
        KEPT_UNWATCHED,
        /// There are too many: it must be ended.
        REFUSED
    }

    /// Takes out those whose time is over.
    /// @param expired they are added here
    /// @return when the next one's time will be over; null if none is left, and then the caller watches no longer
    synchronized @Nullable Duration expired(Duration now, List<ClientSession> expired) {
        Duration next = null;
        for (Iterator<Deque<Kept>> servers = byServer.values().iterator(); servers.hasNext();) {
            Deque<Kept> kept = servers.next();
            // The first has waited longest.
            while (!kept.isEmpty() && kept.getFirst().until().compareTo(now) <= 0) {
                expired.add(kept.removeFirst().session());
                count--;
            }
            if (kept.isEmpty()) {
                servers.remove();
            } else if (next == null || kept.getFirst().until().compareTo(next) < 0) {
                next = kept.getFirst().until();
            }
        }
        watched = next != null;
        return next;
    }

    synchronized List<ClientSession> all() {
        List<ClientSession> all = new ArrayList<>(count);
        byServer.values().forEach(kept -> kept.forEach(one -> all.add(one.session())));
        byServer.clear();
        count = 0;
        return all;
    }
}
