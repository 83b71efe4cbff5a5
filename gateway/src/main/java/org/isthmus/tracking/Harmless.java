// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

/// Texts of strangers for the eyes of people: what they write goes to terminals and log files, and may hold what moves a cursor, ends a line or turns the direction of reading.
public final class Harmless {
    private Harmless() {}

    /// The same text with every control character, line separator, direction mark and half of a pair shown as an escape. Most texts come back as they are.
    public static String text(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (harmful(text, i)) {
                return escaped(text);
            }
        }
        return text;
    }

    /// In double quotes, with those inside escaped.
    public static String quoted(String text) {
        return "\"" + text(text).replace("\"", "\\\"") + "\"";
    }

    /// As it is where it is one harmless word, else in quotes.
    public static String word(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ' || c == '"' || c == '=' || harmful(text, i)) {
                return quoted(text);
            }
        }
        return text.isEmpty() ? "\"\"" : text;
    }

    private static String escaped(String text) {
        StringBuilder shown = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\r') {
                shown.append("\\r");
            } else if (c == '\n') {
                shown.append("\\n");
            } else if (harmful(text, i)) {
                shown.append(String.format("\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }

    private static boolean harmful(String text, int i) {
        char c = text.charAt(i);
        if (c >= ' ' && c < 127) {
            return false;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            case Character.SURROGATE -> Character.isHighSurrogate(c)
                    ? i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))
                    : i == 0 || !Character.isHighSurrogate(text.charAt(i - 1));
            default -> false;
        };
    }
}
