// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

/// By what a message is known again: keyed sums over parts of it, so that nobody outside can make two messages with equal ones. 0 stands for a part that is missing.
///
/// @param messageId over the Message-ID
/// @param fromDate over From and Date; 0 unless both are there
/// @param fromDateSubject over From, Date and Subject; 0 unless the first two are there
/// @param identity over every From, Sender, Reply-To, To, Cc, Date, Subject, Message-ID, MIME-Version and Content- field, octet for octet, in whatever order
/// @param body CRC32C of the octets behind the header, mixed with the print of Date: machines send one text under one Message-ID day after day. Alone it proves nothing
public record Prints(long messageId, long fromDate, long fromDateSubject, long identity, int body) {
    /// Of a message that nobody looked at.
    public static final Prints NONE = new Prints(0, 0, 0, 0, 0);

    /// Both are one message, as far as a hop that only passes mail on can have changed it: the Message-ID is equal, or From and Date are.
    public boolean agreeWith(Prints other) {
        return messageId != 0 && messageId == other.messageId || fromDate != 0 && fromDate == other.fromDate;
    }

    /// Both are one message although nothing is signed: the Message-ID is equal, and Date and the body or From, Date and Subject are.
    public boolean resemble(Prints other) {
        return messageId != 0 && messageId == other.messageId && (body == other.body || fromDateSubject != 0 && fromDateSubject == other.fromDateSubject);
    }

    /// Both are the same in all that a reader sees.
    public boolean sameAs(Prints other) {
        return identity != 0 && identity == other.identity && body == other.body;
    }
}
