// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Makes a message complete that a mail program submits, while it streams past: a Date and a Message-ID where there is none (RFC 6409 §8.2, §8.3), and no Bcc (RFC 5322 §3.6.3). Everything else comes out
/// octet for octet; what is added stands at the end of the header section.
public final class SubmissionFields {
    private static final int LONGEST_NAME = "message-id".length();

    private enum State {
        /// At the beginning of a line.
        LINE,
        /// A CR came first: the empty line behind the header, if LF follows.
        EMPTY,
        /// Within the name of a field; it is held.
        NAME,
        /// Within a field that passes.
        PASSING,
        /// Within one that is left out.
        DROPPING,
        /// No header any more.
        BODY
    }

    private final AddressRewriter.Sink sink;
    private final Missing missing;
    private final byte[] held = new byte[LONGEST_NAME + 16];
    private State state = State.LINE;
    private int length;
    private int nameEnd;
    private boolean afterCr;
    private boolean fields;
    private boolean dropping;
    private boolean hasDate;
    private boolean hasMessageId;
    private int dropped;
    private int added;

    /// What is put in where it is missing.
    /// @param date what Date says
    /// @param messageId what Message-ID says, with its angle brackets
    public record Missing(String date, String messageId) {}

    public SubmissionFields(Missing missing, AddressRewriter.Sink sink) {
        this.missing = missing;
        this.sink = sink;
    }

    /// Fields that were left out, and fields that were added.
    public int changes() {
        return dropped + added;
    }

    /// Takes content as it arrives, in any pieces.
    public void feed(byte[] octets, int from, int count) {
        int at = from;
        int end = from + count;
        while (at < end && state != State.BODY) {
            at = state == State.PASSING || state == State.DROPPING ? within(octets, at, end) : take(octets, at);
        }
        if (at < end) {
            sink.write(octets, at, end - at);
        }
    }

    /// There is no more.
    public void finish() {
        if (state != State.BODY) {
            boolean named = state == State.NAME;
            if (!named) {
                complete();
            }
            release();
            state = State.BODY;
        }
    }

    /// Passes or drops what belongs to the present field.
    /// @return where the next line begins, or the end
    private int within(byte[] octets, int from, int end) {
        int at = from;
        boolean ended = false;
        while (at < end && !ended) {
            ended = octets[at] == '\n' && afterCr;
            afterCr = octets[at] == '\r';
            at++;
        }
        if (state == State.PASSING) {
            sink.write(octets, from, at - from);
        }
        if (ended) {
            state = State.LINE;
        }
        return at;
    }

    private int take(byte[] octets, int at) {
        byte octet = octets[at];
        switch (state) {
            case LINE -> line(octet);
            case EMPTY -> {
                complete();
                hold(octet);
                release();
                state = State.BODY;
            }
            case NAME -> name(octet);
            case PASSING, DROPPING, BODY -> throw new IllegalStateException("passes by itself");
        }
        return at + 1;
    }

    private void line(byte octet) {
        afterCr = false;
        if ((octet == ' ' || octet == '\t') && fields) {
            if (!dropping) {
                sink.write(new byte[] {octet}, 0, 1);
            }
            state = dropping ? State.DROPPING : State.PASSING;
            return;
        }
        nameEnd = 0;
        if (octet == '\r') {
            hold(octet);
            state = State.EMPTY;
        } else if (octet <= ' ' || octet == 127 || octet == ':') {
            hold(octet);
            noField();
        } else {
            hold(octet);
            state = State.NAME;
        }
    }

    private void name(byte octet) {
        if (octet == ':') {
            nameEnd = nameEnd == 0 ? length : nameEnd;
            hold(octet);
            field();
        } else if (octet == ' ' || octet == '\t') {
            nameEnd = nameEnd == 0 ? length : nameEnd;
            hold(octet);
            giveWay();
        } else if (octet <= ' ' || octet == 127 || nameEnd > 0) {
            hold(octet);
            noField();
        } else {
            hold(octet);
            giveWay();
        }
    }

    /// A name that fits no buffer is none that matters. Whether it is a name at all does not matter either: such a line is passed as a field's.
    private void giveWay() {
        if (length == held.length) {
            fields = true;
            dropping = false;
            release();
            state = State.PASSING;
        }
    }

    private void field() {
        fields = true;
        switch (new String(held, 0, nameEnd, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT)) {
            case "bcc", "resent-bcc" -> {
                dropping = true;
                dropped++;
                length = 0;
                state = State.DROPPING;
                return;
            }
            case "date" -> hasDate = true;
            case "message-id" -> hasMessageId = true;
            default -> {}
        }
        dropping = false;
        release();
        state = State.PASSING;
    }

    /// A line that is no field: the header has ended without its empty line, which is put in, or what is added would be taken for text.
    private void noField() {
        if (complete()) {
            sink.write(new byte[] {'\r', '\n'}, 0, 2);
        }
        release();
        state = State.BODY;
    }

    /// Adds what is missing; says whether anything was.
    private boolean complete() {
        StringBuilder lines = new StringBuilder();
        if (!hasDate) {
            lines.append("Date: ").append(missing.date()).append("\r\n");
            added++;
        }
        if (!hasMessageId) {
            lines.append("Message-ID: ").append(missing.messageId()).append("\r\n");
            added++;
        }
        byte[] octets = lines.toString().getBytes(StandardCharsets.US_ASCII);
        if (octets.length > 0) {
            sink.write(octets, 0, octets.length);
        }
        return octets.length > 0;
    }

    private void hold(byte octet) {
        held[length++] = octet;
    }

    private void release() {
        if (length > 0) {
            sink.write(held, 0, length);
            length = 0;
        }
    }
}
