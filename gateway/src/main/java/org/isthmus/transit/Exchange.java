// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.net.InetSocketAddress;
import java.util.List;

/// One server to try, with its addresses in the order in which to try them.
///
/// @param name the exchanger's name, or the host of the URL
/// @param addresses at least one
public record Exchange(String name, List<InetSocketAddress> addresses) {
    public Exchange {
        addresses = List.copyOf(addresses);
    }
}
