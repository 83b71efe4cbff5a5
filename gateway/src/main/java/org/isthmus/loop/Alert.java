// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.time.Instant;
import org.isthmus.address.Mailbox;
import org.jspecify.annotations.Nullable;

/// Something that a person must know of soon, or that belongs into the next digest.
///
/// @param at when it was found
/// @param about what it is about, for machines: while one of the same is fresh, further ones only count
/// @param subject one line
/// @param text the report: plain text for people, lines ended by LF, at most 64 KiB; it says what happened, why, and what to do
/// @param concerned whose mail is in trouble; none if no single address. A letter about the postmaster's own mail is not sent to the postmaster
public record Alert(Instant at, String about, String subject, String text, @Nullable Mailbox concerned) {
    /// The longest text.
    public static final int LONGEST = 64 << 10;

    public Alert {
        text = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
    }
}
