// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.isthmus.syntax.Characters;
import org.isthmus.syntax.SyntaxProblem;

/// The encoding of parameter values that may hold anything printable. RFC 3461 §4.
public final class Xtext {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private Xtext() {}

    /// Every character that may not stand for itself becomes {@code +HH}; those outside US-ASCII as their UTF-8 octets.
    public static String encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length() + 8);
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            if (isPlain((char) (octet & 0xFF))) {
                encoded.append((char) octet);
            } else {
                encoded.append('+');
                HEX.toHexDigits(encoded, octet);
            }
        }
        return encoded.toString();
    }

    /// Strict, but for small letters in the hexadecimal digits.
    /// @throws SyntaxProblem for what is no xtext, and for octets that are no UTF-8
    public static String decode(String xtext) throws SyntaxProblem {
        ByteBuffer octets = ByteBuffer.allocate(xtext.length());
        for (int i = 0; i < xtext.length(); i++) {
            char c = xtext.charAt(i);
            if (isPlain(c)) {
                octets.put((byte) c);
            } else if (c == '+' && i + 2 < xtext.length() && HexFormat.isHexDigit(xtext.charAt(i + 1)) && HexFormat.isHexDigit(xtext.charAt(i + 2))) {
                octets.put((byte) HexFormat.fromHexDigits(xtext, i + 1, i + 3));
                i += 2;
            } else {
                throw new SyntaxProblem("not xtext", i);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(octets.flip()).toString();
        } catch (CharacterCodingException e) {
            throw new SyntaxProblem("not xtext of UTF-8", 0);
        }
    }

    private static boolean isPlain(char c) {
        return Characters.visible(c) && c != '+' && c != '=';
    }
}
