// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
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
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// Who "we" are: the addresses **and ports** at which a connection comes to ourselves, and our names. Layer 2 of loop control. Immutable, but for what is learned.
///
/// - Each listener, with the port that it really has. One at a wildcard address stands for every address of the machine, all loopback
///   ones included: `0.0.0.0` for IPv4 ones, `[::]` for both.
/// - The addresses of `identity`: what NAT, a load balancer or a proxy shows of us.
/// - The names of `connector.hostname`, `identity.names`, `delivery.ehlo-name` and the `ehlo-name` of next hops.
/// - For recipients of a domain of ours alone: its `front-doors`. They serve strangers too, and for those they are not us.
/// - What was learned on the wire, for a quarter of an hour and the next hop it was learned for ({@link LearnedAddresses}).
///
/// Hosts alone are never compared: a filter on another port of this machine is not us, and a listener behind a mapped port is. Each entry knows where it
/// comes from, for evidence. Members of a cluster are a further source that a later release adds.
public final class SiteIdentity {
    private final Map<InetSocketAddress, SelfMatch> addresses = new HashMap<>();
    private final Map<Wildcard, SelfMatch> wildcards = new HashMap<>();
    private final Map<String, SelfMatch> names = new HashMap<>();
    private final Set<Integer> ports = new TreeSet<>();
    private final Collection<InetAddress> machine;
    private final int mxPort;
    private final @Nullable LearnedAddresses learned;
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

    /// Something that counts as us, for people.
    /// @param subject an address and port, or a name
    /// @param left for how long it still counts; none for what does not end by itself
    public record Entry(String subject, SelfMatch match, @Nullable Duration left) {
        @Override
        public String toString() {
            return subject + ": " + match;
        }
    }

    private record Wildcard(int port, boolean six) {}

    private SiteIdentity(Collection<InetAddress> machine, int mxPort, @Nullable LearnedAddresses learned) {
        this.machine = List.copyOf(machine);
        this.mxPort = mxPort;
        this.learned = learned;
    }

    /// @param bound where listeners are really bound, by name; one that is missing is taken as configured, and not at all with port 0
    /// @param machine the addresses of this machine's interfaces, for listeners at wildcard addresses
    public static SiteIdentity of(Settings settings, Map<String, InetSocketAddress> bound, Collection<InetAddress> machine) {
        return of(settings, bound, machine, null);
    }

    /// @param learned what the wire told; none where nothing was learned
    public static SiteIdentity of(Settings settings, Map<String, InetSocketAddress> bound, Collection<InetAddress> machine, @Nullable LearnedAddresses learned) {
        int mxPort = settings.identity().mxPort();
        SiteIdentity identity = new SiteIdentity(machine, mxPort, learned);
        for (Listener listener : settings.listeners()) {
            identity.add(listener, bound.getOrDefault(listener.name(), listener.address()));
        }
        for (int i = 0; i < settings.identity().addresses().size(); i++) {
            InetSocketAddress declared = settings.identity().addresses().get(i);
            InetSocketAddress complete = declared.getPort() == 0 ? new InetSocketAddress(declared.getAddress(), mxPort) : declared;
            identity.addresses.putIfAbsent(complete, new SelfMatch("identity.addresses " + text(complete), settings.place("identity.addresses[" + i + "]")));
            identity.ports.add(complete.getPort());
        }
        identity.names(settings);
        return identity;
    }

    private void names(Settings settings) {
        name("connector.hostname", settings.connector().hostname(), settings.place("connector.hostname"));
        for (int i = 0; i < settings.identity().names().size(); i++) {
            name("identity.names", settings.identity().names().get(i), settings.place("identity.names[" + i + "]"));
        }
        if (settings.delivery().ehloName() != null) {
            name("delivery.ehlo-name", settings.delivery().ehloName(), settings.place("delivery.ehlo-name"));
        }
        for (Settings.Hop hop : settings.nextHops().values()) {
            if (hop.ehloName() != null) {
                name("next-hops." + hop.name() + ".ehlo-name", hop.ehloName(), hop.at());
            }
        }
    }

    private void name(String setting, Domain name, @Nullable SourceLine at) {
        names.putIfAbsent(name.ascii(), new SelfMatch(setting + " \"" + name + "\"", at));
    }

    /// The same as it is for recipients of a domain of ours: its front doors count as us.
    public SiteIdentity forRecipientsOf(SiteDomain domain) {
        if (domain.frontDoors().isEmpty()) {
            return this;
        }
        SiteIdentity wider = new SiteIdentity(machine, mxPort, learned);
        wider.addresses.putAll(addresses);
        wider.wildcards.putAll(wildcards);
        wider.names.putAll(names);
        wider.ports.addAll(ports);
        wider.ports.add(mxPort);
        wider.livesOnLoopback = livesOnLoopback;
        for (SiteDomain.FrontDoor door : domain.frontDoors()) {
            wider.names.putIfAbsent(door.name().ascii(), frontDoor(domain, door));
        }
        return wider;
    }

    private static SelfMatch frontDoor(SiteDomain domain, SiteDomain.FrontDoor door) {
        return new SelfMatch("front door \"" + door.name() + "\" of " + domain.name().text() + ", which hands its mail on to us", door.at());
    }

    /// Whether a next hop is a front door of the domain, by the host that its URL names and the port of mail exchangers.
    public Optional<SelfMatch> matchFrontDoor(SiteDomain domain, String host, int port) {
        if (port != mxPort) {
            return Optional.empty();
        }
        return domain.frontDoors().stream().filter(door -> door.name().ascii().equalsIgnoreCase(host)).findFirst().map(door -> frontDoor(domain, door));
    }

    /// Whether this address was ourselves lately, when the wire was asked for this next hop. Never enough to refuse mail.
    public Optional<SelfMatch> matchLearned(InetSocketAddress to, NextHop hop) {
        return learned == null ? Optional.empty() : learned.match(to, hop);
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
    public Optional<SelfMatch> matchHostName(String name) {
        return Optional.ofNullable(names.get(name.toLowerCase(Locale.ROOT)));
    }

    /// Whether a next hop, named by host and port, is ourselves: one of our names at a port where we listen.
    public Optional<SelfMatch> matchHost(String host, int port) {
        SelfMatch name = ports.contains(port) ? names.get(host.toLowerCase(Locale.ROOT)) : null;
        return name == null ? Optional.empty() : Optional.of(new SelfMatch(name.what() + " at a port of ours, " + port, name.at()));
    }

    /// Everything that it holds, for people.
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        addresses.forEach((address, match) -> entries.add(new Entry(text(address), match, null)));
        wildcards.forEach((at, match) -> entries.add(new Entry("every " + (at.six() ? "" : "IPv4 ") + "address of this machine, port " + at.port(), match, null)));
        names.forEach((name, match) -> entries.add(new Entry(name, match, null)));
        if (learned != null) {
            learned.entries().stream().filter(LearnedAddresses.Entry::ours).forEach(entry -> entries.add(new Entry(
                    text(entry.address()), new SelfMatch(entry.what() + ", for " + entry.hop().map(NextHop::toString).orElse(""), null), entry.left())));
        }
        entries.sort(Comparator.comparing(Entry::toString));
        return entries;
    }

    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }
}
