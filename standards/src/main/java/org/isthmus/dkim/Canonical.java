// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dkim;

import java.util.Locale;

/// How much a message may change on its way without breaking the signature. RFC 6376 §3.4.
public enum Canonical {
    SIMPLE,
    RELAXED;

    /// As the signature writes it.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// A header field in this form, without a line end. RFC 6376 §3.4.1, §3.4.2.
    /// @param body behind the colon, folding included, without the final CRLF
    String field(String name, String body) {
        if (this == SIMPLE) {
            return name + ":" + body;
        }
        StringBuilder text = new StringBuilder(name.length() + body.length());
        text.append(name.strip().toLowerCase(Locale.ROOT)).append(':');
        int start = text.length();
        boolean blank = false;
        for (int i = 0; i < body.length(); i++) {
            char c = body.charAt(i);
            if (c == ' ' || c == '\t') {
                blank = true;
            } else if (c != '\r' && c != '\n') {
                if (blank && text.length() > start) {
                    text.append(' ');
                }
                blank = false;
                text.append(c);
            }
        }
        return text.toString();
    }
}
