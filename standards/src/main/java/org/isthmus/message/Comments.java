// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

/// Comments in structured fields. RFC 5322 §3.2.2.
final class Comments {
    private Comments() {}

    /// The text with every comment replaced by a blank. One that does not end reaches to the end of the text; parentheses in quoted strings are none.
    static String remove(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escape = c == '\\' && i + 1 < text.length() && (quoted || depth > 0);
            if (depth == 0 && c == '"') {
                quoted = !quoted;
            }
            if (!quoted && c == '(') {
                depth++;
            }
            if (depth == 0) {
                kept.append(c);
                if (escape) {
                    kept.append(text.charAt(i + 1));
                }
            }
            if (!quoted && c == ')' && depth > 0 && --depth == 0) {
                kept.append(' ');
            }
            i += escape ? 1 : 0;
        }
        return kept.toString();
    }
}
