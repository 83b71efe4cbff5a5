// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tlsrpt;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// JSON as it is written, one value behind the other. RFC 8259.
final class JsonText {
    private final StringBuilder text = new StringBuilder();

    JsonText open(char bracket) {
        text.append(bracket);
        return this;
    }

    JsonText close(char bracket) {
        text.append(bracket);
        return this;
    }

    /// Before an element of an array.
    JsonText element() {
        comma();
        return this;
    }

    JsonText key(String key) {
        comma();
        quote(key);
        text.append(':');
        return this;
    }

    JsonText text(String key, String value) {
        key(key);
        quote(value);
        return this;
    }

    JsonText textIfAny(String key, @Nullable String value) {
        return value == null ? this : text(key, value);
    }

    JsonText number(String key, long value) {
        key(key);
        text.append(value);
        return this;
    }

    JsonText texts(String key, List<String> values) {
        key(key).open('[');
        for (String value : values) {
            comma();
            quote(value);
        }
        return close(']');
    }

    private void comma() {
        char last = text.charAt(text.length() - 1);
        if (last != '{' && last != '[') {
            text.append(',');
        }
    }

    /// Everything outside printable US-ASCII is escaped: strangers' words may stand in it.
    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
