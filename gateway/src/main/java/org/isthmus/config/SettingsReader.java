// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.smtp.Leniency;
import org.isthmus.transit.Priority;
import org.isthmus.transit.SourceLine;

/// From the tree of values to {@link Settings}: every key, its kind, its default. One method for each object of the file.
final class SettingsReader {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Kind<Duration> PAUSE = Kind.duration(SECOND);
    private static final Kind<Integer> COUNT = Kind.number(1, 10_000_000);
    /// Stands where the configuration says nothing; a hostname is the one thing that nobody can guess.
    private static final Domain NO_NAME = Domain.of("localhost.invalid");

    private final Section root;
    private final Problems problems;
    private final String mainFile;

    SettingsReader(Section root, String mainFile) {
        this.root = root;
        this.problems = root.problems();
        this.mainFile = mainFile;
    }

    /// Reads everything, good or not; whether it may be used, the problems say.
    Settings read() {
        Settings.Connector connector = connector();
        Settings.Identity identity = identity();
        List<Settings.Listener> listeners = listeners();
        List<Cidr> trusted = root.several("trusted-networks", Kind.NETWORK).orElse(List.of());
        Settings.Loop loop = loop();
        List<Settings.SiteDomain> domains = new DomainReader(root).domains();
        Map<String, Settings.Hop> hops = new HopReader(root).hops();
        Settings settings = new Settings(
                connector, identity, listeners, trusted, domains, hops, routes(), loop, queue(), delivery(hops.keySet()), limits(), dns(), tracking(), log(connector.data()),
                new AddressingReader(root, listeners).read(), new TlsReader(root).tls(), Checks.read(root), Auth.read(root, listeners), TlsReports.read(root, domains), Map.of());
        root.notYet(true, "the web console", "console");
        root.notYet(true, "the knowledge base", "knowledge");
        root.notYet(true, "alerts", "alerts");
        root.notYet(false, "several nodes", "cluster");
        root.notYet(false, "filters", "milters", "trusted-upstreams");
        root.finish();
        return settings;
    }

    private Settings.Connector connector() {
        Optional<Section> written = root.section("connector");
        Section section = written.orElse(null);
        if (section == null) {
            missingHostname(new SourceLine(mainFile, 0));
            return new Settings.Connector(NO_NAME, Path.of("/var/lib/isthmus"), new Mailbox(Mailbox.of("postmaster@x").local(), NO_NAME), null);
        }
        if (!section.has("hostname")) {
            missingHostname(section.at());
        }
        Domain hostname = section.one("hostname", Kind.DOMAIN).orElse(NO_NAME);
        Path data = section.file("data", section.one("data", Kind.PATH).orElse("/var/lib/isthmus"));
        Mailbox postmaster = section.one("postmaster", Kind.MAILBOX).orElse(new Mailbox(Mailbox.of("postmaster@x").local(), hostname));
        String postmasterTo = section.one("postmaster-to", Kind.TEXT).orElse(null);
        String user = section.one("user", Kind.TEXT).orElse(null);
        section.finish();
        return new Settings.Connector(hostname, data, postmaster, postmasterTo, user);
    }

    private void missingHostname(SourceLine at) {
        problems.error("missing-key", at, "connector.hostname is missing: the name that this connector has in DNS", "connector { hostname = \"mx1.example.com\" }");
    }

    private Settings.Identity identity() {
        Optional<Section> written = root.section("identity");
        if (written.isEmpty()) {
            return new Settings.Identity(List.of(), List.of(), 25);
        }
        Section section = written.get();
        int mxPort = section.one("mx-port", Kind.number(1, 65535)).orElse(25);
        List<InetSocketAddress> addresses = section.several("addresses", Kind.endpoint(mxPort, 1)).orElse(List.of());
        List<Domain> names = section.several("names", Kind.DOMAIN).orElse(List.of());
        section.finish();
        return new Settings.Identity(addresses, names, mxPort);
    }

    private List<Settings.Listener> listeners() {
        List<Settings.Listener> listeners = new ArrayList<>();
        Optional<Section> written = root.section("listeners");
        if (written.isEmpty()) {
            InetSocketAddress everywhere = new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 25);
            return List.of(new Settings.Listener("internet", everywhere, Settings.Listener.Tls.OFF, false, Set.of(), new SourceLine(mainFile, 0)));
        }
        for (Section.Named named : written.get().named()) {
            listener(named.name(), named.section()).ifPresent(listeners::add);
        }
        written.get().finish();
        clashes(listeners);
        return listeners;
    }

    private Optional<Settings.Listener> listener(String name, Section section) {
        if (!section.has("address")) {
            problems.error("missing-key", section.at(), section.name("address") + " is missing: where it listens", "address = \"0.0.0.0:25\"");
        }
        Optional<InetSocketAddress> address = section.one("address", Kind.endpoint(0, 0));
        Settings.Listener.Tls tls = section.one("tls", Kind.word(Settings.Listener.Tls.class)).orElse(Settings.Listener.Tls.OFF);
        Optional<Settings.Tls.Shown> shown = TlsReader.shown(section);
        Path clientCa = TlsReader.file(section, "client-ca");
        Auth.Demand auth = section.one("auth", Kind.word(Auth.Demand.class)).orElse(Auth.Demand.OFF);
        boolean authWithoutTls = section.one("auth-without-tls", Kind.FLAG).orElse(false);
        Set<Leniency> leniency = new HashSet<>(section.several("leniency", Kind.word(Leniency.class)).orElse(List.of()));
        List<Cidr> proxies = section.several("proxy-hosts", Kind.NETWORK).orElse(List.of());
        Optional<Duration> maxHold = section.one("max-hold", Kind.duration(SECOND));
        List<Cidr> xclient = section.several("xclient-hosts", Kind.NETWORK).orElse(List.of());
        section.finish();
        return address.map(at -> new Settings.Listener(name, at, tls, auth, authWithoutTls, leniency, proxies, xclient, maxHold,
                shown.map(Settings.Tls.Shown::certificate).orElse(null), shown.map(Settings.Tls.Shown::key).orElse(null), clientCa, section.at("address")));
    }

    private void clashes(List<Settings.Listener> listeners) {
        Map<InetSocketAddress, Settings.Listener> first = new HashMap<>();
        for (Settings.Listener listener : listeners) {
            Settings.Listener other = listener.address().getPort() == 0 ? null : first.putIfAbsent(listener.address(), listener);
            if (other != null) {
                problems.error("listener-clash", listener.at(), "listeners." + listener.name() + " has the address of listeners." + other.name() + " (" + other.at() + ")");
            }
        }
    }

    private List<Settings.AddressSpace> routes() {
        if (!root.has("routes")) {
            return List.of(new Settings.AddressSpace(0, new Settings.DomainPattern.Everything(), Settings.AddressSpace.MX, 1, null, Optional.empty(), Optional.empty(), null, 3,
                    new SourceLine(mainFile, 0)));
        }
        List<Settings.AddressSpace> routes = new ArrayList<>();
        for (Section section : root.sections("routes")) {
            route(routes.size(), section).ifPresent(routes::add);
        }
        return routes;
    }

    private Optional<Settings.AddressSpace> route(int index, Section section) {
        for (String key : List.of("to", "via")) {
            if (!section.has(key)) {
                String fix = key.equals("to") ? "to = \"*\"" : "via = mx";
                problems.error("missing-key", section.at(), section.name(key) + " is missing", fix);
            }
        }
        Optional<Settings.DomainPattern> to = section.one("to", Kind.PATTERN);
        Optional<String> via = section.one("via", Kind.TEXT);
        int cost = section.one("cost", Kind.number(0, 1_000_000)).orElse(1);
        String from = section.one("from", Kind.SENDER).orElse(null);
        Optional<ByteSize> minSize = section.one("min-size", Kind.SIZE);
        Optional<ByteSize> maxSize = section.one("max-size", Kind.SIZE);
        String fallback = section.one("fallback", Kind.TEXT).orElse(null);
        int fallbackAfter = section.one("fallback-after", Kind.number(1, 1000)).orElse(3);
        Optional<Boolean> requireTls = section.one("require-tls", Kind.FLAG);
        section.finish();
        if (minSize.isPresent() && maxSize.isPresent() && minSize.get().octets() > maxSize.get().octets()) {
            problems.error("bad-value", section.at("max-size"), section.name("max-size") + " is less than min-size; no message is both");
        }
        if (to.isEmpty() || via.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Settings.AddressSpace(index, to.get(), via.get(), cost, from, minSize, maxSize, requireTls, fallback, fallbackAfter, section.at("to")));
    }

    private Settings.Loop loop() {
        Settings.LoopbackSetting standard = new Settings.LoopbackSetting(Settings.Loopback.TURN_AROUND, "loopback", null);
        Optional<Section> written = root.section("loop");
        if (written.isEmpty()) {
            return new Settings.Loop(standard, 100);
        }
        Section section = written.get();
        Settings.LoopbackSetting loopback = LoopbackKeys.read(section).orElse(standard);
        int hopLimit = section.one("hop-limit", Kind.number(1, 10_000)).orElse(100);
        hopLimit(section, hopLimit);
        Set<String> accept = new HashSet<>(section.several("accept", Kind.FINDING).orElse(List.of()));
        boolean xsite = section.one("xsite", Kind.FLAG).orElse(true);
        boolean trace = section.one("trace", Kind.FLAG).orElse(true);
        boolean predict = section.one("predict", Kind.FLAG).orElse(true);
        String traceHeader = section.one("trace-header", Kind.PRIVATE_FIELD).orElse(Settings.Loop.TRACE_HEADER);
        ByteSize ledgerSize = ledgerSize(section);
        Settings.PairRate pairRate = section.section("pair-rate").map(SettingsReader::pairRate).orElse(Settings.PairRate.STANDARD);
        Settings.Breaker breaker = section.section("breaker").map(SettingsReader::breaker).orElse(Settings.Breaker.STANDARD);
        section.notYet(true, "proofs by mail of our own", "probe", "canary");
        section.finish();
        return new Settings.Loop(loopback, hopLimit, accept, xsite, trace, traceHeader, predict, ledgerSize, pairRate, breaker);
    }

    private static Settings.PairRate pairRate(Section section) {
        Settings.PairRate standard = Settings.PairRate.STANDARD;
        Settings.PairRate pairRate = new Settings.PairRate(
                section.one("enabled", Kind.FLAG).orElse(standard.enabled()),
                section.one("most", Kind.number(3, 1000)).orElse(standard.most()),
                section.one("window", Kind.duration(minutes(1), Duration.ofDays(1))).orElse(standard.window()),
                section.one("most-a-day", Kind.number(3, 10_000)).orElse(standard.mostADay()));
        section.finish();
        return pairRate;
    }

    private ByteSize ledgerSize(Section section) {
        ByteSize size = section.one("ledger-size", Kind.SIZE).orElse(Settings.Loop.LEDGER_SIZE);
        if (size.octets() != 0 && size.octets() < ByteSize.mebibytes(1).octets()) {
            problems.error("bad-value", section.at("ledger-size"), "loop.ledger-size: " + size + " is too little to know anything again; expected at least 1 MiB, or 0 B to keep none", "ledger-size = 256 MiB");
        }
        return size;
    }

    private static Settings.Breaker breaker(Section section) {
        Settings.Breaker standard = Settings.Breaker.STANDARD;
        Settings.Breaker breaker = new Settings.Breaker(
                section.one("enabled", Kind.FLAG).orElse(standard.enabled()),
                section.one("proofs", Kind.number(2, 100)).orElse(standard.proofs()),
                section.one("window", Kind.duration(minutes(1), Duration.ofDays(1))).orElse(standard.window()),
                section.one("recipients", Kind.number(2, 1000)).orElse(standard.recipients()),
                section.one("settle", Kind.duration(Duration.ZERO, hours(1))).orElse(standard.settle()));
        section.finish();
        return breaker;
    }

    private void hopLimit(Section section, int limit) {
        SourceLine at = section.at("hop-limit");
        if (limit < 30) {
            problems.error("LP18", at, "loop.hop-limit: " + limit + " refuses ordinary mail; expected 30 to 200 (RFC 5321 §6.3 recommends at least 100)", "hop-limit = 100");
        } else if (limit > 200) {
            problems.warning("LP18", at, "loop.hop-limit: " + limit + " lets a loop go round for long; expected 30 to 200 (RFC 5321 §6.3 recommends at least 100)");
        }
    }

    private Settings.Queue queue() {
        List<Duration> retry = List.of(minutes(1), minutes(5), minutes(15), minutes(30), hours(1), hours(2), hours(4));
        Duration lifetime = Duration.ofDays(5);
        List<Duration> delayNotice = List.of(hours(4));
        Map<Priority, Duration> lifetimes = new EnumMap<>(Map.of(Priority.URGENT, Duration.ofDays(1), Priority.NON_URGENT, Duration.ofDays(7)));
        Optional<Section> written = root.section("queue");
        if (written.isPresent()) {
            Section section = written.get();
            Optional<List<Duration>> steps = section.several("retry", PAUSE);
            if (section.isEmptyList("retry")) {
                problems.error("bad-value", section.at("retry"), "queue.retry is empty, so nothing would be tried twice; expected a list like [1m, 5m, 15m, 30m, 1h]");
            }
            retry = steps.filter(list -> !list.isEmpty()).orElse(retry);
            lifetime = section.one("lifetime", Kind.duration(minutes(1))).orElse(lifetime);
            delayNotice = section.several("delay-notice", PAUSE).orElse(delayNotice);
            section.section("priority").ifPresent(priority -> priorities(priority, lifetimes));
            section.finish();
        }
        return new Settings.Queue(retry, lifetime, delayNotice, lifetimes);
    }

    private static void priorities(Section section, Map<Priority, Duration> into) {
        Map<String, Priority> names = new LinkedHashMap<>();
        names.put("urgent", Priority.URGENT);
        names.put("normal", Priority.NORMAL);
        names.put("non-urgent", Priority.NON_URGENT);
        names.forEach((name, priority) -> section.section(name).ifPresent(inner -> {
            inner.one("lifetime", Kind.duration(minutes(1))).ifPresent(lifetime -> into.put(priority, lifetime));
            inner.finish();
        }));
        section.finish();
    }

    private Settings.Delivery delivery(Set<String> hops) {
        Optional<Section> written = root.section("delivery");
        List<DestinationLimit> destinations = new DestinationReader(root).read(hops);
        if (written.isEmpty()) {
            return new Settings.Delivery(1000, 20, List.of(), true, null, null, timeouts(Optional.empty()), destinations, Settings.TlsMode.OPPORTUNISTIC, null);
        }
        Section section = written.get();
        int total = 1000;
        int perDestination = 20;
        Optional<Section> concurrency = section.section("concurrency");
        if (concurrency.isPresent()) {
            total = concurrency.get().one("total", COUNT).orElse(total);
            perDestination = concurrency.get().one("per-destination", COUNT).orElse(perDestination);
            concurrency.get().finish();
        }
        List<String> suspended = section.several("suspended", Kind.TEXT).orElse(List.of());
        boolean reuse = section.one("reuse", Kind.FLAG).orElse(true);
        InetAddress source = section.one("source-address", Kind.ADDRESS).orElse(null);
        Domain ehloName = section.one("ehlo-name", Kind.DOMAIN).orElse(null);
        Settings.Timeouts timeouts = timeouts(section.section("timeouts"));
        Settings.TlsMode tls = section.one("tls", Kind.word(Settings.TlsMode.class)).orElse(Settings.TlsMode.OPPORTUNISTIC);
        Path tlsCa = TlsReader.file(section, "tls-ca");
        boolean mtaSts = section.one("mta-sts", Kind.FLAG).orElse(true);
        section.finish();
        return new Settings.Delivery(total, perDestination, suspended, reuse, source, ehloName, timeouts, destinations, tls, tlsCa, mtaSts);
    }

    private static Settings.Timeouts timeouts(Optional<Section> written) {
        Settings.Timeouts timeouts = new Settings.Timeouts(
                timeout(written, "connect", Duration.ofSeconds(30)),
                timeout(written, "greeting", minutes(5)),
                timeout(written, "command", minutes(5)),
                timeout(written, "data", minutes(2)),
                timeout(written, "data-block", minutes(3)),
                timeout(written, "end-of-data", minutes(10)));
        written.ifPresent(Section::finish);
        return timeouts;
    }

    private static Duration timeout(Optional<Section> section, String key, Duration standard) {
        return section.flatMap(inner -> inner.one(key, PAUSE)).orElse(standard);
    }

    private Settings.Limits limits() {
        Optional<Section> section = root.section("limits");
        Settings.Limits limits = new Settings.Limits(
                section.flatMap(inner -> inner.one("message-size", Kind.SIZE)).orElse(ByteSize.mebibytes(50)),
                section.flatMap(inner -> inner.one("recipients", Kind.number(100, 10_000_000))).orElse(2000),
                section.flatMap(inner -> inner.one("sessions", COUNT)).orElse(10_000),
                section.flatMap(inner -> inner.one("sessions-per-client", COUNT)).orElse(100),
                section.flatMap(inner -> inner.one("errors", COUNT)).orElse(20),
                section.flatMap(inner -> inner.one("idle", PAUSE)).orElse(minutes(5)),
                section.flatMap(inner -> inner.one("header-size", Kind.SIZE)).orElse(ByteSize.mebibytes(1)),
                section.flatMap(inner -> inner.one("header-fields", COUNT)).orElse(2000),
                section.map(RateLimits::read).orElse(RateLimits.NONE),
                section.map(PressureLimits::read).orElse(PressureLimits.STANDARD));
        section.ifPresent(Section::finish);
        return limits;
    }

    private Settings.Dns dns() {
        Optional<Section> section = root.section("dns");
        List<InetSocketAddress> servers = section.flatMap(inner -> inner.several("servers", Kind.endpoint(53, 1))).orElse(List.of());
        boolean trusted = section.flatMap(inner -> inner.one("trusted-ad", Kind.FLAG)).orElse(false);
        if (trusted && servers.isEmpty() && section.isPresent()) {
            problems.error("trusted-ad", section.get().at(), "dns.trusted-ad needs dns.servers: only servers that are named can be believed", "servers = [\"127.0.0.1:53\"]");
        }
        section.ifPresent(Section::finish);
        return new Settings.Dns(servers, trusted && !servers.isEmpty());
    }

    private Settings.Tracking tracking() {
        Optional<Section> section = root.section("tracking");
        Duration keep = section.flatMap(inner -> inner.one("keep", Kind.duration(minutes(1)))).orElse(Duration.ofDays(30));
        ByteSize room = section.flatMap(inner -> inner.one("room", Kind.SIZE)).orElse(ByteSize.mebibytes(1024));
        section.ifPresent(Section::finish);
        return new Settings.Tracking(keep, room);
    }

    private Settings.Log log(Path data) {
        Optional<Section> section = root.section("log");
        String level = section.flatMap(inner -> inner.one("level", Kind.word("error", "warn", "info", "debug"))).orElse("info");
        String format = section.flatMap(inner -> inner.one("format", Kind.word("text", "json"))).orElse("text");
        String mailLog = section.flatMap(inner -> inner.one("mail-log", Kind.PATH)).orElse("mail.log");
        section.ifPresent(Section::finish);
        boolean off = mailLog.equals("off") || mailLog.equals("false") || mailLog.equals("no");
        return new Settings.Log(level, format, off ? null : data.resolve(mailLog));
    }

    private static Duration minutes(int count) {
        return Duration.ofMinutes(count);
    }

    private static Duration hours(int count) {
        return Duration.ofHours(count);
    }
}
