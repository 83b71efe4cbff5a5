// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.io.IOException;
import java.io.OutputStream;
import org.isthmus.syntax.Octets;

/// Writes content behind DATA: stuffs dots and marks the end. RFC 5321 §4.1.1.4 and §4.5.2. The counterpart of {@link DataReader}, and as strict: a bare CR, a bare LF
/// or a NUL never leaves it. Content may be handed over in any pieces. Neither flushes nor closes {@code out}.
public final class DataWriter {
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] END = {'.', '\r', '\n'};

    private final OutputStream out;
    private boolean lineStart = true;
    private boolean afterCr;

    public DataWriter(OutputStream out) {
        this.out = out;
    }

    /// @throws UnsendableContent at a bare CR, bare LF or NUL; the octets before it have been written, so the connection must be closed
    public void write(byte[] b, int off, int len) throws IOException {
        int end = off + len;
        int at = off;
        if (afterCr && at < end) {
            if (b[at] != '\n') {
                throw new UnsendableContent(Violation.BARE_CR);
            }
            out.write(CRLF, 0, 2);
            at++;
            afterCr = false;
            lineStart = true;
        }
        int from = at;
        while (at < end) {
            if (lineStart && b[at] == '.') {
                // The run so far goes out with its own dot at the end; the next run begins with that dot again.
                put(b, from, at + 1);
                from = at;
            }
            lineStart = false;
            at = Octets.nextSpecial(b, at, end);
            if (at == end) {
                break;
            }
            if (b[at] != '\r') {
                put(b, from, at);
                throw new UnsendableContent(b[at] == '\n' ? Violation.BARE_LF : Violation.NUL);
            }
            if (at + 1 == end) {
                put(b, from, at);
                afterCr = true;
                return;
            }
            if (b[at + 1] != '\n') {
                put(b, from, at);
                throw new UnsendableContent(Violation.BARE_CR);
            }
            at += 2;
            lineStart = true;
        }
        put(b, from, at);
    }

    /// Ends the last line if it has no end, and the data.
    /// @throws UnsendableContent if the content ended with a CR
    public void finish() throws IOException {
        if (afterCr) {
            throw new UnsendableContent(Violation.BARE_CR);
        }
        if (!lineStart) {
            out.write(CRLF, 0, 2);
            lineStart = true;
        }
        out.write(END, 0, 3);
    }

    private void put(byte[] b, int from, int to) throws IOException {
        if (to > from) {
            out.write(b, from, to - from);
        }
    }
}
