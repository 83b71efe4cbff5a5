// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dsn;

import java.time.Instant;
import org.isthmus.address.Mailbox;
import org.jspecify.annotations.Nullable;

/// What a notification has besides the machine's part.
///
/// @param fromName the name beside the sender's address: letters, digits and blanks
/// @param from the postmaster; outside US-ASCII only if {@code to} is
/// @param to the reverse-path of the message that is reported about
/// @param subject in US-ASCII
/// @param messageId with its angle brackets
/// @param inReplyTo the Message-ID of the message that is reported about; left out if it is none. RFC 3834 §3.1.5
/// @param date when it is written
/// @param text the part for people; lines end with LF
/// @param returned what comes back of the message
/// @param international the sender used SMTPUTF8, so the forms of RFC 6533 may be used where they are needed
/// @param boundary a word that is in nobody else's message: a queue id and a number
public record Letter(
        String fromName,
        Mailbox from,
        Mailbox to,
        String subject,
        String messageId,
        @Nullable String inReplyTo,
        Instant date,
        String text,
        Returned returned,
        boolean international,
        String boundary) {

    /// What comes back of a message. RFC 3461 §4.3.
    public sealed interface Returned {
        record Nothing() implements Returned {}

        /// Its header section.
        /// @param octets without the empty line; lines end with CRLF
        record HeaderOnly(byte[] octets) implements Returned {}

        /// All of it.
        /// @param octets lines end with CRLF. Outside US-ASCII, or with lines that are too long, only in an international report; otherwise the header alone is returned
        record Whole(byte[] octets) implements Returned {}
    }
}
