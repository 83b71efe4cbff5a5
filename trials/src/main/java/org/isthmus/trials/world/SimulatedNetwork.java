// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What joins the hosts of a world, and how it misbehaves. Faults may be changed at any time; they hold for connections made afterwards.
public final class SimulatedNetwork {
    private final Map<InetAddress, SimulatedHost> hosts = new HashMap<>();
    private final Map<InetAddress, NetworkFaults> faultsOf = new HashMap<>();
    private final Map<InetSocketAddress, InetSocketAddress> mapped = new HashMap<>();
    private final Chance chance;
    private NetworkFaults faults = NetworkFaults.CALM;
    private long connects;

    SimulatedNetwork(Chance chance) {
        this.chance = chance;
    }

    /// For all connections without a word of their own.
    public void faults(NetworkFaults all) {
        faults = all;
    }

    /// For connections to this address, or else from it.
    public void faults(InetAddress address, NetworkFaults of) {
        faultsOf.put(address, of);
    }

    /// The address behaves as all others again.
    public void noFaults(InetAddress address) {
        faultsOf.remove(address);
    }

    /// Address translation: connections to the one come to the other, and neither side notices. Holds until it is mapped anew.
    public void map(InetSocketAddress outside, InetSocketAddress inside) {
        mapped.put(outside, inside);
    }

    /// The address is no longer translated.
    public void unmap(InetSocketAddress outside) {
        mapped.remove(outside);
    }

    InetSocketAddress translated(InetSocketAddress to) {
        return mapped.getOrDefault(to, to);
    }

    /// Attempts to connect, so far.
    public long connects() {
        return connects;
    }

    Chance chance() {
        connects++;
        return chance;
    }

    void add(SimulatedHost host) {
        for (InetAddress address : host.addresses()) {
            if (hosts.putIfAbsent(address, host) != null) {
                throw new IllegalArgumentException(address.getHostAddress() + " is the address of two hosts");
            }
        }
    }

    @Nullable SimulatedHost host(InetAddress address) {
        return hosts.get(address);
    }

    NetworkFaults faults(InetAddress from, InetAddress to) {
        NetworkFaults special = faultsOf.get(to);
        if (special == null) {
            special = faultsOf.get(from);
        }
        return special != null ? special : from.isLoopbackAddress() ? NetworkFaults.NONE : faults;
    }
}
