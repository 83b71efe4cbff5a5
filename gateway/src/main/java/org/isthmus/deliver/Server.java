// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.isthmus.address.Domain;
import org.isthmus.config.Settings;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// One address of one exchanger of one way: what a connection is made to.
///
/// @param exchange the exchanger
/// @param source the local address to connect from; none to let the system choose
/// @param helloName how we present ourselves. RFC 5321 §4.1.1.1
/// @param xforward whether it is told from whom we have a message
record Server(Way way, Exchange exchange, Peer peer, @Nullable InetAddress source, String helloName, boolean xforward) {

    static Server of(Way way, Exchange exchange, InetSocketAddress address, Settings settings) {
        Settings.Hop hop = way.hop() instanceof NextHop.Named name ? settings.nextHops().get(name.name()) : null;
        return new Server(way, exchange, new Peer(exchange.name(), address), source(hop, address, settings), helloName(hop, settings).ascii(), hop != null && hop.xforward());
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
        return new Key(way.hop(), way.homeward(), isDoubtful(), peer.address(), way.protocol(), source, helloName);
    }

    /// Whether to find out if it is ourselves: what is inside is not, and what mail may come home by need not be known.
    boolean isDoubtful() {
        return !way.inside() && !way.homeward() && !lmtp();
    }

    record Key(NextHop hop, boolean homeward, boolean doubtful, InetSocketAddress address, Way.Protocol protocol, @Nullable InetAddress source, String helloName) {}
}
