// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.isthmus.config.Settings;

/// Counts who is inside: in all, and from each client address. Safe for all threads.
final class Occupancy {
    enum Entry {
        ENTERED,
        FULL,
        FULL_FOR_CLIENT
    }

    private final Map<InetAddress, Integer> perClient = new HashMap<>();
    private int all;

    /// Enters if there is room. Whoever has entered must {@link #leave}.
    synchronized Entry enter(InetAddress client, Settings.Limits limits) {
        if (all >= limits.sessions()) {
            return Entry.FULL;
        }
        int mine = perClient.getOrDefault(client, 0);
        if (mine >= limits.sessionsPerClient()) {
            return Entry.FULL_FOR_CLIENT;
        }
        all++;
        perClient.put(client, mine + 1);
        return Entry.ENTERED;
    }

    /// Enters somebody whose address is not known yet, because a proxy is about to say it. He must be {@link #name named}, or {@link #leaveUnnamed leave}.
    /// @return false if there is no room
    synchronized boolean enterUnnamed(Settings.Limits limits) {
        if (all >= limits.sessions()) {
            return false;
        }
        all++;
        return true;
    }

    /// Names somebody who has entered.
    /// @return false if too many of his are here already: he has left then
    synchronized boolean name(InetAddress client, Settings.Limits limits) {
        all--;
        return enter(client, limits) == Entry.ENTERED;
    }

    synchronized void leaveUnnamed() {
        all--;
    }

    synchronized void leave(InetAddress client) {
        all--;
        perClient.computeIfPresent(client, (address, count) -> count == 1 ? null : count - 1);
    }

    /// Sessions inside.
    synchronized int count() {
        return all;
    }
}
