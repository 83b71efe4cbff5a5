// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.isthmus.address.Domain;
import org.isthmus.config.DestinationLimit;
import org.isthmus.config.Login;
import org.isthmus.config.Settings;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Step;
import org.isthmus.transit.TlsDemand;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// One address of one exchanger of one way: what a connection is made to.
///
/// @param exchange the exchanger
/// @param source the local address to connect from; none to let the system choose
/// @param helloName how we present ourselves. RFC 5321 §4.1.1.1
/// @param xforward whether it is told from whom we have a message
/// @param demand how much TLS is asked of it
/// @param implicit whether TLS begins with the first octet. RFC 8314 §3.3
/// @param login as whom we log in; none if we don't
record Server(Way way, Exchange exchange, Peer peer, @Nullable InetAddress source, String helloName, boolean xforward, TlsDemand demand, boolean implicit, @Nullable Login login) {

    static final TlsDemand OFF = new TlsDemand.Off();
    private static final TlsDemand OPPORTUNISTIC = new TlsDemand.Opportunistic();

    static Server of(Way way, Exchange exchange, InetSocketAddress address, Settings settings) {
        Settings.Hop hop = way.hop() instanceof NextHop.Named name ? settings.nextHops().get(name.name()) : null;
        return new Server(way, exchange, new Peer(exchange.name(), address), source(hop, address, settings), helloName(hop, settings).ascii(), hop != null && hop.xforward(),
                demand(way, hop, exchange, settings), hop != null && hop.implicitTls(), hop == null ? null : hop.login());
    }

    /// The same, with another demand.
    Server asking(TlsDemand other) {
        return other.equals(demand) ? this : new Server(way, exchange, peer, source, helloName, xforward, other, implicit, login);
    }

    /// What says how much TLS the configuration asks of it, with its place.
    Step configured(Settings settings) {
        Settings.Hop hop = way.hop() instanceof NextHop.Named name ? settings.nextHops().get(name.name()) : null;
        DestinationLimit own = hop == null ? destination(way, settings) : null;
        if (own != null && own.tls().isPresent()) {
            return Step.of("tls", "destinations.\"" + own.name() + "\".tls", own.at(), demand.text());
        }
        return hop != null && hop.tls().isPresent()
                ? Step.of("tls", "next-hops." + hop.name() + ".tls", hop.at(), demand.text())
                : Step.of("tls", hop != null && hop.implicitTls() ? "next-hops." + hop.name() + ".url" : "delivery.tls", hop == null ? settings.place("delivery.tls") : hop.at(), demand.text());
    }

    /// What is asked of it where the sender requires TLS: that it proves its name. RFC 8689 §4.2.1. Who switched TLS off has none.
    Server strict(Settings settings) {
        Settings.Hop hop = way.hop() instanceof NextHop.Named name ? settings.nextHops().get(name.name()) : null;
        return demand instanceof TlsDemand.Off || demand instanceof TlsDemand.Verify ? this : asking(verified(hop, exchange, settings));
    }

    private static TlsDemand verified(Settings.@Nullable Hop hop, Exchange exchange, Settings settings) {
        return hop == null ? demand(Settings.TlsMode.VERIFY, List.of(exchange.name()), settings.delivery().tlsCa())
                : demand(Settings.TlsMode.VERIFY, names(hop), authorities(hop, settings));
    }

    private static @Nullable DestinationLimit destination(Way way, Settings settings) {
        List<DestinationLimit> all = settings.delivery().destinations();
        return all.isEmpty() ? null : DestinationLimit.of(way.hop(), all);
    }

    private static List<String> names(Settings.Hop hop) {
        return hop.tlsNames().isEmpty() ? List.of(hop.host()) : hop.tlsNames().stream().map(Domain::ascii).toList();
    }

    private static @Nullable Path authorities(Settings.Hop hop, Settings settings) {
        return hop.tlsCa() == null ? settings.delivery().tlsCa() : hop.tlsCa();
    }

    private static TlsDemand demand(Way way, Settings.@Nullable Hop hop, Exchange exchange, Settings settings) {
        Settings.TlsMode general = settings.delivery().tls();
        if (hop == null) {
            DestinationLimit own = destination(way, settings);
            return demand(own == null ? general : own.tls().orElse(general), List.of(exchange.name()), settings.delivery().tlsCa());
        }
        boolean must = hop.implicitTls() && (general == Settings.TlsMode.OFF || general == Settings.TlsMode.OPPORTUNISTIC);
        return demand(hop.tls().orElse(must ? Settings.TlsMode.REQUIRED : general), names(hop), authorities(hop, settings));
    }

    private static TlsDemand demand(Settings.TlsMode mode, List<String> names, @Nullable Path authorities) {
        return switch (mode) {
            case OFF -> OFF;
            case OPPORTUNISTIC -> OPPORTUNISTIC;
            case REQUIRED -> new TlsDemand.Required();
            case VERIFY -> new TlsDemand.Verify(names, authorities);
        };
    }

    private static Domain helloName(Settings.@Nullable Hop hop, Settings settings) {
        Domain general = settings.delivery().ehloName() == null ? settings.connector().hostname() : settings.delivery().ehloName();
        return hop == null || hop.ehloName() == null ? general : hop.ehloName();
    }

    /// Only an address of the same family can be a source; to peers of the other family the system chooses.
    private static @Nullable InetAddress source(Settings.@Nullable Hop named, InetSocketAddress to, Settings settings) {
        InetAddress source = named == null || named.sourceAddress() == null ? settings.delivery().sourceAddress() : named.sourceAddress();
        return source != null && source.getClass() == to.getAddress().getClass() ? source : null;
    }

    boolean lmtp() {
        return way.protocol() == Way.Protocol.LMTP;
    }

    @Nullable InetSocketAddress from() {
        return source == null ? null : new InetSocketAddress(source, 0);
    }

    /// What two messages must have in common to share a connection.
    Key key() {
        return new Key(way.hop(), way.homeward(), isDoubtful(), peer.address(), way.protocol(), source, helloName, demand);
    }

    /// Whether to find out if it is ourselves: what is inside is not, and what mail may come home by need not be known.
    boolean isDoubtful() {
        return !way.inside() && !way.homeward() && !lmtp();
    }

    record Key(NextHop hop, boolean homeward, boolean doubtful, InetSocketAddress address, Way.Protocol protocol, @Nullable InetAddress source, String helloName, TlsDemand demand) {}
}
