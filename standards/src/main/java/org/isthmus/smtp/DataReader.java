// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.io.IOException;
import java.io.OutputStream;
import org.isthmus.syntax.Octets;
import org.jspecify.annotations.Nullable;

/// Reads what follows DATA: finds the end, takes the stuffed dots out, and notices what must not be there. RFC 5321 §4.1.1.4 and §4.5.2.
///
/// Only {@code CRLF . CRLF} ends the data. A bare CR, bare LF or NUL ends nothing: the first one is remembered as a {@link Violation}, and reading goes on to the
/// true end, so that what a smuggler put behind a false end is read as data and never as commands. The result does not depend on how the octets are cut into pieces.
///
/// | state | what was read | CR | LF | dot | NUL | other |
/// |---|---|---|---|---|---|---|
/// | LINE_START | CRLF, or nothing yet | CR | violation, TEXT | DOT | violation, TEXT | TEXT |
/// | TEXT | within a line | CR | violation, TEXT | TEXT | violation, TEXT | TEXT |
/// | CR | CR | violation, CR | LINE_START | violation, TEXT | violation, TEXT | violation, TEXT |
/// | DOT | CRLF and a dot | DOT_CR | violation, TEXT | TEXT | violation, TEXT | TEXT |
/// | DOT_CR | CRLF, dot and CR | violation, CR | DONE | violation, TEXT | violation, TEXT | violation, TEXT |
public final class DataReader {
    private static final byte[] CRLF = {'\r', '\n'};

    private enum State {
        LINE_START,
        TEXT,
        CR,
        DOT,
        DOT_CR,
        DONE
    }

    private State state = State.LINE_START;
    private @Nullable Violation violation;

    /// Behind the CRLF of a DATA command that was answered 354.
    public DataReader() {}

    /// Takes octets as they arrive.
    ///
    /// @param out gets the content; nothing more once there is a violation. If it throws, this reader is of no further use
    /// @return how many octets belonged to the data: all, or those up to and with the end
    public int feed(byte[] buffer, int offset, int length, OutputStream out) throws IOException {
        int end = offset + length;
        int at = offset;
        while (at < end && state != State.DONE) {
            at = switch (state) {
                case LINE_START, TEXT -> lines(buffer, at, end, out);
                case CR -> afterCr(buffer, at, out);
                case DOT -> afterDot(buffer, at);
                case DOT_CR -> afterDotCr(buffer, at);
                case DONE -> at;
            };
        }
        return at - offset;
    }

    /// Whether the end has been read.
    public boolean done() {
        return state == State.DONE;
    }

    /// The first violation so far.
    public @Nullable Violation violation() {
        return violation;
    }

    /// The fast path: whole lines, until a dot at the start of one, or the end of the buffer. Copies them with one call.
    private int lines(byte[] b, int from, int end, OutputStream out) throws IOException {
        int at = from;
        while (at < end) {
            if (state == State.LINE_START && b[at] == '.') {
                write(b, from, at, out);
                state = State.DOT;
                return at + 1;
            }
            state = State.TEXT;
            at = Octets.nextSpecial(b, at, end);
            if (at == end) {
                break;
            }
            if (b[at] != '\r') {
                note(b[at] == '\n' ? Violation.BARE_LF : Violation.NUL);
                at++;
            } else if (at + 1 < end && b[at + 1] == '\n') {
                state = State.LINE_START;
                at += 2;
            } else {
                // The CR is written together with its LF, once that is seen.
                write(b, from, at, out);
                state = State.CR;
                return at + 1;
            }
        }
        write(b, from, at, out);
        return at;
    }

    private int afterCr(byte[] b, int at, OutputStream out) throws IOException {
        if (b[at] == '\n') {
            write(CRLF, 0, 2, out);
            state = State.LINE_START;
            return at + 1;
        }
        note(Violation.BARE_CR);
        if (b[at] == '\r') {
            return at + 1;
        }
        state = State.TEXT;
        return at;
    }

    private int afterDot(byte[] b, int at) {
        if (b[at] == '\r') {
            state = State.DOT_CR;
            return at + 1;
        }
        // RFC 5321 §4.5.2: a dot that does not stand alone is deleted, whatever follows it.
        state = State.TEXT;
        return at;
    }

    private int afterDotCr(byte[] b, int at) {
        if (b[at] == '\n') {
            state = State.DONE;
            return at + 1;
        }
        note(Violation.BARE_CR);
        if (b[at] == '\r') {
            state = State.CR;
            return at + 1;
        }
        state = State.TEXT;
        return at;
    }

    private void note(Violation found) {
        if (violation == null) {
            violation = found;
        }
    }

    private void write(byte[] b, int from, int to, OutputStream out) throws IOException {
        if (violation == null && to > from) {
            out.write(b, from, to - from);
        }
    }
}
