// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// TCP.
public interface Network {
    /// Opens a listening socket.
    /// @param at port 0 for a free one
    /// @throws IOException if the address is taken or not ours; the message names it
    Listener listen(InetSocketAddress at) throws IOException;

    /// Opens a connection.
    /// @param from the local address to use; none to let the system choose
    /// @throws java.net.SocketTimeoutException after the limit
    /// @throws IOException if it is refused or unreachable
    Connection connect(@Nullable InetSocketAddress from, InetSocketAddress to, Duration limit) throws IOException;

    /// The addresses of this machine's interfaces at this moment, loopback ones included: what a listener at a wildcard address stands for.
    /// Empty if they cannot be told.
    default List<InetAddress> localAddresses() {
        return List.of();
    }
}
