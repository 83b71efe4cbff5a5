// SPDX-License-Identifier: Apache-2.0
package org.isthmus.explain;

import java.net.InetAddress;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What is to be explained: one client, one sender, one recipient.
///
/// @param to the recipient as a client would write it, without angle brackets; {@code postmaster} alone too. Whatever it holds, the session judges it
/// @param from the sender likewise; empty for the null reverse-path
/// @param client from where it comes
/// @param listener the name of the listener it comes to
/// @param size octets, as announced and as they are
/// @param user as whom the client has logged in; null if it has not
/// @param requireTls whether the client is under TLS and says REQUIRETLS
public record Question(String to, String from, InetAddress client, String listener, OptionalLong size, @Nullable String user, boolean requireTls) {
    /// Of a client that has not logged in.
    public Question(String to, String from, InetAddress client, String listener, OptionalLong size) {
        this(to, from, client, listener, size, null, false);
    }

    /// @throws IllegalArgumentException for a text that cannot be one command line
    public Question {
        for (String text : new String[] {to, from}) {
            if (text.chars().anyMatch(c -> c < ' ' || c == 127)) {
                throw new IllegalArgumentException("an address has no control characters");
            }
        }
    }
}
