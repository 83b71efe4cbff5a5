// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.List;

/// One resolved way to a next hop: its servers in the order in which to try them, and how to talk to them.
///
/// @param hop who it is
/// @param protocol SMTP or LMTP
/// @param exchanges at least one
/// @param inside the site's own side of the connector
public record Way(NextHop hop, Protocol protocol, List<Exchange> exchanges, boolean inside) {
    public Way {
        exchanges = List.copyOf(exchanges);
    }

    /// RFC 5321, RFC 2033.
    public enum Protocol {
        SMTP,
        LMTP
    }
}
