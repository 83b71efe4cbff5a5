// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.isthmus.syntax.Octets;
import org.jspecify.annotations.Nullable;

/// Learns what must be known about a message while its content streams past, in any pieces, once and in bounded memory.
///
/// The header ends at the first empty line (RFC 5322 §2.1), or before the first line that is no field: what stands there is body to everybody else too.
/// When a limit is passed, scanning the header ends and {@link #excess} says which one it was. Of a field that comes twice the first one counts.
public final class HeaderScanner {
    /// A limit on the header that the message passes.
    public enum Excess {
        HEADER_SIZE,
        HEADER_FIELDS
    }

    /// RFC 5322 §2.1.1: at most 998 octets, and CRLF.
    private static final int LINE_LIMIT = 998;
    private static final int NAME_LIMIT = 32;
    private static final int TEXT_LIMIT = 200;

    private enum State {
        LINE_START,
        LINE_START_CR,
        NAME,
        VALUE,
        VALUE_CR,
        BODY
    }

    private final int sizeLimit;
    private final int fieldLimit;
    private final @Nullable HeaderMarks marks;

    private State state = State.LINE_START;
    private int size;
    private int lineStartSize;
    private int fields;
    private int received;
    private @Nullable Excess excess;
    private boolean headerEightBit;

    private final byte[] name = new byte[NAME_LIMIT];
    private int nameLength;
    private boolean nameEnded;
    private byte[] buffer = new byte[TEXT_LIMIT * 4];
    private int textLength;
    private int textLimit;
    private boolean marking;
    private String kept = "";
    private @Nullable String messageId;
    private @Nullable String subject;
    private @Nullable String priority;
    private @Nullable String tlsRequired;
    private boolean date;
    private boolean from;

    private boolean eightBit;
    private boolean binary;
    private boolean overlong;
    private boolean afterCr;
    private long lineLength;

    /// @param sizeLimit the largest header section, in octets
    /// @param fieldLimit the most fields
    public HeaderScanner(int sizeLimit, int fieldLimit) {
        this(sizeLimit, fieldLimit, null);
    }

    /// @param marks learns what loop control must know; none if nobody asks
    public HeaderScanner(int sizeLimit, int fieldLimit, @Nullable HeaderMarks marks) {
        this.sizeLimit = sizeLimit;
        this.fieldLimit = fieldLimit;
        this.marks = marks;
    }

    /// Takes content as it arrives, not dot-stuffed.
    public void feed(byte[] b, int off, int len) {
        scanLines(b, off, off + len);
        int at = off;
        while (at < off + len && state != State.BODY) {
            if (state == State.VALUE) {
                at = values(b, at, off + len);
            } else {
                header(b[at++]);
            }
        }
        if (marks != null && at < off + len) {
            marks.body(b, at, off + len - at);
        }
    }

    /// There is no more.
    public void finish() {
        if (state != State.BODY) {
            // What has no colon is no field, and half an empty line belongs to no header.
            fields -= state == State.NAME ? 1 : 0;
            endHeader(state == State.NAME || state == State.LINE_START_CR ? lineStartSize : size);
        }
        binary |= afterCr;
    }

    /// Line ends and eight-bit octets, in header and body alike.
    private void scanLines(byte[] b, int from, int end) {
        eightBit = eightBit || Octets.anyEightBit(b, from, end);
        int at = from;
        while (at < end) {
            if (afterCr) {
                afterCr = false;
                if (b[at] == '\n') {
                    endLine();
                    at++;
                    continue;
                }
                binary = true;
                lineLength++;
            }
            int special = Octets.nextSpecial(b, at, end);
            lineLength += special - at;
            at = special;
            if (at < end) {
                if (b[at] == '\r') {
                    afterCr = true;
                } else {
                    binary = true;
                    lineLength++;
                }
                at++;
            }
        }
        overlong |= lineLength > LINE_LIMIT;
    }

    private void endLine() {
        overlong |= lineLength > LINE_LIMIT;
        lineLength = 0;
    }

    /// Takes a value up to its line end in one piece.
    /// @return where to go on; at least one octet further
    private int values(byte[] b, int from, int end) {
        int limit = (int) Math.min(end, from + Math.max(0L, (long) sizeLimit - size));
        int at = from;
        int all = 0;
        while (at < limit && b[at] != '\r') {
            all |= b[at++];
        }
        if (at == from) {
            header(b[at]);
            return at + 1;
        }
        size += at - from;
        headerEightBit |= (byte) all < 0;
        if (textLimit > 0) {
            keep(b, from, at - from);
        }
        if (marking) {
            mark(b, from, at);
        }
        return at;
    }

    private void header(byte octet) {
        switch (state) {
            case LINE_START -> lineStart(octet);
            case LINE_START_CR -> endHeader(lineStartSize);
            case NAME -> name(octet);
            case VALUE, VALUE_CR -> value(octet);
            case BODY -> { }
        }
        if (state != State.BODY) {
            size++;
            headerEightBit |= octet < 0;
            if (size > sizeLimit && state != State.LINE_START_CR) {
                exceed(Excess.HEADER_SIZE);
            }
        }
    }

    private void lineStart(byte octet) {
        lineStartSize = size;
        if (octet == '\r') {
            state = State.LINE_START_CR;
        } else if ((octet == ' ' || octet == '\t') && fields > 0) {
            state = State.VALUE;
            keep((byte) ' ');
            if (marking) {
                mark(octet);
            }
        } else {
            endField();
            if (fields == fieldLimit) {
                exceed(Excess.HEADER_FIELDS);
                return;
            }
            fields++;
            nameLength = 0;
            nameEnded = false;
            state = State.NAME;
            name(octet);
        }
    }

    private void name(byte octet) {
        if (octet == ':' && nameLength > 0) {
            state = State.VALUE;
            beginField();
        } else if (octet == ' ' || octet == '\t') {
            // RFC 5322 §4.5.8: old messages have white space before the colon.
            nameEnded = true;
        } else if (octet <= ' ' || octet == 127 || octet == ':' || nameEnded) {
            fields--;
            endHeader(lineStartSize);
        } else if (nameLength < NAME_LIMIT) {
            name[nameLength++] = octet;
        }
    }

    private void beginField() {
        kept = new String(name, 0, nameLength, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
        boolean wanted = switch (kept) {
            case "received" -> {
                received++;
                yield false;
            }
            case "date" -> {
                date = true;
                yield false;
            }
            case "from" -> {
                from = true;
                yield false;
            }
            case "message-id" -> messageId == null;
            case "subject" -> subject == null;
            case "priority" -> priority == null;
            case "tls-required" -> tlsRequired == null;
            default -> false;
        };
        textLimit = Math.max(wanted ? TEXT_LIMIT * 4 : 0, marks == null ? 0 : marks.begin(kept));
        marking = marks != null && marks.sums();
        textLength = 0;
    }

    private void value(byte octet) {
        if (marking) {
            mark(octet);
        }
        if (octet == '\n' && state == State.VALUE_CR) {
            state = State.LINE_START;
        } else {
            state = octet == '\r' ? State.VALUE_CR : State.VALUE;
            if (octet != '\r') {
                keep(octet);
            }
        }
    }

    private void mark(byte octet) {
        if (marks != null) {
            marks.octet(octet);
        }
    }

    private void mark(byte[] b, int from, int end) {
        if (marks != null) {
            marks.octets(b, from, end);
        }
    }

    private void keep(byte octet) {
        if (textLength < textLimit) {
            if (textLength == buffer.length) {
                buffer = Arrays.copyOf(buffer, Math.min(textLimit, buffer.length * 2));
            }
            buffer[textLength++] = octet;
        }
    }

    private void keep(byte[] b, int from, int length) {
        int count = Math.min(length, textLimit - textLength);
        if (textLength + count > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.min(textLimit, Math.max(textLength + count, buffer.length * 2)));
        }
        System.arraycopy(b, from, buffer, textLength, count);
        textLength += count;
    }

    private void endField() {
        if (kept.isEmpty()) {
            return;
        }
        String value = textLimit == 0 ? "" : new String(buffer, 0, textLength, StandardCharsets.UTF_8);
        textLimit = 0;
        if (marks != null) {
            marks.end(kept, value);
        }
        switch (kept) {
            case "message-id" -> messageId = messageId == null ? harmless(value) : messageId;
            case "subject" -> subject = subject == null ? harmless(value) : subject;
            case "priority" -> priority = priority == null ? harmless(value).toLowerCase(Locale.ROOT) : priority;
            case "tls-required" -> tlsRequired = tlsRequired == null ? value.strip() : tlsRequired;
            default -> { }
        }
        kept = "";
    }

    private static String harmless(String value) {
        StringBuilder harmless = new StringBuilder();
        value.strip().codePoints().limit(TEXT_LIMIT).forEach(c -> harmless.appendCodePoint(c == '\t' ? ' ' : Character.isISOControl(c) ? '?' : c));
        return harmless.toString();
    }

    private void endHeader(int headerSize) {
        endField();
        size = headerSize;
        state = State.BODY;
    }

    private void exceed(Excess limit) {
        excess = limit;
        endHeader(size);
    }

    /// The first limit that the header passes.
    public @Nullable Excess excess() {
        return excess;
    }

    /// Whether the header has ended, so that nothing of it can change any more.
    public boolean headerEnded() {
        return state == State.BODY;
    }

    /// Octets of the header section, without the empty line.
    public int headerSize() {
        return size;
    }

    public int fields() {
        return fields;
    }

    /// Received lines. RFC 5321 §6.3.
    public int received() {
        return received;
    }

    /// The Message-ID's text, at most 200 characters, control characters made harmless; none if there is no such field.
    public @Nullable String messageId() {
        return messageId;
    }

    /// The Subject's text, unfolded and undecoded, at most 200 characters, control characters made harmless; none if there is no such field.
    public @Nullable String subject() {
        return subject;
    }

    /// The Priority field in small letters: {@code urgent}, {@code normal} or {@code non-urgent} if it follows RFC 2156 §5.3.6. Importance and X-Priority
    /// are about reading, not about delivery, and are not looked at.
    public @Nullable String priority() {
        return priority;
    }

    /// Whether the first TLS-Required field says {@code No}; other values mean nothing yet. RFC 8689 §3.
    public boolean waivesTls() {
        return "no".equalsIgnoreCase(tlsRequired);
    }

    public boolean hasDate() {
        return date;
    }

    public boolean hasFrom() {
        return from;
    }

    /// The header holds octets outside US-ASCII. RFC 6532.
    public boolean utf8Headers() {
        return headerEightBit;
    }

    /// Any octet is outside US-ASCII, so that 8BITMIME is needed. RFC 6152.
    public boolean eightBit() {
        return eightBit;
    }

    /// A bare CR, a bare LF or a NUL is there, so that BINARYMIME is needed. RFC 3030 §3.
    public boolean binary() {
        return binary;
    }

    /// A line has more than 998 octets. RFC 5321 §4.5.3.1.6 lets nobody rely on that, but mail with such lines travels every day; so it is told and nothing is asked for.
    public boolean overlongLine() {
        return overlong;
    }
}
