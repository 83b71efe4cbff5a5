// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.time.Duration;

/// The limits on clients that are no settings, because nobody ever needed another value. docs/limits.md lists them beside those of `limits`.
final class Bounds {
    /// Octets of a command line, its CRLF included. RFC 5321 §4.5.3.1.4 asks for 512; extensions add theirs: SIZE 26 and BODY 17 (RFC 1870 §3, RFC 6152 §2), SMTPUTF8 10
    /// and UTF-8 paths (RFC 6531 §3.4), DSN 115 and 500 (RFC 3461 §4), AUTH 12288 for its own lines (RFC 4954 §4).
    static final int COMMAND_LINE = 4096;

    /// Octets of an overlong line that are read and thrown away, in the hope that it ends, before the session is closed.
    static final int LINE_OVERRUN = 64 * 1024;

    /// Octets beyond the message size limit that are read and thrown away, so that the client hears the refusal in its proper place, before the session is closed.
    static final long DATA_OVERRUN = 64L * 1024 * 1024;

    /// Octets a second that a client must reach on average while it sends a message or a line, after it has had `limits.idle` as a start.
    static final int SLOWEST = 100;

    /// Commands between two messages that get nothing done (NOOP, RSET, VRFY, EXPN, HELP, EHLO); the ones behind count as errors.
    static final int IDLE_COMMANDS = 100;

    /// XSITE questions that are answered in a session.
    static final int CHALLENGES = 3;

    /// How long a proxy may take to say whose connection it hands on. Its text asks for three seconds at least.
    static final Duration PROXY_HEADER = Duration.ofSeconds(10);

    /// A session's input buffer while it rests, while it talks, and while it sends large content.
    static final int RESTING_BUFFER = 1024;
    static final int SMALL_BUFFER = 8 * 1024;
    static final int LARGE_BUFFER = 64 * 1024;

    /// How long a larger one is kept while the client says nothing.
    static final Duration BUFFER_PATIENCE = Duration.ofSeconds(2);

    /// Replies to pipelined commands are collected up to this many octets before they are written.
    static final int REPLIES = 16 * 1024;

    /// How long a client that is turned away at the door may take to read why.
    static final Duration FAREWELL = Duration.ofSeconds(5);

    /// For how long, and how many octets, a client that was cut off in the middle of its speech is still listened to, so that it hears why.
    static final Duration LINGER = Duration.ofMillis(500);
    static final long LINGER_OCTETS = 1024 * 1024;

    private Bounds() {}
}
