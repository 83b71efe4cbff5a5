// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.isthmus.platform.Entropy;
import org.isthmus.transit.Cause;
import org.jspecify.annotations.Nullable;

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

    private final Map<InetSocketAddress, Cause> probed = new HashMap<>();

    private record Trouble(Duration pause, Duration until, Cause why) {}

    HostMemory(Entropy entropy) {
        this.entropy = entropy;
    }

    /// @param now by the clock that only goes forward
    synchronized void failed(InetSocketAddress address, Cause why, Duration now) {
        Trouble before = troubles.remove(address);
        Duration pause = before == null ? FIRST : shorter(before.pause().multipliedBy(2), LONGEST);
        // Up to a quarter more, so that what failed together is not tried again together.
        Duration jitter = Duration.ofMillis(entropy.below(pause.toMillis() / 4 + 1));
        troubles.put(address, new Trouble(pause, now.plus(pause).plus(jitter), why));
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

    /// Whoever wants to try an address asks first. One that is in trouble is tried by one at a time, whatever destinations share it: what hangs there is not to hang
    /// for each of them.
    ///
    /// @return why not, if somebody else is trying; null if the caller may, who then must say when it is {@link #over}
    synchronized @Nullable Cause begin(InetSocketAddress address, Duration now) {
        Trouble trouble = troubles.isEmpty() ? null : troubles.get(address);
        if (trouble == null || trouble.until().compareTo(now) <= 0) {
            return null;
        }
        return probed.putIfAbsent(address, trouble.why());
    }

    /// A try that was allowed is over.
    synchronized void over(InetSocketAddress address) {
        if (!probed.isEmpty()) {
            probed.remove(address);
        }
    }

    synchronized void forget() {
        troubles.clear();
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
