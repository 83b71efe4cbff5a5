// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// RFC 2045 §6.7, for text: CRLF stays a line end.
public final class QuotedPrintable {
    private static final int LINE_LIMIT = 76;
    private static final String DIGITS = "0123456789ABCDEF";

    private QuotedPrintable() {}

    /// US-ASCII lines of at most 76 characters, whatever comes in; a bare CR, LF or NUL is encoded.
    public static byte[] encode(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + content.length / 4);
        int column = 0;
        for (int i = 0; i < content.length; i++) {
            if (isLineEnd(content, i)) {
                out.write('\r');
                out.write('\n');
                column = 0;
                i++;
                continue;
            }
            boolean plain = isPlain(content, i);
            boolean last = i + 1 == content.length || isLineEnd(content, i + 1);
            int room = LINE_LIMIT - (last ? 0 : 1);
            if (column + (plain ? 1 : 3) > room) {
                out.writeBytes(new byte[] {'=', '\r', '\n'});
                column = 0;
            }
            if (plain) {
                out.write(content[i]);
                column++;
            } else {
                out.write('=');
                out.write(DIGITS.charAt(content[i] >> 4 & 15));
                out.write(DIGITS.charAt(content[i] & 15));
                column += 3;
            }
        }
        return out.toByteArray();
    }

    private static boolean isLineEnd(byte[] content, int i) {
        return content[i] == '\r' && i + 1 < content.length && content[i + 1] == '\n';
    }

    private static boolean isPlain(byte[] content, int i) {
        byte octet = content[i];
        if (octet == ' ' || octet == '\t') {
            // White space at the end of a line would be lost on the way.
            return i + 1 < content.length && !isLineEnd(content, i + 1);
        }
        return octet > ' ' && octet < 127 && octet != '=';
    }

    /// Tolerant: what is no encoding stays as it is. RFC 2045 §6.7 leaves that to the reader.
    public static byte[] decode(byte[] encoded) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(encoded.length);
        for (int i = 0; i < encoded.length; i++) {
            if (encoded[i] != '=') {
                out.write(encoded[i]);
                continue;
            }
            int soft = softBreak(encoded, i);
            if (soft > 0) {
                i = soft - 1;
            } else if (i + 2 < encoded.length && digit(encoded[i + 1]) >= 0 && digit(encoded[i + 2]) >= 0) {
                out.write(digit(encoded[i + 1]) << 4 | digit(encoded[i + 2]));
                i += 2;
            } else {
                out.write('=');
            }
        }
        return out.toByteArray();
    }

    /// Where the text goes on behind a soft line break, white space that came in on the way included; 0 if this is none.
    private static int softBreak(byte[] encoded, int at) {
        int i = at + 1;
        while (i < encoded.length && i < at + LINE_LIMIT && (encoded[i] == ' ' || encoded[i] == '\t' || encoded[i] == '\r')) {
            i++;
        }
        return i == encoded.length ? i : encoded[i] == '\n' ? i + 1 : 0;
    }

    private static int digit(byte octet) {
        return octet < 0 ? -1 : Character.digit((char) octet, 16);
    }

    /// For tests and logs: the encoded form of a text.
    public static String encode(String text) {
        return new String(encode(text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.US_ASCII);
    }
}
