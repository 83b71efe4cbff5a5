// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.List;

/// One resolved way to a next hop: its servers in the order in which to try them, and how to talk to them.
///
/// @param hop who it is
/// @param protocol SMTP or LMTP
/// @param exchanges at least one
/// @param inside the site's own side of the connector
/// @param homeward mail may come back to ourselves by it: the loopback policy {@code send}
public record Way(NextHop hop, Protocol protocol, List<Exchange> exchanges, boolean inside, boolean homeward) {
    public Way {
        exchanges = List.copyOf(exchanges);
    }

    public Way(NextHop hop, Protocol protocol, List<Exchange> exchanges, boolean inside) {
        this(hop, protocol, exchanges, inside, false);
    }

    /// What keeps messages apart that go to the same hop: only those of equal keys share an attempt and a connection.
    public String key() {
        return hop + (homeward ? " homeward" : "");
    }

    /// RFC 5321, RFC 2033.
    public enum Protocol {
        SMTP,
        LMTP
    }
}
