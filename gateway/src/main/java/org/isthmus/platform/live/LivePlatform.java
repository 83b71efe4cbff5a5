// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.io.IOException;
import java.io.Closeable;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;
import org.isthmus.platform.CachingResolver;
import org.isthmus.platform.Platform;

/// The real world, as {@code main} hands it to the rooms.
public final class LivePlatform implements Closeable {
    private final WriteWatch watch;
    private final CachingResolver cache;
    private final Platform platform;
    private final LiveNetwork network;
    private volatile List<InetSocketAddress> systemServers = SystemServers.read();

    private LivePlatform(Supplier<List<InetSocketAddress>> dnsServers) {
        LiveTime time = new LiveTime();
        LiveThreads threads = new LiveThreads();
        watch = new WriteWatch();
        network = new LiveNetwork(watch);
        cache = new CachingResolver(new DnsResolver(() -> orSystem(dnsServers.get())), time, threads);
        platform = new Platform(time, new LiveEntropy(), threads, network, cache, new LiveDisk(), new LiveMachine(), new LiveHttps(), new LiveLocalSockets());
    }

    /// Opens it.
    /// @param dnsServers asked at each question; empty for the system's
    public static LivePlatform open(Supplier<List<InetSocketAddress>> dnsServers) {
        LivePlatform live = new LivePlatform(dnsServers);
        live.watch.start();
        return live;
    }

    /// With the system's DNS servers.
    public static LivePlatform open() {
        return open(List::of);
    }

    public Platform platform() {
        return platform;
    }

    /// Binds addresses now that will be listened on later, when the process may no longer do it.
    /// @throws IOException if one is taken or not ours; the message names it
    public void reserve(List<InetSocketAddress> addresses) throws IOException {
        network.reserve(addresses);
    }

    /// After a reload: the system's DNS servers are read again and what the old ones said is forgotten.
    public void reloaded() {
        systemServers = SystemServers.read();
        cache.flush();
    }

    /// Closes all connections. Listeners belong to those who opened them.
    @Override
    public void close() {
        watch.stop();
    }

    private List<InetSocketAddress> orSystem(List<InetSocketAddress> configured) {
        return configured.isEmpty() ? systemServers : configured;
    }
}
