// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

/// What content must not hold, unless it was announced as BINARYMIME. RFC 5321 §2.3.8 and §4.1.1.4: only CRLF ends a line; servers that see it
/// otherwise can be made to read one message as two.
public enum Violation {
    BARE_CR("a carriage return that is not followed by a line feed"),
    BARE_LF("a line feed that does not follow a carriage return"),
    NUL("a NUL character");

    private final String text;

    Violation(String text) {
        this.text = text;
    }

    /// In words that complete "the message holds".
    public String text() {
        return text;
    }
}
