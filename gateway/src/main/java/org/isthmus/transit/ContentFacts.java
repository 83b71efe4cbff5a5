// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.zip.CRC32C;
import org.isthmus.message.HeaderScanner;
import org.isthmus.smtp.BodyType;
import org.jspecify.annotations.Nullable;

/// What was learned about a message while it streamed past, so that nobody must read it again.
///
/// @param size octets, with our Received line, lines ended by CRLF, not dot-stuffed
/// @param body the least that a next hop must offer for it: 7BIT, 8BITMIME or BINARYMIME, as the bytes are and not as announced
/// @param utf8Headers header fields hold bytes outside ASCII. RFC 6532
/// @param headerSize octets of the header section, without the empty line
/// @param messageId the Message-ID field's text, if there is one, at most 200 characters
/// @param subject the Subject's text for people, undecoded, at most 200 characters
/// @param hops Received lines found on arrival
/// @param crc CRC32C of all octets
/// @param passes Received lines among them that our hostname wrote: how often it has been here before
public record ContentFacts(
        long size,
        BodyType body,
        boolean utf8Headers,
        int headerSize,
        @Nullable String messageId,
        @Nullable String subject,
        int hops,
        Priority priority,
        int crc,
        int passes) {

    /// For a message that has not been here before.
    public ContentFacts(
            long size, BodyType body, boolean utf8Headers, int headerSize, @Nullable String messageId, @Nullable String subject, int hops, Priority priority, int crc) {
        this(size, body, utf8Headers, headerSize, messageId, subject, hops, priority, crc, 0);
    }

    /// Of a message that we made, and have in memory.
    public static ContentFacts of(byte[] octets) {
        HeaderScanner scanner = new HeaderScanner(Integer.MAX_VALUE, Integer.MAX_VALUE);
        scanner.feed(octets, 0, octets.length);
        scanner.finish();
        CRC32C crc = new CRC32C();
        crc.update(octets);
        return new ContentFacts(octets.length, scanner.eightBit() ? BodyType.EIGHTBITMIME : BodyType.SEVENBIT, scanner.utf8Headers(), scanner.headerSize(),
                scanner.messageId(), scanner.subject(), scanner.received(), Priority.NORMAL, (int) crc.getValue());
    }
}
