// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import org.isthmus.config.Snapshot;
import org.isthmus.platform.Network;
import org.isthmus.platform.Time;
import org.jspecify.annotations.Nullable;

/// The identity of the running server: settings, bound ports, the machine's addresses. Addresses of interfaces come and go, so they are
/// asked again once a minute. Safe for all threads.
public final class LiveIdentity {
    private static final Duration FRESH = Duration.ofMinutes(1);

    private final Network network;
    private final Time time;
    private final LearnedAddresses learned;
    private volatile Map<String, InetSocketAddress> bound = Map.of();
    private volatile @Nullable Made made;

    public LiveIdentity(Network network, Time time) {
        this(network, time, new LearnedAddresses(time));
    }

    /// @param learned what the wire tells
    public LiveIdentity(Network network, Time time, LearnedAddresses learned) {
        this.learned = learned;
        this.network = network;
        this.time = time;
    }

    private record Made(Snapshot snapshot, Map<String, InetSocketAddress> bound, Duration when, SiteIdentity identity) {}

    /// Told by whoever opened the listeners, once their ports are known, and again when they change.
    /// @param listeners where each is bound, by name
    public void bound(Map<String, InetSocketAddress> listeners) {
        bound = Map.copyOf(listeners);
    }

    /// The present identity under a configuration.
    public SiteIdentity current(Snapshot snapshot) {
        Made last = made;
        Duration now = time.elapsed();
        if (last != null && last.snapshot() == snapshot && last.bound() == bound && now.minus(last.when()).compareTo(FRESH) < 0) {
            return last.identity();
        }
        Map<String, InetSocketAddress> listeners = bound;
        SiteIdentity identity = SiteIdentity.of(snapshot.settings(), listeners, network.localAddresses(), learned);
        made = new Made(snapshot, listeners, now, identity);
        return identity;
    }
}
