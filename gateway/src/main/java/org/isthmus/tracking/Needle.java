// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import static java.nio.charset.StandardCharsets.US_ASCII;

/// A quick look through many octets for a text, without regard to the case of ASCII letters: Horspool's algorithm. It only narrows down: a line in which it finds nothing
/// cannot hold the text, and one in which it does is looked at properly.
final class Needle {
    private static final int OCTETS = 256;

    private final byte[] folded;
    private final int[] skip = new int[OCTETS];

    /// @param text in ASCII, at least one character
    Needle(String text) {
        folded = text.getBytes(US_ASCII);
        for (int i = 0; i < folded.length; i++) {
            folded[i] = fold(folded[i]);
        }
        java.util.Arrays.fill(skip, folded.length);
        for (int i = 0; i < folded.length - 1; i++) {
            skip[folded[i] & 0xFF] = folded.length - 1 - i;
            skip[Character.toUpperCase((char) folded[i]) & 0xFF] = folded.length - 1 - i;
        }
    }

    /// For any text: its longest piece that stands in a line as it is, whatever JSON does to the rest.
    /// @return a needle of a line feed, which every line has, if there is no such piece
    static Needle within(String text) {
        String longest = "";
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || !plain(text.charAt(i))) {
                longest = i - start > longest.length() ? text.substring(start, i) : longest;
                start = i + 1;
            }
        }
        return new Needle(longest.isEmpty() ? "\n" : longest);
    }

    /// @return where it begins; -1 if it is nowhere from {@code from} to before {@code to}
    int find(byte[] bytes, int from, int to) {
        int last = folded.length - 1;
        byte end = folded[last];
        int at = from;
        while (at + last < to) {
            byte there = bytes[at + last];
            if (fold(there) == end && matches(bytes, at, last)) {
                return at;
            }
            at += skip[there & 0xFF];
        }
        return -1;
    }

    private boolean matches(byte[] bytes, int at, int length) {
        for (int i = 0; i < length; i++) {
            if (fold(bytes[at + i]) != folded[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean plain(char c) {
        return c >= ' ' && c < 127 && c != '"' && c != '\\';
    }

    private static byte fold(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? (byte) (octet | 0x20) : octet;
    }
}
