// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.net.InetSocketAddress;

/// A server that we talked to or tried to.
///
/// @param name the name by which we came to it: an exchanger, a host of a next-hop URL
public record Peer(String name, InetSocketAddress address) {
    @Override
    public String toString() {
        return name + "[" + address.getAddress().getHostAddress() + "]:" + address.getPort();
    }
}
