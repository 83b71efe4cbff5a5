// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import org.isthmus.address.Domain;
import org.isthmus.address.ForwardPath;
import org.isthmus.address.ReversePath;
import org.jspecify.annotations.Nullable;

/// One command line, parsed. RFC 5321 §4.1.1. What cannot be parsed is a value too, so that the session answers it like any other.
public sealed interface Command {

    /// EHLO, HELO (not extended), or LHLO.
    /// @param verb which of them, in capitals
    record Greet(Hello hello, String verb) implements Command {
        public Greet(Hello hello) {
            this(hello, hello.extended() ? "EHLO" : "HELO");
        }
    }

    record Mail(ReversePath from, MailParameters parameters) implements Command {}

    record Rcpt(ForwardPath to, RcptParameters parameters) implements Command {}

    record Data() implements Command {}

    /// RFC 3030 §2.
    /// @param size octets that follow the line
    record Bdat(long size, boolean last) implements Command {}

    record Rset() implements Command {}

    record Vrfy(String argument) implements Command {}

    record Expn(String argument) implements Command {}

    record Help(String argument) implements Command {}

    record Noop() implements Command {}

    record Quit() implements Command {}

    record StartTls() implements Command {}

    /// RFC 4954 §4.
    /// @param mechanism in capitals
    /// @param initial the initial response in base64 as it came: {@code =} for an empty one, and the empty text for none
    record Auth(String mechanism, String initial) implements Command {}

    /// The private question by which one of our connectors finds out whether it talks to itself: docs/reference/xsite.md. RFC 5321 §2.2.2 leaves X-names to private use.
    /// @param nonce 16 octets in base64url, as they came: 22 characters
    record Xsite(String nonce) implements Command {
        /// Characters of a nonce.
        public static final int NONCE = 22;
    }

    /// A client calls for the mail of a domain. RFC 1985 §5.
    /// @param domain none for a queue by its own name
    /// @param below the domains below it too
    record Etrn(@Nullable Domain domain, boolean below) implements Command {}

    /// A proxy of ours says who the client is. Postfix's XCLIENT_README.
    record Xclient(ClientAttributes attributes) implements Command {}

    /// A known verb with a wrong argument, or a line with bytes that no command has.
    /// @param verb in capitals, or empty if the line could not be read at all
    /// @param reply what to answer: 501, 555 and the like
    record Malformed(String verb, Reply reply) implements Command {}

    /// No verb of ours. RFC 5321 §4.2.4: 500.
    /// @param verb in capitals, printable US-ASCII, cut off after 32 characters; empty for an empty line
    record Unrecognised(String verb) implements Command {}
}
