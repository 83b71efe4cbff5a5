// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/// What a mail program is told to do.
///
/// @param way how to connect
/// @param login how to log in; null for not at all
/// @param shown the certificate that the client shows; null for none
/// @param authority who vouches for the server
/// @param id the subject
/// @param rich whether it is to use what extensions it can: a body of 8 bits, a recipient outside ASCII, a DSN
record Errand(InetSocketAddress at, Way way, Login login, Authority.Issued shown, Path authority, String from, String to, String id, boolean rich) {
    static final String BODY = "Grüße";

    /// How a client comes to us.
    enum Way {
        CLEAR("in the clear"),
        STARTTLS_12("STARTTLS, TLS 1.2"),
        STARTTLS_13("STARTTLS, TLS 1.3"),
        IMPLICIT_12("implicit, TLS 1.2"),
        IMPLICIT_13("implicit, TLS 1.3");

        final String title;

        Way(String title) {
            this.title = title;
        }

        boolean isStartTls() {
            return this == STARTTLS_12 || this == STARTTLS_13;
        }

        boolean isImplicit() {
            return this == IMPLICIT_12 || this == IMPLICIT_13;
        }

        boolean isOld() {
            return this == STARTTLS_12 || this == IMPLICIT_12;
        }
    }

    record Login(String mechanism, String user, String password) {}

    String host() {
        return at.getAddress().getHostAddress();
    }

    /// The same to another place.
    Errand by(InetSocketAddress place) {
        return new Errand(place, way, login, shown, authority, from, to, id, rich);
    }

    /// The message, as programs take it that send what they are given.
    String message() {
        return "From: <" + from + ">\r\nTo: <" + (rich ? "somebody@site.example" : to) + ">\r\nSubject: " + id + "\r\nDate: Tue, 24 Nov 2026 08:00:00 +0000\r\nMessage-ID: <" + id + "@client.example>\r\n"
                + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + BODY + "\r\n";
    }
}
