// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.net.InetSocketAddress;
import org.isthmus.smtp.Hello;
import org.jspecify.annotations.Nullable;

/// Who handed us a message, or tries to.
///
/// @param listener the name of our listener
/// @param local the address and port of ours that it connected to
/// @param remote its address and port
/// @param hello what it called itself; none before EHLO
/// @param user whom it authenticated as; none if it did not
/// @param session our name for the session, found by {@code isthmus trace}
/// @param tls how the connection is protected; none in the clear
public record Client(
        String listener,
        InetSocketAddress local,
        InetSocketAddress remote,
        @Nullable Hello hello,
        @Nullable String user,
        String session,
        @Nullable TlsFacts tls) {
    /// In the clear.
    public Client(
            String listener, InetSocketAddress local, InetSocketAddress remote, @Nullable Hello hello, @Nullable String user, String session) {
        this(listener, local, remote, hello, user, session, null);
    }

    /// The same, having proved to be this user.
    public Client by(String name) {
        return new Client(listener, local, remote, hello, name, session, tls);
    }

    /// The same, having presented itself.
    public Client as(Hello name) {
        return new Client(listener, local, remote, name, user, session, tls);
    }
}
