// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Encoded words in unstructured fields: {@code =?utf-8?q?Gr=C3=BC=C3=9Fe?=}. RFC 2047.
public final class EncodedWords {
    private EncodedWords() {}

    /// The text for people to read. What is no encoded word stays as it is; control characters that come out of one become {@code ?}.
    public static String decode(String text) {
        StringBuilder decoded = new StringBuilder(text.length());
        int at = 0;
        boolean afterWord = false;
        while (at < text.length()) {
            int start = text.indexOf("=?", at);
            int[] marks = start < 0 ? null : marks(text, start);
            if (marks == null) {
                int end = start < 0 ? text.length() : start + 2;
                decoded.append(text, at, end);
                at = end;
                afterWord = false;
                continue;
            }
            String between = text.substring(at, start);
            // RFC 2047 §6.2: white space between two encoded words is none.
            decoded.append(afterWord && between.isBlank() ? "" : between);
            decoded.append(word(text, start, marks));
            at = marks[2] + 2;
            afterWord = true;
        }
        return decoded.toString();
    }

    /// Where the question marks are behind the charset, behind the encoding and at the end; null if this is no encoded word.
    private static int @org.jspecify.annotations.Nullable [] marks(String text, int start) {
        int charset = text.indexOf('?', start + 2);
        int encoding = charset < 0 ? -1 : text.indexOf('?', charset + 1);
        int end = encoding != charset + 2 ? -1 : text.indexOf("?=", encoding + 1);
        if (end < 0 || "bBqQ".indexOf(text.charAt(charset + 1)) < 0 || text.substring(start, end).indexOf(' ') >= 0) {
            return null;
        }
        return new int[] {charset, encoding, end};
    }

    private static String word(String text, int start, int[] marks) {
        String whole = text.substring(start, marks[2] + 2);
        String encoded = text.substring(marks[1] + 1, marks[2]);
        // RFC 2231 §5: a language may follow the charset.
        String charset = text.substring(start + 2, marks[0]).split("\\*", 2)[0];
        try {
            boolean base64 = "bB".indexOf(text.charAt(marks[0] + 1)) >= 0;
            byte[] octets = base64 ? Base64.getDecoder().decode(encoded) : q(encoded);
            StringBuilder harmless = new StringBuilder();
            new String(octets, Charset.forName(charset)).codePoints().forEach(c -> harmless.appendCodePoint(Character.isISOControl(c) ? '?' : c));
            return harmless.toString();
        } catch (IllegalArgumentException e) {
            return whole;
        }
    }

    private static byte[] q(String encoded) {
        ByteArrayOutputStream spaced = new ByteArrayOutputStream(encoded.length());
        for (byte octet : encoded.getBytes(StandardCharsets.UTF_8)) {
            spaced.write(octet == '_' ? ' ' : octet);
        }
        return QuotedPrintable.decode(spaced.toByteArray());
    }
}
