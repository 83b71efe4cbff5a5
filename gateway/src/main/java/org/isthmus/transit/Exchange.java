// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.net.InetSocketAddress;
import java.util.List;

/// One server to try, with its addresses in the order in which to try them.
///
/// @param name the exchanger's name, or the host of the URL
/// @param addresses at least one
/// @param preference of the exchanger, lower is better; 0 for what is no exchanger. RFC 5321 §5.1
public record Exchange(String name, List<InetSocketAddress> addresses, int preference) {
    public Exchange {
        addresses = List.copyOf(addresses);
    }

    public Exchange(String name, List<InetSocketAddress> addresses) {
        this(name, addresses, 0);
    }
}
