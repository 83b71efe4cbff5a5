// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.smtp.Leniency;
import org.isthmus.transit.Priority;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// The whole configuration as values: checked, with defaults filled in, paths made absolute. One record for each object of the file.
public record Settings(
        Connector connector,
        Identity identity,
        List<Listener> listeners,
        List<Cidr> trustedNetworks,
        List<SiteDomain> domains,
        Map<String, Hop> nextHops,
        List<AddressSpace> routes,
        Loop loop,
        Queue queue,
        Delivery delivery,
        Limits limits,
        Dns dns,
        Tracking tracking,
        Log log,
        Addressing addressing,
        Tls tls,
        Checks checks,
        Auth auth,
        TlsReports tlsReports,
        Map<String, SourceLine> places) {

    public Settings {
        places = Map.copyOf(places);
        listeners = List.copyOf(listeners);
        trustedNetworks = List.copyOf(trustedNetworks);
        domains = List.copyOf(domains);
        nextHops = Map.copyOf(nextHops);
        routes = List.copyOf(routes);
    }

    /// Settings that stand in no file.
    public Settings(
            Connector connector, Identity identity, List<Listener> listeners, List<Cidr> trustedNetworks, List<SiteDomain> domains, Map<String, Hop> nextHops, List<AddressSpace> routes,
            Loop loop, Queue queue, Delivery delivery, Limits limits, Dns dns, Tracking tracking, Log log) {
        this(connector, identity, listeners, trustedNetworks, domains, nextHops, routes, loop, queue, delivery, limits, dns, tracking, log, Addressing.NONE, Tls.NONE, Checks.NONE, Auth.NONE, TlsReports.NONE, Map.of());
    }

    /// The same, with the places of the values by their full names; those of a list with a number: {@code identity.names[1]}.
    Settings at(Map<String, SourceLine> where) {
        return new Settings(connector, identity, listeners, trustedNetworks, domains, nextHops, routes, loop, queue, delivery, limits, dns, tracking, log, addressing, tls, checks, auth, tlsReports, where);
    }

    /// Where a value is written, by its full name; none if it is not.
    public @Nullable SourceLine place(String name) {
        return places.get(name);
    }

    /// What we show under TLS.
    public record Tls(
            @Doc("The certificate in PEM, with those that signed it behind it. Left out: one is made at the first start, in the folder tls of connector.data.") @Nullable Path certificate,
            @Doc("The key of the certificate in PEM, unencrypted, readable for nobody else.") @Nullable Path key,
            @Doc("More certificates, each { certificate = PATH, key = PATH }: a client gets the one that holds the name it asks for (SNI), otherwise the first.") List<Shown> certificates,
            @Doc("Whether clients under TLS may ask that a message goes on under TLS alone, to the end: REQUIRETLS.") boolean requiretls,
            @Doc("Whether a message with TLS-Required: No goes on where the DANE or MTA-STS of its recipient cannot be followed, as its sender wants.") boolean tlsRequiredNo) {
        /// Nothing configured.
        public static final Tls NONE = new Tls(null, null, List.of(), true, true);

        public Tls {
            certificates = List.copyOf(certificates);
        }

        /// All of them, the one for clients that ask for no name first; empty if none is configured.
        public List<Shown> all() {
            List<Shown> all = new java.util.ArrayList<>();
            if (certificate != null && key != null) {
                all.add(new Shown(certificate, key));
            }
            all.addAll(certificates);
            return List.copyOf(all);
        }

        /// A certificate and its key.
        public record Shown(Path certificate, Path key) {}
    }

    /// How much TLS a delivery asks for.
    public enum TlsMode {
        /// Never.
        OFF,
        /// If the server offers it, whatever it shows; in the clear if it does not work.
        OPPORTUNISTIC,
        /// Never in the clear; whatever the server shows.
        REQUIRED,
        /// Never in the clear, and only with a certificate that proves the server's name.
        VERIFY
    }

    /// Who and where we are.
    public record Connector(
            @Doc("The name in the greeting, in EHLO and in Received. It should resolve to the connector's address.") Domain hostname,
            @Doc("The folder for spool, tracking, keys and the control socket.") Path data,
            @Doc("Where mail for postmaster and reports about trouble go. Left out: postmaster at the hostname.") Mailbox postmaster,
            @Doc("An address or next hop for postmaster@ and abuse@ of all our domains, where the store may not know them.") @Nullable String postmasterTo,
            @Doc("Whom a server that was started by root becomes as soon as its ports are open. Left out: it stays what it is, and warns.") @Nullable String user) {
        /// That stays who it is.
        public Connector(Domain hostname, Path data, Mailbox postmaster, @Nullable String postmasterTo) {
            this(hostname, data, postmaster, postmasterTo, null);
        }
    }

    /// Who "we" are, beyond the listeners themselves.
    public record Identity(
            @Doc("Addresses under which we are seen from outside: NAT, load balancer, proxy. With a port if it is not mx-port.") List<InetSocketAddress> addresses,
            @Doc("Other names of ours.") List<Domain> names,
            @Doc("The port of mail exchangers found by DNS; another one only in test networks.") int mxPort) {
        public Identity {
            addresses = List.copyOf(addresses);
            names = List.copyOf(names);
        }
    }

    /// A door for clients.
    public record Listener(
            String name,
            @Doc("Address and port; port 0 chooses a free one.") InetSocketAddress address,
            @Doc("off | starttls | implicit (TLS from the first octet on, as on port 465).") Tls tls,
            @Doc("off | optional (clients may log in) | required: nothing is accepted from clients that have not, and their messages get what is missing (RFC 6409).") Auth.Demand auth,
            @Doc("Whether clients may log in without TLS, where everybody between sees their passwords.") boolean authWithoutTls,
            @Doc("Departures from the standards that this listener tolerates: space-after-colon, malformed-helo-name.") Set<Leniency> leniency,
            @Doc("Proxies and load balancers in front, whose connections begin with the header of the PROXY protocol (version 1 or 2); from them, what has none is closed.") List<Cidr> proxyHosts,
            @Doc("Hosts that may say by XCLIENT who the client is. What they say decides who may relay: name only what you run yourself.") List<Cidr> xclientHosts,
            @Doc("How long mail may be held here on its sender's wish (HOLDFOR, HOLDUNTIL; RFC 4865), at most. Left out: the listener doesn't offer it. For listeners of your own users.") Optional<Duration> maxHold,
            @Doc("A certificate of this listener alone, in PEM. Left out: those of tls.") @Nullable Path certificate,
            @Doc("The key of this listener's certificate, in PEM.") @Nullable Path key,
            @Doc("A PEM file of authorities: clients that show a certificate of theirs may send to anywhere, as trusted-networks may. Name only authorities that sign nothing else.") @Nullable Path clientCa,
            SourceLine at) {
        public Listener {
            leniency = Set.copyOf(leniency);
            proxyHosts = List.copyOf(proxyHosts);
            xclientHosts = List.copyOf(xclientHosts);
        }

        /// With the certificates of all.
        public Listener(
                String name, InetSocketAddress address, Tls tls, boolean authRequired, Set<Leniency> leniency, List<Cidr> proxyHosts, List<Cidr> xclientHosts, Optional<Duration> maxHold,
                SourceLine at) {
            this(name, address, tls, authRequired ? Auth.Demand.REQUIRED : Auth.Demand.OFF, false, leniency, proxyHosts, xclientHosts, maxHold, null, null, null, at);
        }

        /// With nobody in front.
        public Listener(String name, InetSocketAddress address, Tls tls, boolean authRequired, Set<Leniency> leniency, SourceLine at) {
            this(name, address, tls, authRequired, leniency, List.of(), List.of(), Optional.empty(), at);
        }

        /// Whether nothing is taken from clients that have not logged in.
        public boolean authRequired() {
            return auth == Auth.Demand.REQUIRED;
        }

        public enum Tls {
            OFF,
            STARTTLS,
            IMPLICIT
        }
    }

    /// A domain that resides here, or that we are the MX for.
    public record SiteDomain(
            DomainPattern name,
            @Doc("authoritative: all addresses are known here | shared: others live elsewhere | relay: we are its MX only.") Kind kind,
            @Doc("Which addresses exist: any | file:PATH | pattern:GLOB; several in a list.") List<RecipientSource> recipients,
            @Doc("The next hop of its addresses, or mx.") @Nullable String deliverTo,
            @Doc("For shared domains: the next hop of addresses that are not known here.") @Nullable String elsewhere,
            @Doc("file:PATH with lines \"address: address, address\".") @Nullable Path aliases,
            @Doc("The character that separates a sub-address, or off.") Optional<Character> subAddressing,
            @Doc("Where mail for unknown addresses goes instead of being refused.") @Nullable Mailbox catchAll,
            @Doc("Overrides loop.loopback for this domain.") Optional<LoopbackSetting> loopback,
            @Doc("Filters of others that the domain's MX names and that hand its mail on to us: for its mail they count as ourselves.") List<FrontDoor> frontDoors,
            @Doc("Hosts that may call for the mail that waits for this domain by ETRN.") List<Cidr> etrnHosts,
            @Doc("Keys that sign the domain's mail as it leaves, each { selector = NAME, key = PATH }: RSA or Ed25519 in PEM. docs/policies-of-transport.md.") List<Dkim> dkim,
            SourceLine at) {
        public SiteDomain {
            recipients = List.copyOf(recipients);
            frontDoors = List.copyOf(frontDoors);
            etrnHosts = List.copyOf(etrnHosts);
            dkim = List.copyOf(dkim);
        }

        /// That signs nothing.
        public SiteDomain(
                DomainPattern name, Kind kind, List<RecipientSource> recipients, @Nullable String deliverTo, @Nullable String elsewhere, @Nullable Path aliases,
                Optional<Character> subAddressing, @Nullable Mailbox catchAll, Optional<LoopbackSetting> loopback, List<FrontDoor> frontDoors, List<Cidr> etrnHosts, SourceLine at) {
            this(name, kind, recipients, deliverTo, elsewhere, aliases, subAddressing, catchAll, loopback, frontDoors, etrnHosts, List.of(), at);
        }

        /// For which nobody calls.
        public SiteDomain(
                DomainPattern name, Kind kind, List<RecipientSource> recipients, @Nullable String deliverTo, @Nullable String elsewhere, @Nullable Path aliases,
                Optional<Character> subAddressing, @Nullable Mailbox catchAll, Optional<LoopbackSetting> loopback, List<FrontDoor> frontDoors, SourceLine at) {
            this(name, kind, recipients, deliverTo, elsewhere, aliases, subAddressing, catchAll, loopback, frontDoors, List.of(), at);
        }

        /// Without front doors.
        public SiteDomain(
                DomainPattern name, Kind kind, List<RecipientSource> recipients, @Nullable String deliverTo, @Nullable String elsewhere, @Nullable Path aliases,
                Optional<Character> subAddressing, @Nullable Mailbox catchAll, Optional<LoopbackSetting> loopback, SourceLine at) {
            this(name, kind, recipients, deliverTo, elsewhere, aliases, subAddressing, catchAll, loopback, List.of(), at);
        }

        /// A mail exchanger in front of us.
        public record FrontDoor(Domain name, SourceLine at) {}

        public enum Kind {
            AUTHORITATIVE,
            SHARED,
            RELAY
        }
    }

    /// One key of a domain. RFC 6376 §3.1.
    ///
    /// @param selector under which DNS has its public half
    public record Dkim(String selector, Path key) {}

    /// A domain, all below a domain, or all: {@code example.com}, {@code *.example.com}, {@code *}. The exact one fits best, then the longest.
    public sealed interface DomainPattern {
        record Exact(Domain domain) implements DomainPattern {}

        record Below(Domain parent) implements DomainPattern {}

        record Everything() implements DomainPattern {}

        default boolean matches(Domain domain) {
            return switch (this) {
                case Exact exact -> exact.domain().equals(domain);
                case Below below -> domain.isWithin(below.parent()) && !domain.equals(below.parent());
                case Everything all -> true;
            };
        }

        /// How well it fits where it matches: more is better.
        default int fit() {
            return switch (this) {
                case Exact exact -> Integer.MAX_VALUE;
                case Below below -> below.parent().ascii().length();
                case Everything all -> 0;
            };
        }

        /// As it is written.
        default String text() {
            return switch (this) {
                case Exact exact -> exact.domain().text();
                case Below below -> "*." + below.parent().text();
                case Everything all -> "*";
            };
        }
    }

    /// Where the existing addresses of a domain stand.
    public sealed interface RecipientSource {
        record Any() implements RecipientSource {}

        /// One address a line, {@code #} comments.
        record File(Path path) implements RecipientSource {}

        /// A shell-style pattern of the local part.
        record Pattern(String glob) implements RecipientSource {}
    }

    /// A server that mail is handed to.
    public record Hop(
            String name,
            Way.Protocol protocol,
            @Doc("A name (its addresses are asked, not its MX) or an address.") String host,
            int port,
            @Doc("Whether it is on the site's side. Left out: LMTP is, and so is what a deliver-to names, if it does not lead to us and serves no foreign domains.") Optional<Boolean> inside,
            @Doc("The local address of connections to it.") @Nullable InetAddress sourceAddress,
            @Doc("bounce | return: what it does with unknown recipients, for loop prediction.") Optional<UnknownUsers> unknownUsers,
            @Doc("The name in EHLO to it. Left out: delivery.ehlo-name.") @Nullable Domain ehloName,
            @Doc("Whether it is told by XFORWARD from whom we have each message, if it offers that: for filters of your own.") boolean xforward,
            @Doc("Whether mail for it waits until its server calls for it by ETRN, or somebody flushes its domain.") boolean onDemand,
            @Doc("Domains for whose mail it is called by ETRN.") List<Domain> etrnDomains,
            @Doc("How often it is called for mail of etrn-domains. From 1m to 7d.") Duration etrnEvery,
            @Doc("off | opportunistic | required | verify, for this server. Left out: delivery.tls; smtps:// is required.") Optional<TlsMode> tls,
            @Doc("Names of which the certificate must hold one, for tls = verify. Left out: the host of the url.") List<Domain> tlsNames,
            @Doc("A PEM file of authorities for tls = verify. Left out: delivery.tls-ca.") @Nullable Path tlsCa,
            boolean implicitTls,
            @Doc("As whom we log in at it: login { user = ..., password = \"{file:/path}\" }, or smtp://user:password@host in url. TLS is then required; login.without-tls = true lets the password go in the clear.") @Nullable Login login,
            SourceLine at) {
        /// How often a next hop is called for mail where nothing is written.
        public static final Duration ETRN_EVERY = Duration.ofMinutes(15);

        public Hop {
            etrnDomains = List.copyOf(etrnDomains);
            tlsNames = List.copyOf(tlsNames);
        }

        /// Where we don't log in.
        public Hop(
                String name, Way.Protocol protocol, String host, int port, Optional<Boolean> inside, @Nullable InetAddress sourceAddress, Optional<UnknownUsers> unknownUsers,
                @Nullable Domain ehloName, boolean xforward, boolean onDemand, List<Domain> etrnDomains, Duration etrnEvery, Optional<TlsMode> tls, List<Domain> tlsNames, @Nullable Path tlsCa,
                boolean implicitTls, SourceLine at) {
            this(name, protocol, host, port, inside, sourceAddress, unknownUsers, ehloName, xforward, onDemand, etrnDomains, etrnEvery, tls, tlsNames, tlsCa, implicitTls, null, at);
        }

        /// With the protection that all have.
        public Hop(
                String name, Way.Protocol protocol, String host, int port, Optional<Boolean> inside, @Nullable InetAddress sourceAddress, Optional<UnknownUsers> unknownUsers,
                @Nullable Domain ehloName, SourceLine at) {
            this(name, protocol, host, port, inside, sourceAddress, unknownUsers, ehloName, false, false, List.of(), ETRN_EVERY, Optional.empty(), List.of(), null, false, null, at);
        }

        /// With the name in EHLO that all have.
        public Hop(
                String name, Way.Protocol protocol, String host, int port, Optional<Boolean> inside, @Nullable InetAddress sourceAddress, Optional<UnknownUsers> unknownUsers,
                SourceLine at) {
            this(name, protocol, host, port, inside, sourceAddress, unknownUsers, null, at);
        }

        public enum UnknownUsers {
            BOUNCE,
            RETURN
        }
    }

    /// An address space: which recipients go which way. Best fit wins, then lowest cost; equal costs share the load.
    public record AddressSpace(
            int index,
            @Doc("A domain, *.domain, or *.") DomainPattern to,
            @Doc("A next hop, or mx.") String via,
            @Doc("Lower is preferred; the next cost takes over when the hops of the one before are down.") int cost,
            @Doc("Only for senders of this domain or address.") @Nullable String from,
            @Doc("Only for messages of at least this size.") Optional<ByteSize> minSize,
            @Doc("Only for messages of at most this size.") Optional<ByteSize> maxSize,
            @Doc("yes: only for messages whose sender requires TLS to the end (REQUIRETLS); no: only for others.") Optional<Boolean> requireTls,
            @Doc("A next hop that takes over after fallback-after failed attempts.") @Nullable String fallback,
            @Doc("How many attempts fail before fallback takes over.") int fallbackAfter,
            SourceLine at) {
        /// The via that means: by DNS.
        public static final String MX = "mx";

        /// For messages whatever they require of TLS.
        public AddressSpace(
                int index, DomainPattern to, String via, int cost, @Nullable String from, Optional<ByteSize> minSize, Optional<ByteSize> maxSize, @Nullable String fallback, int fallbackAfter, SourceLine at) {
            this(index, to, via, cost, from, minSize, maxSize, Optional.empty(), fallback, fallbackAfter, at);
        }
    }

    /// What becomes of addresses before anything is decided by them, and who gets copies.
    public record Addressing(List<Rewrite> rewrites, List<Copies> copies) {
        /// Nothing.
        public static final Addressing NONE = new Addressing(List.of(), List.of());

        public Addressing {
            rewrites = List.copyOf(rewrites);
            copies = List.copyOf(copies);
        }

        public boolean isEmpty() {
            return rewrites.isEmpty() && copies.isEmpty();
        }
    }

    /// Which way mail goes: in from anybody, or out from clients that may send to anywhere.
    public enum Direction {
        IN,
        OUT,
        BOTH
    }

    /// A rule by which addresses are rewritten as a message comes in.
    /// @param in everybody if there is a table
    /// @param to none if there is a table
    public record Rewrite(
            int index,
            @Doc("Which addresses: one, *@domain, a domain, *.domain; or file:PATH with lines \"address: address\", which say what each becomes.") AddressPattern in,
            @Nullable Path table,
            @Doc("What they become. A star stands for what the star in in stood for.") @Nullable AddressPattern to,
            @Doc("Where they are rewritten: envelope | envelope-sender | envelope-recipient | headers | header-sender | header-recipient; several in a list.") Set<Part> what,
            @Doc("in: mail from anybody who may send to our domains only | out: mail from trusted networks and authenticated users | both.") Direction direction,
            @Doc("Only for mail that comes in by these listeners. Left out: all.") Set<String> listener,
            SourceLine at) {
        public Rewrite {
            what = Set.copyOf(what);
            listener = Set.copyOf(listener);
        }

        /// Where an address can stand.
        public enum Part {
            ENVELOPE_SENDER,
            ENVELOPE_RECIPIENT,
            /// From, Sender, Reply-To, and what resending makes of them.
            HEADER_SENDER,
            /// To, Cc, and what resending makes of them.
            HEADER_RECIPIENT
        }

        /// In the operator's words.
        public String text() {
            return "rewrite[" + index + "] in = " + (table != null ? "\"file:" + table + "\"" : "\"" + in + "\" to = \"" + to + "\"");
        }
    }

    /// Whose mail is copied, and to whom.
    public record Copies(
            int index,
            @Doc("Mail from or to these addresses: one, *@domain, a domain, *.domain, or * for all.") AddressPattern of,
            @Doc("in: mail from anybody who may send to our domains only | out: mail from trusted networks and authenticated users | both.") Direction direction,
            @Doc("Who gets a copy; several in a list.") List<Mailbox> to,
            SourceLine at) {
        public Copies {
            to = List.copyOf(to);
        }

        /// In the operator's words.
        public String text() {
            return "copies[" + index + "] of = \"" + of + "\" direction = " + direction.name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /// Loop control.
    public record Loop(
            @Doc("What happens to mail for the site that would go outward: turn-around | reject | send | hold. DisableLoopbackConnections = 1 | 0 is read as reject | send.") LoopbackSetting loopback,
            @Doc("Received lines with which a message is refused. RFC 5321 §6.3 recommends at least 100; below 30 is an error.") int hopLimit,
            @Doc("Findings of loop prediction (LPxx) in spite of which the configuration is used.") Set<String> accept,
            @Doc("Whether listeners offer XSITE and outward connections ask it, by which the connector recognises itself behind NAT and proxies: docs/reference/xsite.md.") boolean xsite,
            @Doc("Whether mail that leaves carries our signed trace, by which it is known again if it comes back: docs/reference/trace-token.md.") boolean trace,
            @Doc("The header field that carries the trace, beside our Received field. Its name begins with X-.") String traceHeader,
            @Doc("Whether the running server predicts loops: at its start, after a reload, and again and again with DNS as it then is.") boolean predict,
            @Doc("Room for the ledger of what went out, by which mail that comes back is known again; of more than 256 MiB, 256 MiB are used. It holds some 4,600 copies in a MiB. 0 B keeps none: then only the hop count ends a loop that nothing predicts.") ByteSize ledgerSize,
            PairRate pairRate,
            Breaker breaker) {
        /// The header field of the trace where the configuration names none.
        public static final String TRACE_HEADER = "X-Trace-Site";
        /// The room for the ledger where the configuration says nothing.
        public static final ByteSize LEDGER_SIZE = ByteSize.mebibytes(256);

        public Loop {
            accept = Set.copyOf(accept);
        }

        public Loop(LoopbackSetting loopback, int hopLimit) {
            this(loopback, hopLimit, Set.of());
        }

        public Loop(LoopbackSetting loopback, int hopLimit, Set<String> accept) {
            this(loopback, hopLimit, accept, true, true, TRACE_HEADER, true, LEDGER_SIZE, PairRate.STANDARD, Breaker.STANDARD);
        }
    }

    /// When two addresses that answer each other are taken for two machines.
    public record PairRate(
            @Doc("Whether mail of two machines that answer each other is held.") boolean enabled,
            @Doc("More answers to answers than this within the window, and the pair's mail is held. Only alternation counts, and only mail that shows a machine or repeats itself. From 3 to 1000.") int most,
            @Doc("The window. From 1m to 1d.") Duration window,
            @Doc("More than this within a day, and the pair's mail is held. From 3 to 10000.") int mostADay) {
        /// What counts where nothing is written.
        public static final PairRate STANDARD = new PairRate(true, 10, Duration.ofMinutes(10), 40);
    }

    /// The circuit breaker of loop control.
    public record Breaker(
            @Doc("Whether mail that is proved to circle is held, rather than refused message by message.") boolean enabled,
            @Doc("So many proved loops within the window open it. From 2 to 100.") int proofs,
            @Doc("The window. From 1m to 1d.") Duration window,
            @Doc("So many recipients, with half of what a destination was sent, hold all mail for the destination and not for recipients alone. From 2 to 1000.") int recipients,
            @Doc("How long a first message must have been taken, without coming back, before others follow. From 0s to 1h.") Duration settle) {
        /// What counts where nothing is written.
        public static final Breaker STANDARD = new Breaker(true, 3, Duration.ofMinutes(10), 3, Duration.ofSeconds(1));
    }

    /// The setting of the origin, with the place where it stands, so that a refusal can name it.
    /// @param name as the operator wrote it: loopback, DisableLoopbackConnections, DisableLoopbackConnection
    public record LoopbackSetting(Loopback policy, String name, @Nullable SourceLine at) {}

    /// What happens to a recipient of the site whose mail would go outward.
    public enum Loopback {
        TURN_AROUND,
        REJECT,
        SEND,
        HOLD
    }

    /// How long and how often.
    public record Queue(
            @Doc("Waiting times between attempts; the last repeats, with jitter.") List<Duration> retry,
            @Doc("How long a message is tried.") Duration lifetime,
            @Doc("After which times the sender is told of a delay.") List<Duration> delayNotice,
            @Doc("Lifetimes of urgent and non-urgent messages.") Map<Priority, Duration> lifetimes) {
        public Queue {
            retry = List.copyOf(retry);
            delayNotice = List.copyOf(delayNotice);
            lifetimes = Map.copyOf(lifetimes);
        }

        public Duration lifetimeOf(Priority priority) {
            return lifetimes.getOrDefault(priority, lifetime);
        }
    }

    /// How mail leaves.
    public record Delivery(
            @Doc("Attempts at one time, to all destinations.") int total,
            @Doc("Attempts at one time to one destination.") int perDestination,
            @Doc("Destinations (next hop, domain or \"*\") that wait while mail for them is accepted.") List<String> suspended,
            @Doc("Whether one connection carries several messages.") boolean reuse,
            @Doc("The local address of outgoing connections.") @Nullable InetAddress sourceAddress,
            @Doc("The name in EHLO, where the source address has another one than connector.hostname.") @Nullable Domain ehloName,
            Timeouts timeouts,
            List<DestinationLimit> destinations,
            @Doc("off | opportunistic | required | verify: how much TLS is asked of servers. opportunistic takes what is offered, and goes on in the clear where it fails.") TlsMode tls,
            @Doc("A PEM file of the authorities that are believed. Left out: those of the Java installation.") @Nullable Path tlsCa,
            @Doc("Whether policies of domains about the TLS of their servers are fetched by HTTPS and followed. RFC 8461.") boolean mtaSts) {
        public Delivery {
            suspended = List.copyOf(suspended);
            destinations = List.copyOf(destinations);
        }

        /// With the policies of domains.
        public Delivery(
                int total, int perDestination, List<String> suspended, boolean reuse, @Nullable InetAddress sourceAddress, @Nullable Domain ehloName, Timeouts timeouts,
                List<DestinationLimit> destinations, TlsMode tls, @Nullable Path tlsCa) {
            this(total, perDestination, suspended, reuse, sourceAddress, ehloName, timeouts, destinations, tls, tlsCa, true);
        }

        /// Without TLS.
        public Delivery(
                int total, int perDestination, List<String> suspended, boolean reuse, @Nullable InetAddress sourceAddress, @Nullable Domain ehloName, Timeouts timeouts,
                List<DestinationLimit> destinations) {
            this(total, perDestination, suspended, reuse, sourceAddress, ehloName, timeouts, destinations, TlsMode.OFF, null);
        }

        /// Without limits of single destinations.
        public Delivery(
                int total, int perDestination, List<String> suspended, boolean reuse, @Nullable InetAddress sourceAddress, @Nullable Domain ehloName, Timeouts timeouts) {
            this(total, perDestination, suspended, reuse, sourceAddress, ehloName, timeouts, List.of());
        }

        /// With connector.hostname in EHLO.
        public Delivery(
                int total, int perDestination, List<String> suspended, boolean reuse, @Nullable InetAddress sourceAddress, Timeouts timeouts) {
            this(total, perDestination, suspended, reuse, sourceAddress, null, timeouts);
        }
    }

    /// Time limits of a delivery's stages. RFC 5321 §4.5.3.2.
    public record Timeouts(
            @Doc("Until a server has taken the connection.") Duration connect,
            @Doc("Until its greeting is there.") Duration greeting,
            @Doc("For the answer to EHLO, MAIL, RCPT and others.") Duration command,
            @Doc("For the answer to DATA.") Duration data,
            @Doc("For each block of a message to be taken.") Duration dataBlock,
            @Doc("For the answer to the end of a message. A short one makes duplicates: RFC 5321 §4.5.3.2.6.") Duration endOfData) {}

    /// Limits on clients.
    public record Limits(
            @Doc("The largest message.") ByteSize messageSize,
            @Doc("Recipients of one message.") int recipients,
            @Doc("Sessions at one time.") int sessions,
            @Doc("Sessions at one time from one client address.") int sessionsPerClient,
            @Doc("Commands with errors after which a session is ended.") int errors,
            @Doc("How long a session may say nothing.") Duration idle,
            @Doc("The largest header section.") ByteSize headerSize,
            @Doc("The most header fields.") int headerFields,
            RateLimits rate,
            PressureLimits pressure) {
        /// With what counts for rates and pressure where nothing is written.
        public Limits(ByteSize messageSize, int recipients, int sessions, int sessionsPerClient, int errors, Duration idle, ByteSize headerSize, int headerFields) {
            this(messageSize, recipients, sessions, sessionsPerClient, errors, idle, headerSize, headerFields, RateLimits.NONE, PressureLimits.STANDARD);
        }
    }

    /// Where names are asked.
    public record Dns(
            @Doc("Servers, address and port. Default: the system's.") List<InetSocketAddress> servers,
            @Doc("yes: these servers validate DNSSEC and nobody stands between them and us, so that what they call authentic is believed, and DANE is asked for. Needs servers.")
                    boolean trustedAd) {
        public Dns {
            servers = List.copyOf(servers);
        }

        /// Whose word about authenticity is not believed.
        public Dns(List<InetSocketAddress> servers) {
            this(servers, false);
        }
    }

    /// The memory of what happened.
    public record Tracking(
            @Doc("How long decisions are remembered.") Duration keep,
            @Doc("How much room they may take.") ByteSize room) {}

    /// What is written for people who watch.
    public record Log(
            @Doc("error | warn | info | debug.") String level,
            @Doc("text | json.") String format,
            @Doc("The plain mail log: a line for each event of a message. Relative to the data folder; off for none.") @Nullable Path mailLog) {}
}
