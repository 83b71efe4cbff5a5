// SPDX-License-Identifier: Apache-2.0
package org.isthmus.sasl;

import java.text.Normalizer;
import java.util.Optional;

/// The SASLprep profile of stringprep for user names and passwords, as a query: RFC 4013. Two texts that people take for the same become the same.
///
/// Code points are those of the Java version at hand rather than of Unicode 3.2, so that newer letters are not refused; for what Unicode 3.2 has, the result is that of the RFC.
public final class SaslPrep {
    private SaslPrep() {}

    /// Prepares a text.
    /// @return empty if it holds what must not stand in a name or password: control characters, private use, text that runs both ways
    public static Optional<String> prepare(String text) {
        if (isPlain(text)) {
            return Optional.of(text);
        }
        StringBuilder mapped = new StringBuilder(text.length());
        text.codePoints().filter(c -> !isNothing(c)).forEach(c -> mapped.appendCodePoint(isSpace(c) ? ' ' : c));
        // RFC 4013 §2.2
        String normal = Normalizer.normalize(mapped, Normalizer.Form.NFKC);
        boolean good = normal.codePoints().noneMatch(SaslPrep::isProhibited) && isOneWay(normal);
        return good ? Optional.of(normal) : Optional.empty();
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    /// RFC 3454 table B.1.
    private static boolean isNothing(int c) {
        return switch (c) {
            case 0x00AD, 0x034F, 0x1806, 0x180B, 0x180C, 0x180D, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF -> true;
            default -> c >= 0xFE00 && c <= 0xFE0F;
        };
    }

    /// RFC 3454 table C.1.2, but for U+200B, which is mapped to nothing.
    private static boolean isSpace(int c) {
        return switch (c) {
            case 0x00A0, 0x1680, 0x202F, 0x205F, 0x3000 -> true;
            default -> c >= 0x2000 && c <= 0x200A;
        };
    }

    /// RFC 4013 §2.3.
    private static boolean isProhibited(int c) {
        boolean tags = c == 0xE0001 || (c >= 0xE0020 && c <= 0xE007F);
        boolean display = c == 0x0340 || c == 0x0341 || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x206A && c <= 0x206F);
        boolean plainText = c >= 0xFFF9 && c <= 0xFFFD;
        boolean description = c >= 0x2FF0 && c <= 0x2FFB;
        boolean nonCharacter = (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
        return tags || display || plainText || description || nonCharacter || isWrongType(c);
    }

    private static boolean isWrongType(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.PRIVATE_USE, Character.SURROGATE, Character.UNASSIGNED, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> c == 0x06DD || c == 0x070F || c == 0x180E || (c >= 0x2061 && c <= 0x2063) || (c >= 0x1D173 && c <= 0x1D17A);
        };
    }

    /// RFC 3454 §6.
    private static boolean isOneWay(String text) {
        boolean right = text.codePoints().anyMatch(SaslPrep::isRightToLeft);
        if (!right) {
            return true;
        }
        boolean left = text.codePoints().anyMatch(c -> Character.getDirectionality(c) == Character.DIRECTIONALITY_LEFT_TO_RIGHT);
        return !left && isRightToLeft(text.codePointAt(0)) && isRightToLeft(text.codePointBefore(text.length()));
    }

    private static boolean isRightToLeft(int c) {
        byte way = Character.getDirectionality(c);
        return way == Character.DIRECTIONALITY_RIGHT_TO_LEFT || way == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }
}
