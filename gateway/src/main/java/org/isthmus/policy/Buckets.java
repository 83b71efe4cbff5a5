// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.isthmus.config.Rate;

/// Token buckets, one for each name: a bucket holds as many tokens as its rate has in its time, and is filled again evenly. A bucket is kept as one number, the moment at
/// which it will be full again; one that is full is not kept. Bounded: of too many, the ones least lately used are full again.
///
/// A monitor over memory: nothing here waits.
final class Buckets {
    private static final int MOST = 100_000;

    private final Map<String, Long> fullAt = new LinkedHashMap<>();

    /// Whether a token is left. It stays there.
    /// @param elapsed by the clock that only goes forward
    /// @return how long until there is one; zero if there is
    synchronized Duration wait(String name, Rate rate, Duration elapsed) {
        Long full = fullAt.get(name);
        long now = elapsed.toNanos();
        if (full == null || full <= now) {
            return Duration.ZERO;
        }
        long spacing = rate.spacing().toNanos();
        // A rate that was lowered by a reload must not make a bucket deeper than it is.
        long debt = Math.min(full - now, spacing * rate.count());
        return Duration.ofNanos(Math.max(0, debt + spacing - spacing * rate.count()));
    }

    /// Takes a token, whether there is one or not.
    synchronized void take(String name, Rate rate, Duration elapsed) {
        long now = elapsed.toNanos();
        long spacing = rate.spacing().toNanos();
        Long full = fullAt.remove(name);
        long from = full == null || full <= now ? now : Math.min(full, now + spacing * rate.count());
        fullAt.put(name, from + spacing);
        for (Iterator<Long> oldest = fullAt.values().iterator(); oldest.hasNext(); ) {
            if (oldest.next() > now && fullAt.size() <= MOST) {
                return;
            }
            oldest.remove();
        }
    }

    synchronized int size() {
        return fullAt.size();
    }
}
