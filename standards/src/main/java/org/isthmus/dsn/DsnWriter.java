// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dsn;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import org.isthmus.dsn.Letter.Returned;
import org.isthmus.message.Header;
import org.isthmus.message.HeaderField;
import org.isthmus.message.HeaderReader;
import org.isthmus.message.MessageDate;
import org.isthmus.message.QuotedPrintable;
import org.isthmus.smtp.Utf8AddressText;
import org.isthmus.syntax.Characters;
import org.jspecify.annotations.Nullable;

/// Writes a delivery status notification as a whole message: multipart/report (RFC 6522) of a text, the machine's part (RFC 3464) and what is returned.
///
/// | recipient of the report | original | forms |
/// |---|---|---|
/// | US-ASCII | not SMTPUTF8 | message/delivery-status; what is outside US-ASCII becomes {@code ?} or {@code \x{HEX}} |
/// | US-ASCII | SMTPUTF8 | those of RFC 6533 where they are needed, as quoted-printable: the report itself asks for no extension |
/// | outside | SMTPUTF8 | those of RFC 6533 as they are; the report needs SMTPUTF8 and 8BITMIME |
///
/// Only CRLF ends a line, and none is longer than 998 octets, whatever the values hold.
public final class DsnWriter {
    private static final int LINE_LIMIT = 998;
    private static final int FOLD_AT = 76;
    private static final int WORD_LIMIT = 900;
    private static final int VALUE_LIMIT = 4000;

    private final Letter letter;
    private final Dsn dsn;
    private final boolean eightBit;
    private final boolean global;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(4096);

    private DsnWriter(Letter letter, Dsn dsn) {
        this.letter = letter;
        this.dsn = dsn;
        this.eightBit = !letter.to().isAscii();
        this.global = eightBit || (letter.international() && needsGlobal(dsn));
    }

    /// The whole message.
    public static byte[] write(Letter letter, Dsn dsn) {
        return new DsnWriter(letter, dsn).message();
    }

    private static boolean needsGlobal(Dsn dsn) {
        for (RecipientReport recipient : dsn.recipients()) {
            TypedText original = recipient.original();
            if (!Characters.ascii(recipient.finalRecipient().text()) || (original != null && !Characters.ascii(original.text()))) {
                return true;
            }
        }
        return false;
    }

    private byte[] message() {
        byte[] text = withCrLf(letter.text()).getBytes(StandardCharsets.UTF_8);
        byte[] status = status();
        Piece returned = returned();
        String boundary = boundary(text, status, returned == null ? new byte[0] : returned.octets());
        head(boundary);
        part(boundary, new Piece("Notification", "text/plain; charset=" + (isSevenBit(text) ? "us-ascii" : "utf-8"), text, true));
        String kind = global ? "message/global-delivery-status" : "message/delivery-status";
        part(boundary, new Piece("Delivery report", kind, status, global));
        if (returned != null) {
            part(boundary, returned);
        }
        line("--" + boundary + "--");
        return out.toByteArray();
    }

    private void head(String boundary) {
        field("From", phrase(letter.fromName()) + " <" + letter.from().text() + ">");
        field("To", "<" + letter.to().text() + ">");
        field("Subject", letter.subject());
        field("Date", MessageDate.format(letter.date()));
        field("Message-ID", letter.messageId());
        if (letter.inReplyTo() != null && isMessageId(letter.inReplyTo())) {
            field("In-Reply-To", letter.inReplyTo());
            field("References", letter.inReplyTo());
        }
        // RFC 3834 §5: it answers a message, and nobody must answer it.
        field("Auto-Submitted", "auto-replied");
        field("MIME-Version", "1.0");
        if (eightBit) {
            field("Content-Transfer-Encoding", "8bit");
        }
        // RFC 6522 §3: the report-type is the subtype of the second part.
        line("Content-Type: multipart/report; report-type=" + (global ? "global-" : "") + "delivery-status;");
        line("\tboundary=\"" + boundary + "\"");
        line("");
        line("This is a delivery status notification in MIME format.");
        line("");
    }

    /// @param encodable whether this type may be sent as quoted-printable
    private record Piece(String description, String type, byte[] octets, boolean encodable) {}

    private void part(String boundary, Piece piece) {
        line("--" + boundary);
        line("Content-Description: " + piece.description());
        line("Content-Type: " + piece.type());
        boolean lines = hasGoodLines(piece.octets());
        boolean ascii = isSevenBit(piece.octets());
        boolean encode = piece.encodable() && (!lines || (!ascii && !eightBit));
        if (encode || !ascii) {
            line("Content-Transfer-Encoding: " + (encode ? "quoted-printable" : "8bit"));
        }
        line("");
        byte[] octets = encode ? QuotedPrintable.encode(piece.octets()) : piece.octets();
        out.writeBytes(octets);
        if (!endsWithCrLf(octets)) {
            line("");
        }
        line("");
    }

    private @Nullable Piece returned() {
        return switch (letter.returned()) {
            case Returned.Nothing none -> null;
            case Returned.HeaderOnly header -> headerPiece(header.octets());
            case Returned.Whole whole -> wholePiece(whole.octets());
        };
    }

    private Piece headerPiece(byte[] octets) {
        boolean utf8 = !isSevenBit(octets) && letter.international();
        // RFC 6533 §6.3: message/global-headers may be encoded; so may text/rfc822-headers, since it is text.
        return utf8
                ? new Piece("Returned header", "message/global-headers", octets, true)
                : new Piece("Returned header", "text/rfc822-headers", octets, true);
    }

    private Piece wholePiece(byte[] octets) {
        boolean plain = isSevenBit(octets) && hasGoodLines(octets);
        if (plain) {
            return new Piece("Returned message", "message/rfc822", octets, false);
        }
        if (letter.international()) {
            return new Piece("Returned message", "message/global", octets, true);
        }
        // RFC 2046 §5.2.1: message/rfc822 must not be encoded, and a report that asks for 8BITMIME may end nowhere: so the header must do.
        Header header = HeaderReader.read(octets, 0, octets.length);
        return headerPiece(java.util.Arrays.copyOf(octets, header.size()));
    }

    private byte[] status() {
        StringBuilder text = new StringBuilder(512);
        // RFC 3464 §2.2
        add(text, "Original-Envelope-Id", dsn.envelopeId());
        add(text, "Reporting-MTA", dsn.reportingMta());
        add(text, "Received-From-MTA", dsn.receivedFrom());
        add(text, "Arrival-Date", dsn.arrived());
        for (RecipientReport recipient : dsn.recipients()) {
            text.append("\r\n");
            addAddress(text, "Original-Recipient", recipient.original());
            addAddress(text, "Final-Recipient", recipient.finalRecipient());
            add(text, "Action", recipient.action().name().toLowerCase(Locale.ROOT));
            add(text, "Status", recipient.status().toString());
            add(text, "Remote-MTA", recipient.remoteMta());
            add(text, "Diagnostic-Code", recipient.diagnostic());
            add(text, "Last-Attempt-Date", recipient.lastAttempt());
            add(text, "Final-Log-ID", recipient.finalLogId());
            add(text, "Will-Retry-Until", recipient.willRetryUntil());
            for (HeaderField extension : recipient.extensions()) {
                add(text, extension.name(), extension.text());
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void add(StringBuilder text, String name, @Nullable TypedText value) {
        if (value != null) {
            add(text, name, value.type() + "; " + value.text());
        }
    }

    private void add(StringBuilder text, String name, @Nullable Instant value) {
        if (value != null) {
            add(text, name, MessageDate.format(value));
        }
    }

    private void addAddress(StringBuilder text, String name, @Nullable TypedText address) {
        if (address == null) {
            return;
        }
        // RFC 6533 §3 and §4: in the international form the address as it is, otherwise its seven-bit spelling.
        boolean encode = address.is("utf-8") && !global;
        add(text, name, address.type() + "; " + (encode ? Utf8AddressText.sevenBit(address.text()) : address.text()));
    }

    private void add(StringBuilder text, String name, @Nullable String value) {
        if (value != null) {
            text.append(folded(name, harmless(value, global))).append("\r\n");
        }
    }

    private void field(String name, String value) {
        line(folded(name, harmless(value, eightBit)));
    }

    private void line(String text) {
        out.writeBytes((text + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    /// No control characters, and none outside US-ASCII where they may not stand.
    private static String harmless(String value, boolean utf8) {
        StringBuilder harmless = new StringBuilder(value.length());
        value.codePoints().limit(VALUE_LIMIT).forEach(c -> {
            boolean good = (c >= 32 && c < 127) || (utf8 && c > 127 && !Character.isISOControl(c) && (c < 0xD800 || c > 0xDFFF));
            harmless.appendCodePoint(good ? c : c == '\t' ? ' ' : '?');
        });
        return harmless.toString().strip();
    }

    /// Folds at blanks, which stay, so that unfolding gives the value again. RFC 5322 §2.2.3. A word that no line could hold is cut into several.
    private static String folded(String name, String value) {
        StringBuilder line = new StringBuilder(name).append(':');
        int column = line.length();
        for (String word : value.split(" ", -1)) {
            for (int from = 0; from == 0 || from < word.length(); from += WORD_LIMIT) {
                String piece = word.substring(from, Math.min(word.length(), from + WORD_LIMIT));
                if (column + piece.length() > FOLD_AT && column > name.length() + 1 && !piece.isEmpty()) {
                    line.append("\r\n");
                    column = 0;
                }
                line.append(' ').append(piece);
                column += piece.length() + 1;
            }
        }
        return line.toString();
    }

    private static String phrase(String name) {
        StringBuilder phrase = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            phrase.append(c == ' ' || (c < 128 && Characters.atext(c)) ? c : '?');
        }
        return phrase.toString();
    }

    /// RFC 5322 §3.6.4, roughly: what cannot do harm in a field of ours.
    private static boolean isMessageId(String text) {
        return text.length() > 2 && text.length() <= 250 && text.startsWith("<") && text.indexOf('>') == text.length() - 1
                && text.chars().allMatch(c -> c > 32 && c < 127);
    }

    private static String withCrLf(String text) {
        StringBuilder lines = new StringBuilder(text.length() + 64);
        text.codePoints().forEach(c -> {
            if (c == '\n') {
                lines.append("\r\n");
            } else {
                lines.appendCodePoint(c == '\t' ? ' ' : Character.isISOControl(c) || (c >= 0xD800 && c <= 0xDFFF) ? '?' : c);
            }
        });
        return lines.toString();
    }

    private static boolean isSevenBit(byte[] octets) {
        for (byte octet : octets) {
            if (octet <= 0) {
                return false;
            }
        }
        return true;
    }

    /// Only CRLF ends a line, and none is too long.
    private static boolean hasGoodLines(byte[] octets) {
        int length = 0;
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] == '\r' && i + 1 < octets.length && octets[i + 1] == '\n') {
                i++;
                length = 0;
            } else if (octets[i] == '\r' || octets[i] == '\n' || octets[i] == 0 || ++length > LINE_LIMIT) {
                return false;
            }
        }
        return true;
    }

    private static boolean endsWithCrLf(byte[] octets) {
        return octets.length >= 2 && octets[octets.length - 2] == '\r' && octets[octets.length - 1] == '\n';
    }

    /// The given word, lengthened until no part holds it.
    private String boundary(byte[]... parts) {
        StringBuilder boundary = new StringBuilder();
        letter.boundary().chars().limit(50).forEach(c -> boundary.append(c < 128 && (Characters.letterOrDigit((char) c) || c == '.' || c == '-') ? (char) c : '_'));
        for (byte[] part : parts) {
            String text = new String(part, StandardCharsets.ISO_8859_1);
            for (int tries = 0; tries < 15 && text.contains("--" + boundary); tries++) {
                boundary.append(tries % 2 == 0 ? '_' : '+');
            }
        }
        return boundary.toString();
    }
}
