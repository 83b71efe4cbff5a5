// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dkim;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The hash of a body as it streams by, in constant memory. RFC 6376 §3.4.3, §3.4.4, §3.7. Lines end with CRLF.
public final class BodyHash {
    private final Canonical form;
    private final MessageDigest digest;
    private final byte[] out = new byte[4096];
    private int held;
    private long emptyLines;
    private boolean lineHasText;
    private boolean blank;
    private boolean cr;
    private boolean any;

    public BodyHash(Canonical form) {
        this.form = form;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// The next octets of the body.
    public void feed(byte[] b, int from, int length) {
        for (int i = from; i < from + length; i++) {
            octet(b[i]);
        }
    }

    private void octet(byte c) {
        if (cr) {
            cr = false;
            if (c == '\n') {
                endLine();
                return;
            }
            text((byte) '\r');
        }
        if (c == '\r') {
            cr = true;
        } else {
            text(c);
        }
    }

    private void text(byte c) {
        if (form == Canonical.RELAXED && (c == ' ' || c == '\t')) {
            blank = true;
            return;
        }
        flushEmptyLines();
        if (blank) {
            put((byte) ' ');
            blank = false;
        }
        put(c);
        lineHasText = true;
    }

    private void endLine() {
        // White space at the end of a line goes; a line of nothing else is an empty one.
        blank = false;
        if (lineHasText) {
            put((byte) '\r');
            put((byte) '\n');
            lineHasText = false;
        } else {
            emptyLines++;
        }
    }

    /// Empty lines count only when something stands behind them.
    private void flushEmptyLines() {
        for (; emptyLines > 0; emptyLines--) {
            put((byte) '\r');
            put((byte) '\n');
        }
    }

    private void put(byte c) {
        if (held == out.length) {
            digest.update(out, 0, held);
            held = 0;
        }
        out[held++] = c;
        any = true;
    }

    /// The hash. A last line without its end gets one; an empty body is one CRLF in the simple form and nothing in the relaxed one.
    public byte[] finish() {
        if (cr) {
            cr = false;
            text((byte) '\r');
        }
        if (lineHasText || (!any && form == Canonical.SIMPLE)) {
            put((byte) '\r');
            put((byte) '\n');
        }
        digest.update(out, 0, held);
        return digest.digest();
    }
}
