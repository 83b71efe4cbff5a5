// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import org.isthmus.address.ForwardPath;
import org.isthmus.address.ReversePath;

/// One command line, parsed. RFC 5321 §4.1.1. What cannot be parsed is a value too, so that the session answers it like any other.
public sealed interface Command {

    /// EHLO, HELO (not extended), or LHLO.
    record Greet(Hello hello) implements Command {}

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

    record Auth(String mechanism, String initial) implements Command {}

    /// A known verb with a wrong argument.
    /// @param reply what to answer: 501, 555 and the like
    record Malformed(String verb, Reply reply) implements Command {}

    /// No verb of ours. RFC 5321 §4.2.4: 500.
    record Unrecognised(String verb) implements Command {}
}
