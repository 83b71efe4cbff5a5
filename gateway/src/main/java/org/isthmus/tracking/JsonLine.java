// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// Writes JSON as UTF-8 bytes, without anything in between: it runs for every message. Values that are null are left out with their name, as are empty lists.
///
/// What comes out is one line whatever goes in: control characters, C1 ones too, are escaped, so that the file may be shown on a terminal; halves of surrogate
/// pairs become U+FFFD; a text is cut behind {@value #LONGEST} characters, because peers and clients say what they like.
final class JsonLine {
    /// The most characters of one text.
    static final int LONGEST = 4000;

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private byte[] bytes = new byte[1024];
    private int length;

    JsonLine open() {
        return open('{');
    }

    JsonLine close() {
        return put('}');
    }

    JsonLine openList(String name) {
        return name(name).open('[');
    }

    JsonLine closeList() {
        return put(']');
    }

    JsonLine openObject(String name) {
        return name(name).open('{');
    }

    JsonLine newLine() {
        return put('\n');
    }

    JsonLine field(String name, @Nullable String value) {
        return value == null ? this : name(name).text(value);
    }

    /// What the value prints as.
    JsonLine printed(String name, @Nullable Object value) {
        return value == null ? this : name(name).text(value.toString());
    }

    JsonLine field(String name, long value) {
        return name(name).number(value);
    }

    JsonLine field(String name, boolean value) {
        return name(name).ascii(value ? "true" : "false");
    }

    /// Seconds with milliseconds.
    JsonLine field(String name, Duration value) {
        name(name);
        if (value.isNegative()) {
            put('-');
        }
        long millis = Math.abs(value.toMillis());
        digits(millis / 1000, 1);
        put('.');
        return digits(millis % 1000, 3);
    }

    /// In UTC with microseconds, always of the same width.
    JsonLine field(String name, @Nullable Instant value) {
        if (value == null) {
            return this;
        }
        LocalDateTime time = LocalDateTime.ofEpochSecond(value.getEpochSecond(), value.getNano(), ZoneOffset.UTC);
        name(name);
        reserve(40);
        put('"').digits(time.getYear(), 4).put('-').digits(time.getMonthValue(), 2).put('-').digits(time.getDayOfMonth(), 2).put('T');
        digits(time.getHour(), 2).put(':').digits(time.getMinute(), 2).put(':').digits(time.getSecond(), 2).put('.');
        return digits(time.getNano() / 1000, 6).put('Z').put('"');
    }

    JsonLine field(String name, InetSocketAddress value) {
        InetAddress address = value.getAddress();
        if (address == null) {
            return field(name, value.getHostString() + ":" + value.getPort());
        }
        String host = address.getHostAddress();
        return field(name, host.indexOf(':') < 0 ? host + ":" + value.getPort() : "[" + host + "]:" + value.getPort());
    }

    /// Left out if empty.
    JsonLine field(String name, Collection<String> values) {
        if (values.isEmpty()) {
            return this;
        }
        openList(name);
        for (String value : values) {
            element(value);
        }
        return closeList();
    }

    JsonLine element(String value) {
        return comma().text(value);
    }

    JsonLine element(long value) {
        return comma().number(value);
    }

    /// What was written so far; another object may follow.
    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private JsonLine open(char bracket) {
        return comma().put(bracket);
    }

    private JsonLine name(String name) {
        comma();
        int count = name.length();
        reserve(count + 3);
        byte[] to = bytes;
        int at = length;
        to[at++] = '"';
        for (int i = 0; i < count; i++) {
            to[at++] = (byte) name.charAt(i);
        }
        to[at++] = '"';
        to[at++] = ':';
        length = at;
        return this;
    }

    /// A comma unless this is the first in its list or object, or the value of a name. No value ends with one of these bytes.
    private JsonLine comma() {
        byte last = length == 0 ? (byte) '\n' : bytes[length - 1];
        return last == '{' || last == '[' || last == ':' || last == '\n' ? this : put(',');
    }

    private JsonLine number(long value) {
        return value < 0 ? ascii(Long.toString(value)) : digits(value, 1);
    }

    private JsonLine digits(long value, int least) {
        int count = 1;
        for (long rest = value / 10; rest != 0; rest /= 10) {
            count++;
        }
        count = Math.max(count, least);
        reserve(count);
        for (int i = count - 1; i >= 0; i--) {
            bytes[length + i] = (byte) ('0' + value % 10);
            value /= 10;
        }
        length += count;
        return this;
    }

    private JsonLine ascii(String text) {
        reserve(text.length());
        for (int i = 0; i < text.length(); i++) {
            bytes[length++] = (byte) text.charAt(i);
        }
        return this;
    }

    private JsonLine text(String text) {
        int end = Math.min(text.length(), LONGEST);
        // Six bytes are the most that one char takes, as an escape.
        reserve(end * 6 + 8);
        bytes[length++] = '"';
        for (int i = plain(text, end); i < end; i++) {
            char c = text.charAt(i);
            if (isPlain(c)) {
                bytes[length++] = (byte) c;
            } else if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                supplementary(Character.toCodePoint(c, text.charAt(++i)));
            } else {
                special(c);
            }
        }
        if (end < text.length()) {
            special('…');
        }
        bytes[length++] = '"';
        return this;
    }

    /// Writes what stands in a line as it is; most texts are nothing else.
    /// @return how many characters that were
    private int plain(String text, int end) {
        byte[] to = bytes;
        int at = length;
        int i = 0;
        while (i < end && isPlain(text.charAt(i))) {
            to[at++] = (byte) text.charAt(i++);
        }
        length = at;
        return i;
    }

    private static boolean isPlain(char c) {
        return c >= ' ' && c < 127 && c != '"' && c != '\\';
    }

    private void special(char c) {
        if (c == '"' || c == '\\') {
            bytes[length++] = '\\';
            bytes[length++] = (byte) c;
        } else if (c < ' ' || (c >= 127 && c < 160) || c == '\u2028' || c == '\u2029') {
            bytes[length++] = '\\';
            bytes[length++] = 'u';
            for (int shift = 12; shift >= 0; shift -= 4) {
                bytes[length++] = (byte) HEX[c >> shift & 15];
            }
        } else if (c < 0x800) {
            bytes[length++] = (byte) (0xC0 | c >> 6);
            bytes[length++] = (byte) (0x80 | c & 0x3F);
        } else {
            char shown = Character.isSurrogate(c) ? '\uFFFD' : c;
            bytes[length++] = (byte) (0xE0 | shown >> 12);
            bytes[length++] = (byte) (0x80 | shown >> 6 & 0x3F);
            bytes[length++] = (byte) (0x80 | shown & 0x3F);
        }
    }

    private void supplementary(int point) {
        bytes[length++] = (byte) (0xF0 | point >> 18);
        bytes[length++] = (byte) (0x80 | point >> 12 & 0x3F);
        bytes[length++] = (byte) (0x80 | point >> 6 & 0x3F);
        bytes[length++] = (byte) (0x80 | point & 0x3F);
    }

    private JsonLine put(char c) {
        reserve(1);
        bytes[length++] = (byte) c;
        return this;
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
