// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.isthmus.address.Domain;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.Listener;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// Who "we" are: the addresses **and ports** at which a connection comes to ourselves, and our names. Layer 2 of loop control. Immutable.
///
/// - Each listener, with the port that it really has. One at a wildcard address stands for every address of the machine, all loopback
///   ones included: `0.0.0.0` for IPv4 ones, `[::]` for both.
/// - The addresses of `identity`: what NAT, a load balancer or a proxy shows of us.
/// - The names of `connector.hostname` and `identity.names`.
///
/// Hosts alone are never compared: a filter on another port of this machine is not us, and a listener behind a mapped port is. Each entry knows where it
/// comes from, for evidence. Members of a cluster, front doors and what was learned on the wire are further sources that later layers add.
public final class SiteIdentity {
    private final Map<InetSocketAddress, SelfMatch> addresses = new HashMap<>();
    private final Map<Wildcard, SelfMatch> wildcards = new HashMap<>();
    private final Map<String, SelfMatch> names = new HashMap<>();
    private final Set<Integer> ports = new TreeSet<>();
    private final Collection<InetAddress> machine;
    private boolean livesOnLoopback;

    /// Why something is us.
    /// @param what in the operator's words: {@code listener internet (0.0.0.0:25)}
    /// @param at where it is configured; none for what follows from the machine
    public record SelfMatch(String what, @Nullable SourceLine at) {
        @Override
        public String toString() {
            return at == null ? what : what + " at " + at;
        }
    }

    private record Wildcard(int port, boolean six) {}

    private SiteIdentity(Collection<InetAddress> machine) {
        this.machine = List.copyOf(machine);
    }

    /// @param bound where listeners are really bound, by name; one that is missing is taken as configured, and not at all with port 0
    /// @param machine the addresses of this machine's interfaces, for listeners at wildcard addresses
    public static SiteIdentity of(Settings settings, Map<String, InetSocketAddress> bound, Collection<InetAddress> machine) {
        SiteIdentity identity = new SiteIdentity(machine);
        for (Listener listener : settings.listeners()) {
            identity.add(listener, bound.getOrDefault(listener.name(), listener.address()));
        }
        int mxPort = settings.identity().mxPort();
        for (InetSocketAddress declared : settings.identity().addresses()) {
            InetSocketAddress complete = declared.getPort() == 0 ? new InetSocketAddress(declared.getAddress(), mxPort) : declared;
            identity.addresses.putIfAbsent(complete, new SelfMatch("identity.addresses " + text(complete), null));
            identity.ports.add(complete.getPort());
        }
        identity.names.put(settings.connector().hostname().ascii(), new SelfMatch("connector.hostname \"" + settings.connector().hostname() + "\"", null));
        for (Domain name : settings.identity().names()) {
            identity.names.putIfAbsent(name.ascii(), new SelfMatch("identity.names \"" + name + "\"", null));
        }
        return identity;
    }

    private void add(Listener listener, InetSocketAddress at) {
        if (at.getPort() == 0) {
            return;
        }
        SelfMatch match = new SelfMatch("listener " + listener.name() + " (" + text(at) + ")", listener.at());
        ports.add(at.getPort());
        if (at.getAddress().isAnyLocalAddress()) {
            wildcards.putIfAbsent(new Wildcard(at.getPort(), at.getAddress() instanceof Inet6Address), match);
        } else {
            addresses.putIfAbsent(at, match);
            livesOnLoopback |= at.getAddress().isLoopbackAddress();
        }
    }

    /// Whether a connection to this address and port would come to ourselves.
    public Optional<SelfMatch> match(InetSocketAddress to) {
        SelfMatch exact = addresses.get(to);
        if (exact != null) {
            return Optional.of(exact);
        }
        InetAddress address = to.getAddress();
        SelfMatch wildcard = wildcard(to);
        if (address.isAnyLocalAddress()) {
            // Connecting to 0.0.0.0 or :: connects to this machine's loopback address.
            return Optional.ofNullable(wildcard != null ? wildcard : onLoopback(to));
        }
        return wildcard != null && (address.isLoopbackAddress() || machine.contains(address)) ? Optional.of(wildcard) : Optional.empty();
    }

    /// The listener at a wildcard address that takes connections of this family to this port: {@code [::]} takes IPv4 too.
    private @Nullable SelfMatch wildcard(InetSocketAddress to) {
        SelfMatch both = wildcards.get(new Wildcard(to.getPort(), true));
        return both != null || to.getAddress() instanceof Inet6Address ? both : wildcards.get(new Wildcard(to.getPort(), false));
    }

    private @Nullable SelfMatch onLoopback(InetSocketAddress to) {
        boolean six = to.getAddress() instanceof Inet6Address;
        for (Map.Entry<InetSocketAddress, SelfMatch> entry : addresses.entrySet()) {
            InetAddress address = entry.getKey().getAddress();
            if (entry.getKey().getPort() == to.getPort() && address.isLoopbackAddress() && address instanceof Inet6Address == six) {
                return entry.getValue();
            }
        }
        return null;
    }

    /// The same for an address that DNS gave for a mail exchanger. Nobody else's exchanger lives on a loopback or unspecified address, so those are this
    /// machine, at whatever address of it the listener may be; only where our own listeners live on loopback addresses, as in test networks, are
    /// they told apart.
    public Optional<SelfMatch> matchExchanger(InetSocketAddress to) {
        Optional<SelfMatch> match = match(to);
        boolean thisMachine = to.getAddress().isLoopbackAddress() || to.getAddress().isAnyLocalAddress();
        return match.isPresent() || !thisMachine || livesOnLoopback
                ? match
                : Optional.of(new SelfMatch(to.getAddress().getHostAddress() + ", which always means this machine", null));
    }

    /// Whether a mail exchanger of this name is ourselves, whatever its addresses.
    public Optional<SelfMatch> matchName(Domain name) {
        return Optional.ofNullable(names.get(name.ascii()));
    }

    /// The same for a name as a peer says it; nothing for what is no name.
    Optional<SelfMatch> matchName(String name) {
        return Optional.ofNullable(names.get(name.toLowerCase(Locale.ROOT)));
    }

    /// Whether a next hop, named by host and port, is ourselves: one of our names at a port where we listen.
    public Optional<SelfMatch> matchHost(String host, int port) {
        SelfMatch name = ports.contains(port) ? names.get(host.toLowerCase(Locale.ROOT)) : null;
        return name == null ? Optional.empty() : Optional.of(new SelfMatch(name.what() + " at a port of ours, " + port, name.at()));
    }

    /// Everything that it holds, for people.
    public List<String> entries() {
        List<String> entries = new ArrayList<>();
        addresses.forEach((address, match) -> entries.add(text(address) + ": " + match));
        wildcards.forEach((at, match) -> entries.add("every " + (at.six() ? "" : "IPv4 ") + "address of this machine, port " + at.port() + ": " + match));
        names.forEach((name, match) -> entries.add(name + ": " + match));
        entries.sort(null);
        return entries;
    }

    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }
}
