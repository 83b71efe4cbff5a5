// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import org.isthmus.syntax.Octets;
import org.jspecify.annotations.Nullable;

/// The line rules of {@link DataReader} for content that came by BDAT and is not BINARYMIME: chunks have no end mark, but lines still end with CRLF alone.
///
/// RFC 3030 §2 cuts content into chunks anywhere, so a CRLF may lie across two of them; and it does not ask for CRLF at the very end. A last line without
/// one is therefore no violation: the content is kept as it came, and {@link DataWriter} completes the line where it must be sent by DATA.
public final class LineCheck {
    private boolean afterCr;
    private @Nullable Violation violation;

    /// At the start of a message.
    public LineCheck() {}

    /// Takes octets as they arrive.
    public void feed(byte[] b, int off, int len) {
        int end = off + len;
        int at = off;
        while (at < end && violation == null) {
            if (afterCr) {
                afterCr = false;
                if (b[at] != '\n') {
                    violation = Violation.BARE_CR;
                    return;
                }
                at++;
            }
            at = Octets.nextSpecial(b, at, end);
            if (at < end) {
                if (b[at] == '\r') {
                    afterCr = true;
                } else {
                    violation = b[at] == '\n' ? Violation.BARE_LF : Violation.NUL;
                }
                at++;
            }
        }
    }

    /// There is no more: a CR that still waits for its LF is a bare one.
    public void finish() {
        if (afterCr && violation == null) {
            violation = Violation.BARE_CR;
        }
    }

    /// The first violation so far.
    public @Nullable Violation violation() {
        return violation;
    }
}
