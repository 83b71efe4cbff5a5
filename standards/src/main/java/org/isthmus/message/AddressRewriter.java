// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import java.util.Arrays;
import java.util.Locale;
import org.isthmus.address.Mailbox;
import org.jspecify.annotations.Nullable;

/// Replaces addresses in the address fields of a message while it streams past: From, Sender, Reply-To, To, Cc and their Resent- forms (RFC 5322 §3.6.2, §3.6.3, §3.6.6).
///
/// Nothing but addresses changes, and not in comments, quoted strings and display names; what no rule touches comes out octet for octet. One field is held at a time, up to
/// {@link #FIELD_LIMIT} octets: longer ones pass as they are, and so does what cannot be read as addresses. Never throws for what a message says.
public final class AddressRewriter {
    /// Octets of a field, above which it passes unread.
    public static final int FIELD_LIMIT = 1024 * 1024;

    /// Decides about one address.
    public interface Rule {
        /// @param sender it stands in a field of senders: From, Sender, Reply-To; otherwise in one of recipients
        /// @return what is to stand there instead; null to leave it
        @Nullable Mailbox replace(Mailbox address, boolean sender);
    }

    /// Takes what comes out, in pieces.
    public interface Sink {
        void write(byte[] octets, int from, int length);
    }

    private enum State {
        /// At the beginning of a line.
        LINE,
        /// A CR came first: the empty line behind the header, if LF follows.
        EMPTY,
        /// Within the name of a field.
        NAME,
        /// Within a field that is held.
        HELD,
        /// Within one that is not.
        PASSING,
        /// No header any more.
        BODY
    }

    private static final int LONGEST_NAME = "resent-reply-to".length();

    private final Rule rule;
    private final Sink sink;
    private State state = State.LINE;
    private byte[] held = new byte[512];
    private int length;
    private int nameEnd;
    private int colon;
    private boolean afterCr;
    private boolean fields;
    private int replaced;

    public AddressRewriter(Rule rule, Sink sink) {
        this.rule = rule;
        this.sink = sink;
    }

    /// Addresses replaced so far.
    public int replaced() {
        return replaced;
    }

    /// Takes content as it arrives, in any pieces.
    public void feed(byte[] octets, int from, int count) {
        int at = from;
        int end = from + count;
        while (at < end && state != State.BODY) {
            at = state == State.PASSING ? pass(octets, at, end) : take(octets, at);
        }
        if (at < end) {
            sink.write(octets, at, end - at);
        }
    }

    /// There is no more.
    public void finish() {
        flush();
        state = State.BODY;
    }

    /// Passes what belongs to the present field and is not held.
    /// @return where the next line begins, or the end
    private int pass(byte[] octets, int from, int end) {
        for (int at = from; at < end; at++) {
            if (octets[at] == '\n' && afterCr) {
                sink.write(octets, from, at + 1 - from);
                afterCr = false;
                state = State.LINE;
                return at + 1;
            }
            afterCr = octets[at] == '\r';
        }
        sink.write(octets, from, end - from);
        return end;
    }

    private int take(byte[] octets, int at) {
        byte octet = octets[at];
        switch (state) {
            case LINE -> line(octet);
            case EMPTY -> {
                // Whatever follows a CR here, HeaderScanner sees the header's end too.
                hold(octet);
                body();
            }
            case NAME -> name(octet);
            case HELD -> {
                hold(octet);
                if (octet == '\n' && afterCr) {
                    state = State.LINE;
                }
                afterCr = octet == '\r';
            }
            case PASSING, BODY -> throw new IllegalStateException("passes by itself");
        }
        return at + 1;
    }

    private void line(byte octet) {
        boolean folded = (octet == ' ' || octet == '\t') && fields;
        if (folded && length > 0) {
            hold(octet);
            state = State.HELD;
        } else if (folded) {
            passing(octet);
        } else {
            flush();
            hold(octet);
            nameEnd = 0;
            colon = 0;
            if (octet == '\r') {
                state = State.EMPTY;
            } else if (octet <= ' ' || octet == 127 || octet == ':') {
                body();
            } else {
                fields = true;
                state = State.NAME;
            }
        }
        afterCr = false;
    }

    private void name(byte octet) {
        hold(octet);
        if (state != State.NAME) {
            return;
        }
        if (octet == ':') {
            colon = length - 1;
            nameEnd = nameEnd == 0 ? colon : nameEnd;
            if (wanted() == null) {
                colon = 0;
                flush();
                state = State.PASSING;
            } else {
                state = State.HELD;
            }
        } else if (octet == ' ' || octet == '\t') {
            // RFC 5322 §4.5.8: old messages have white space before the colon.
            nameEnd = nameEnd == 0 ? length - 1 : nameEnd;
        } else if (octet <= ' ' || octet == 127 || nameEnd > 0) {
            body();
        }
    }

    private void passing(byte octet) {
        sink.write(new byte[] {octet}, 0, 1);
        state = State.PASSING;
    }

    private void body() {
        sink.write(held, 0, length);
        length = 0;
        state = State.BODY;
    }

    private void hold(byte octet) {
        if (length == FIELD_LIMIT) {
            sink.write(held, 0, length);
            length = 0;
            passing(octet);
            return;
        }
        if (length == held.length) {
            held = Arrays.copyOf(held, Math.min(FIELD_LIMIT, length * 2));
        }
        held[length++] = octet;
    }

    /// Lets the held field go, with its addresses replaced.
    private void flush() {
        if (length == 0) {
            return;
        }
        Boolean sender = colon > 0 ? wanted() : null;
        if (sender == null) {
            sink.write(held, 0, length);
        } else {
            AddressEdits edits = new AddressEdits(held, colon + 1, length);
            edits.find(address -> rule.replace(address, sender));
            edits.write(held, length, sink);
            replaced += edits.count();
        }
        length = 0;
        held = held.length > 64 * 1024 ? new byte[512] : held;
    }

    /// Whether the held field is one of senders or of recipients; null if it is neither.
    private @Nullable Boolean wanted() {
        if (nameEnd > LONGEST_NAME) {
            return null;
        }
        String name = new String(held, 0, nameEnd, java.nio.charset.StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
        return switch (name) {
            case "from", "sender", "reply-to", "resent-from", "resent-sender", "resent-reply-to" -> true;
            case "to", "cc", "resent-to", "resent-cc" -> false;
            default -> null;
        };
    }
}
