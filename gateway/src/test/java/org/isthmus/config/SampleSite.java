// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings.AddressSpace;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.config.Settings.Hop;
import org.isthmus.config.Settings.Listener;
import org.isthmus.config.Settings.Loopback;
import org.isthmus.config.Settings.LoopbackSetting;
import org.isthmus.config.Settings.RecipientSource;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// Settings for tests of rooms that read them, without the loader. Every object stands on a line of its own in {@code isthmus.conf}.
public final class SampleSite {
    public String hostname = "mx1.example.com";
    public @Nullable String postmasterTo;
    public List<InetSocketAddress> addresses = new ArrayList<>();
    public List<Domain> names = new ArrayList<>();
    public int mxPort = 25;
    public int hopLimit = 100;
    public LoopbackSetting loopback = new LoopbackSetting(Loopback.TURN_AROUND, "loopback", null);
    private final List<Listener> listeners = new ArrayList<>();
    private final List<SiteDomain> domains = new ArrayList<>();
    private final Map<String, Hop> hops = new LinkedHashMap<>();
    private final List<AddressSpace> routes = new ArrayList<>();
    private int line = 10;

    public SourceLine next() {
        return new SourceLine("isthmus.conf", line++);
    }

    public SampleSite listener(String name, String address) {
        listeners.add(new Listener(name, socket(address), Listener.Tls.OFF, false, Set.of(), next()));
        return this;
    }

    public SampleSite domain(String name, SiteDomain.Kind kind, UnaryOperator<Draft> fill) {
        Draft draft = fill.apply(new Draft());
        domains.add(new SiteDomain(pattern(name), kind, draft.recipients, draft.deliverTo, draft.elsewhere, draft.aliases, draft.subAddressing, draft.catchAll,
                draft.loopback, draft.frontDoors.stream().map(door -> new SiteDomain.FrontDoor(door, next())).toList(), next()));
        return this;
    }

    public SampleSite hop(String name, String url) {
        return hop(name, url, Optional.empty());
    }

    /// @param url {@code smtp://host:port} or {@code lmtp://host:port}
    public SampleSite hop(String name, String url, Optional<Boolean> inside) {
        Way.Protocol protocol = Way.Protocol.valueOf(url.substring(0, 4).toUpperCase(java.util.Locale.ROOT));
        int colon = url.lastIndexOf(':');
        String host = url.substring(7, colon).replace("[", "").replace("]", "");
        hops.put(name, new Hop(name, protocol, host, Integer.parseInt(url.substring(colon + 1)), inside, null, Optional.empty(), next()));
        return this;
    }

    public SampleSite route(String to, String via) {
        return route(to, via, 0, null);
    }

    public SampleSite route(String to, String via, int cost, @Nullable String fallback) {
        return route(to, via, cost, null, null, null, fallback);
    }

    public SampleSite route(String to, String via, int cost, @Nullable String from, @Nullable Long min, @Nullable Long max, @Nullable String fallback) {
        routes.add(new AddressSpace(routes.size(), pattern(to), via, cost, from, Optional.ofNullable(min).map(ByteSize::new), Optional.ofNullable(max).map(ByteSize::new),
                fallback, 3, next()));
        return this;
    }

    /// A route for those who require TLS, or for the others.
    public SampleSite routeByTls(String to, String via, boolean required) {
        routes.add(new AddressSpace(routes.size(), pattern(to), via, 0, null, Optional.empty(), Optional.empty(), Optional.of(required), null, 3, next()));
        return this;
    }

    public SampleSite loopback(Loopback policy) {
        loopback = new LoopbackSetting(policy, "loopback", next());
        return this;
    }

    public Settings settings() {
        Duration minute = Duration.ofMinutes(1);
        return new Settings(
                new Settings.Connector(Domain.of(hostname), Path.of("/data"), Mailbox.of("postmaster@example.com"), postmasterTo),
                new Settings.Identity(addresses, names, mxPort),
                listeners, List.of(), domains, hops, routes,
                new Settings.Loop(loopback, hopLimit),
                new Settings.Queue(List.of(minute), Duration.ofDays(5), List.of(), Map.of()),
                new Settings.Delivery(1000, 20, List.of(), true, null, new Settings.Timeouts(minute, minute, minute, minute, minute, minute)),
                new Settings.Limits(ByteSize.mebibytes(50), 2000, 10_000, 100, 20, minute, ByteSize.mebibytes(1), 1000),
                new Settings.Dns(List.of()),
                new Settings.Tracking(Duration.ofDays(30), ByteSize.mebibytes(100)),
                new Settings.Log("info", "text", null));
    }

    public Snapshot snapshot() {
        return new Snapshot(1, settings());
    }

    public static DomainPattern pattern(String text) {
        return text.equals("*") ? new DomainPattern.Everything()
                : text.startsWith("*.") ? new DomainPattern.Below(Domain.of(text.substring(2))) : new DomainPattern.Exact(Domain.of(text));
    }

    public static InetSocketAddress socket(String text) {
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(InetAddress.ofLiteral(text.substring(0, colon).replace("[", "").replace("]", "")), Integer.parseInt(text.substring(colon + 1)));
    }

    /// What a domain may say beside its name and kind.
    public static final class Draft {
        private List<RecipientSource> recipients = List.of(new RecipientSource.Any());
        private @Nullable String deliverTo;
        private @Nullable String elsewhere;
        private @Nullable Path aliases;
        private Optional<Character> subAddressing = Optional.empty();
        private @Nullable Mailbox catchAll;
        private Optional<LoopbackSetting> loopback = Optional.empty();

        private List<Domain> frontDoors = List.of();

        public Draft frontDoors(String... names) {
            frontDoors = java.util.stream.Stream.of(names).map(Domain::of).toList();
            return this;
        }

        public Draft recipients(RecipientSource... sources) {
            recipients = List.of(sources);
            return this;
        }

        public Draft file(String path) {
            return recipients(new RecipientSource.File(Path.of(path)));
        }

        public Draft glob(String glob) {
            return recipients(new RecipientSource.Pattern(glob));
        }

        public Draft deliverTo(String hop) {
            deliverTo = hop;
            return this;
        }

        public Draft elsewhere(String hop) {
            elsewhere = hop;
            return this;
        }

        public Draft aliases(String path) {
            aliases = Path.of(path);
            return this;
        }

        public Draft subAddressing(char separator) {
            subAddressing = Optional.of(separator);
            return this;
        }

        public Draft catchAll(String address) {
            catchAll = Mailbox.of(address);
            return this;
        }

        public Draft loopback(Loopback policy, String name, int line) {
            loopback = Optional.of(new LoopbackSetting(policy, name, new SourceLine("isthmus.conf", line)));
            return this;
        }
    }
}
