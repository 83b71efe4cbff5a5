// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.isthmus.platform.Entropy;

/// Addresses that could not be reached lately, so that a dead first exchanger does not cost a time-out for each message. They are not
/// forbidden: they are tried after the others. Each failure in a row makes the time longer, up to a limit; one success ends it.
final class HostMemory {
    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int MOST = 10_000;

    private final Entropy entropy;
    private final Map<InetSocketAddress, Trouble> troubles = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<InetSocketAddress, Trouble> eldest) {
            return size() > MOST;
        }
    };

    private record Trouble(Duration pause, Duration until) {}

    HostMemory(Entropy entropy) {
        this.entropy = entropy;
    }

    /// @param now by the clock that only goes forward
    synchronized void failed(InetSocketAddress address, Duration now) {
        Trouble before = troubles.remove(address);
        Duration pause = before == null ? FIRST : shorter(before.pause().multipliedBy(2), LONGEST);
        // Up to a quarter more, so that what failed together is not tried again together.
        Duration jitter = Duration.ofMillis(entropy.below(pause.toMillis() / 4 + 1));
        troubles.put(address, new Trouble(pause, now.plus(pause).plus(jitter)));
    }

    synchronized void worked(InetSocketAddress address) {
        if (!troubles.isEmpty()) {
            troubles.remove(address);
        }
    }

    /// Whether others should be tried first.
    synchronized boolean isDoubtful(InetSocketAddress address, Duration now) {
        if (troubles.isEmpty()) {
            return false;
        }
        Trouble trouble = troubles.get(address);
        return trouble != null && trouble.until().compareTo(now) > 0;
    }

    synchronized void forget() {
        troubles.clear();
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
