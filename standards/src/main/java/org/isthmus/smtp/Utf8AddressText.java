// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.util.HexFormat;
import org.isthmus.syntax.SyntaxProblem;

/// The address type {@code utf-8} in ORCPT and in delivery status notifications. RFC 6533 §3: what may not stand for itself
/// becomes {@code \x{HEX}}, in the seven-bit form everything outside US-ASCII too.
public final class Utf8AddressText {
    private Utf8AddressText() {}

    /// {@code utf-8-addr-xtext}: US-ASCII alone, for peers without SMTPUTF8 and for message/delivery-status.
    public static String sevenBit(String address) {
        return encode(address, true);
    }

    /// {@code utf-8-addr-unitext}: for peers with SMTPUTF8 and for message/global-delivery-status.
    public static String eightBit(String address) {
        return encode(address, false);
    }

    private static String encode(String address, boolean sevenBit) {
        StringBuilder encoded = new StringBuilder(address.length() + 16);
        address.codePoints().forEach(c -> {
            if (isPlain(c) || (c > 127 && !sevenBit && !Character.isISOControl(c))) {
                encoded.appendCodePoint(c);
            } else {
                String hex = Integer.toHexString(c).toUpperCase(java.util.Locale.ROOT);
                encoded.append("\\x{").append(hex.length() < 2 ? "0" : "").append(hex).append('}');
            }
        });
        return encoded.toString();
    }

    /// Reads both forms.
    /// @throws SyntaxProblem for characters that should have been encoded, and for escapes of what is no character
    public static String decode(String text) throws SyntaxProblem {
        StringBuilder decoded = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\\') {
                int end = text.indexOf('}', at);
                decoded.appendCodePoint(codePoint(text, at, end));
                at = end + 1;
            } else if (isPlain(c) || (c > 127 && !Character.isISOControl(c))) {
                decoded.append(c);
                at++;
            } else {
                throw new SyntaxProblem("character not allowed in a utf-8 address", at);
            }
        }
        return decoded.toString();
    }

    private static int codePoint(String text, int at, int end) throws SyntaxProblem {
        int digits = end - at - 3;
        // RFC 6533 §3 HEXPOINT: two to six digits.
        if (end < 0 || digits < 2 || digits > 6 || !text.startsWith("\\x{", at)) {
            throw new SyntaxProblem("not a \\x{HEX} escape", at);
        }
        for (int i = at + 3; i < end; i++) {
            if (!HexFormat.isHexDigit(text.charAt(i))) {
                throw new SyntaxProblem("not a \\x{HEX} escape", at);
            }
        }
        int value = HexFormat.fromHexDigits(text, at + 3, end);
        if (!Character.isValidCodePoint(value) || (value >= 0xD800 && value <= 0xDFFF)) {
            throw new SyntaxProblem("\\x{HEX} is no character", at);
        }
        return value;
    }

    /// RFC 6533 §3 QCHAR.
    private static boolean isPlain(int c) {
        return c > 32 && c < 127 && c != '+' && c != '=' && c != '\\';
    }
}
