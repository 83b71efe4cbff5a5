// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Knows all open connections and closes those whose peers do not take what is written. One look at each, four times a second:
/// a limit is kept to a quarter of a second, and a write costs two stores in memory.
final class WriteWatch {
    private static final long PAUSE_MILLIS = 250;

    private final Set<LiveConnection> open = ConcurrentHashMap.newKeySet();
    private final Thread thread = Thread.ofPlatform().name("write-watch").daemon().unstarted(this::run);

    void start() {
        thread.start();
    }

    void add(LiveConnection connection) {
        open.add(connection);
    }

    void remove(LiveConnection connection) {
        open.remove(connection);
    }

    /// Ends the watch and closes what is open.
    void stop() {
        thread.interrupt();
        open.forEach(LiveConnection::close);
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(PAUSE_MILLIS);
                long now = System.nanoTime();
                for (LiveConnection connection : open) {
                    connection.closeIfOverdue(now);
                }
            }
        } catch (InterruptedException e) {
            // Asked to stop.
        }
    }
}
