// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Servers that offer TLS and cannot do it. Where TLS is only wished for, mail went on in the clear on a second connection; for a while it goes there at once, without a
/// first one that is known to come to nothing. Whatever insists on TLS does not ask here. Safe for all threads.
final class BrokenTls {
    static final Duration REMEMBERED = Duration.ofMinutes(10);
    private static final int MOST = 10_000;

    private final Map<InetSocketAddress, Known> known = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<InetSocketAddress, Known> eldest) {
            return size() > MOST;
        }
    };

    private record Known(Broken broken, Duration until) {}

    /// @param now by the clock that only goes forward
    synchronized void failed(InetSocketAddress address, Broken broken, Duration now) {
        known.remove(address);
        known.put(address, new Known(broken, now.plus(REMEMBERED)));
    }

    /// What failed there lately; null if nothing did.
    synchronized @Nullable Broken last(InetSocketAddress address, Duration now) {
        Known one = known.isEmpty() ? null : known.get(address);
        if (one == null || one.until.compareTo(now) > 0) {
            return one == null ? null : one.broken;
        }
        known.remove(address);
        return null;
    }

    synchronized void forget() {
        known.clear();
    }
}
