// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Network;
import org.isthmus.trials.world.SimulatedActor.Woken;
import org.jspecify.annotations.Nullable;

/// The network as one host sees it.
final class HostNetwork implements Network {
    /// After this a system gives a connection attempt up by itself.
    private static final Duration PATIENCE = Duration.ofSeconds(127);

    private final Baton baton;
    private final SimulatedNetwork network;
    private final SimulatedHost host;

    HostNetwork(Baton baton, SimulatedNetwork network, SimulatedHost host) {
        this.baton = baton;
        this.network = network;
        this.host = host;
    }

    @Override
    public Listener listen(InetSocketAddress at) throws IOException {
        baton.step("listen", at);
        InetAddress address = at.getAddress();
        if (address == null || !(address.isAnyLocalAddress() || host.owns(address))) {
            throw new BindException("Cannot assign requested address: " + text(at));
        }
        InetSocketAddress bound = at.getPort() != 0 ? at : new InetSocketAddress(address, host.freePort());
        if (host.taken(bound)) {
            throw new BindException("Address already in use: " + text(at));
        }
        SimulatedListener listener = new SimulatedListener(baton, host, bound);
        host.remember(listener);
        return listener;
    }

    @Override
    public Connection connect(@Nullable InetSocketAddress from, InetSocketAddress to, Duration limit) throws IOException {
        baton.step("connect", to);
        long deadline = baton.deadline(limit.compareTo(PATIENCE) < 0 ? limit : PATIENCE);
        InetSocketAddress local = source(from, to);
        host.needDescriptor();
        Chance chance = network.chance();
        NetworkFaults faults = network.faults(local.getAddress(), to.getAddress());
        boolean silent = chance.happens(faults.silent());
        boolean unreachable = chance.happens(faults.unreachable());
        boolean refused = chance.happens(faults.refused());
        InetSocketAddress inside = network.translated(to);
        SimulatedHost target = to.getAddress().isLoopbackAddress() ? host : network.host(inside.getAddress());
        if (silent || (target != null && target.down())) {
            pause(deadline - baton.now(), to);
            throw new SocketTimeoutException("Connect timed out");
        }
        pause(Math.min(deadline - baton.now(), 1 + chance.below(faults.latency().toNanos() + 1)), to);
        if (deadline <= baton.now()) {
            throw new SocketTimeoutException("Connect timed out");
        }
        if (unreachable || target == null) {
            throw new NoRouteToHostException("No route to host");
        }
        SimulatedListener listener = target.listener(inside);
        while (listener != null && listener.full() && !refused) {
            // A full backlog drops the handshake; the client's system tries again until it gives up.
            await(listener.clients, deadline, to);
            if (deadline <= baton.now()) {
                throw new SocketTimeoutException("Connect timed out");
            }
            listener = target.listener(inside);
        }
        if (refused || listener == null || listener.closed()) {
            throw new ConnectException("Connection refused");
        }
        return join(listener, target, local, to, inside, faults, chance);
    }

    @Override
    public List<InetAddress> localAddresses() {
        return host.localAddresses();
    }

    private SimulatedConnection join(SimulatedListener listener, SimulatedHost target, InetSocketAddress local, InetSocketAddress to, InetSocketAddress inside, NetworkFaults faults, Chance chance) {
        Wire.Fate fate = fate(faults, chance);
        boolean there = chance.coin();
        boolean small = chance.happens(faults.pieces());
        Wire forth = new Wire(baton, chance, faults, there ? fate : Wire.Fate.NONE, small);
        Wire back = new Wire(baton, chance, faults, there ? Wire.Fate.NONE : fate, small);
        forth.pair(back);
        back.pair(forth);
        SimulatedConnection client = new SimulatedConnection(baton, host, local, to, back, forth);
        SimulatedConnection server = new SimulatedConnection(baton, target, inside, local, forth, back);
        host.remember(client);
        listener.arrive(server);
        return client;
    }

    private static Wire.Fate fate(NetworkFaults faults, Chance chance) {
        boolean reset = chance.happens(faults.reset());
        boolean ended = chance.happens(faults.ended());
        boolean hung = chance.happens(faults.hung());
        return reset ? Wire.Fate.RESET : ended ? Wire.Fate.ENDED : hung ? Wire.Fate.HUNG : Wire.Fate.NONE;
    }

    private InetSocketAddress source(@Nullable InetSocketAddress from, InetSocketAddress to) throws SocketException {
        InetAddress target = to.getAddress();
        if (target == null) {
            throw new IllegalArgumentException("unresolved: " + to);
        }
        InetAddress source = from == null || from.getAddress().isAnyLocalAddress() ? chosen(target) : from.getAddress();
        if (!host.owns(source)) {
            throw new BindException("Cannot assign requested address: " + source.getHostAddress());
        }
        if (source.getAddress().length != target.getAddress().length) {
            throw new NoRouteToHostException("Network is unreachable");
        }
        return new InetSocketAddress(source, from != null && from.getPort() != 0 ? from.getPort() : host.freePort());
    }

    private InetAddress chosen(InetAddress target) throws SocketException {
        List<InetAddress> own = target.isLoopbackAddress() ? List.of(target) : host.addresses();
        for (InetAddress address : own) {
            if (address.getAddress().length == target.getAddress().length) {
                return address;
            }
        }
        throw new NoRouteToHostException("Network is unreachable");
    }

    private void pause(long nanos, InetSocketAddress to) throws SocketException {
        await(new WaitList(), nanos <= 0 ? baton.now() : baton.now() + nanos, to);
    }

    private void await(WaitList list, long deadline, InetSocketAddress to) throws SocketException {
        if (baton.await(list, deadline, "connect to " + text(to)) == Woken.INTERRUPT) {
            Thread.currentThread().interrupt();
            throw new SocketException("Closed by interrupt");
        }
    }

    private static String text(InetSocketAddress address) {
        return (address.getAddress() == null ? address.getHostString() : address.getAddress().getHostAddress()) + ":" + address.getPort();
    }
}
