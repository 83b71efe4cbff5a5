// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.dns.Resolver;
import org.isthmus.platform.CachingResolver;
import org.isthmus.platform.Platform;
import org.isthmus.platform.Threads;
import org.jspecify.annotations.Nullable;

/// A machine of a world: addresses, a clock, a disk, and one program that can be killed and started again.
public final class SimulatedHost {
    private final World world;
    private final Baton baton;
    private final String name;
    private final List<InetAddress> addresses;
    private final SimulatedDisk disk;
    private final SimulatedTime time;
    private final SimulatedEntropy entropy;
    private final SimulatedResolver resolver;
    private Resolver cache;
    private final List<SimulatedListener> listeners = new ArrayList<>();
    private final Set<SimulatedConnection> connections = new LinkedHashSet<>();
    private final List<SimulatedConnection> vanished = new ArrayList<>();
    private SimulatedProcess process;
    private int descriptors = Integer.MAX_VALUE;
    private boolean down;
    private int starts = 1;
    private int nextPort = 32_768;
    private Duration mostDiskLatency = Duration.ZERO;

    SimulatedHost(World world, Baton baton, String name, List<InetAddress> addresses, Chance chance) {
        this.world = world;
        this.baton = baton;
        this.name = name;
        this.addresses = List.copyOf(addresses);
        this.time = new SimulatedTime(baton);
        this.entropy = new SimulatedEntropy(chance.fork("entropy"));
        Chance latency = chance.fork("disk latency");
        this.disk = new SimulatedDisk(chance.fork("disk"), time::now, (operation, path) -> paceDisk(operation, latency));
        this.resolver = new SimulatedResolver(baton, world.zone(), chance.fork("dns"));
        this.process = new SimulatedProcess(baton, name);
        this.cache = new CachingResolver(resolver, time, process);
    }

    public String name() {
        return name;
    }

    public List<InetAddress> addresses() {
        return addresses;
    }

    public InetAddress address() {
        return addresses.getFirst();
    }

    public SimulatedDisk disk() {
        return disk;
    }

    /// What the program sees of the world. After a {@link #kill} or a {@link #crash} a new one is needed, for the new process.
    public Platform platform() {
        return new Platform(time, entropy, process, new HostNetwork(baton, world.network(), this), cache, disk);
    }

    /// Starts an actor of this host's process.
    public Threads.Actor start(String actorName, Runnable body) {
        return process.start(actorName, body);
    }

    /// The program dies at once: its actors do nothing more, its connections are closed, its locks are free. What it wrote to the disk is there.
    public void kill() {
        baton.step("kill", name);
        die();
        disk.kill();
        for (SimulatedListener listener : List.copyOf(listeners)) {
            listener.end(false);
        }
        for (SimulatedConnection connection : List.copyOf(connections)) {
            connection.end();
        }
    }

    /// The power goes: as killed, but peers hear nothing, and what was not forced is lost in part. The host stays down until {@link #boot}.
    public void crash() {
        baton.step("crash", name);
        down = true;
        die();
        for (SimulatedListener listener : List.copyOf(listeners)) {
            listener.end(true);
        }
        for (SimulatedConnection connection : connections) {
            vanish(connection);
        }
        connections.clear();
        disk.crash();
    }

    /// The machine is up again.
    public void boot() {
        baton.step("boot", name);
        down = false;
        vanished.forEach(SimulatedConnection::reappear);
        vanished.clear();
    }

    public boolean down() {
        return down;
    }

    private void die() {
        process.kill();
        process = new SimulatedProcess(baton, name + "#" + ++starts);
        cache = new CachingResolver(resolver, time, process);
    }

    /// The wall clock jumps; measured time goes on.
    public void jumpClock(Duration by) {
        baton.step("jump clock", by);
        time.jump(by);
    }

    /// So many connections at most; then connecting and accepting fail with "Too many open files".
    public void descriptors(int most) {
        descriptors = most;
    }

    /// Each operation that changes the disk takes up to this long.
    public void diskLatency(Duration most) {
        mostDiskLatency = most;
    }

    /// Connections that its program holds at this moment.
    public int connections() {
        return connections.size();
    }

    private void paceDisk(SimulatedDisk.Operation operation, Chance latency) {
        baton.step("disk", operation);
        if (operation.changes() && !mostDiskLatency.isZero() && baton.running()) {
            baton.pause(latency.below(mostDiskLatency.toNanos() + 1), "disk");
        }
    }

    /// Its names without the memory.
    Resolver uncached() {
        return resolver;
    }

    // For the network.

    void needDescriptor() throws IOException {
        if (connections.size() >= descriptors) {
            throw new SocketException("Too many open files");
        }
    }

    void remember(SimulatedConnection connection) {
        connections.add(connection);
    }

    void vanish(SimulatedConnection connection) {
        connection.vanish();
        vanished.add(connection);
    }

    void forget(SimulatedConnection connection) {
        connections.remove(connection);
    }

    void remember(SimulatedListener listener) {
        listeners.add(listener);
    }

    void forget(SimulatedListener listener) {
        listeners.remove(listener);
    }

    List<InetAddress> localAddresses() {
        List<InetAddress> all = new ArrayList<>(addresses);
        all.add(InetAddress.ofLiteral("127.0.0.1"));
        all.add(InetAddress.ofLiteral("::1"));
        return all;
    }

    boolean owns(InetAddress address) {
        return addresses.contains(address) || address.isLoopbackAddress();
    }

    int freePort() {
        return nextPort++;
    }

    /// Who listens at this address of ours; an exact address comes before a wildcard.
    @Nullable SimulatedListener listener(InetSocketAddress at) {
        SimulatedListener wildcard = null;
        for (SimulatedListener listener : listeners) {
            InetAddress bound = listener.address().getAddress();
            if (listener.address().getPort() == at.getPort()) {
                if (bound.equals(at.getAddress())) {
                    return listener;
                }
                // The wildcard of IPv4 takes IPv4 alone, that of IPv6 takes both.
                if (bound.isAnyLocalAddress() && bound.getAddress().length >= at.getAddress().getAddress().length) {
                    wildcard = listener;
                }
            }
        }
        return wildcard;
    }

    boolean taken(InetSocketAddress at) {
        return listeners.stream().anyMatch(listener -> listener.address().equals(at));
    }
}
