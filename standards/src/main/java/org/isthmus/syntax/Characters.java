// SPDX-License-Identifier: Apache-2.0
package org.isthmus.syntax;

/// Character classes of RFC 5321 §4.1.2 and RFC 5322 §3.2.3, with the UTF-8 extension of RFC 6531 §3.3.
public final class Characters {
    private static final boolean[] ATEXT = new boolean[128];

    static {
        String atext = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~";
        for (char c : atext.toCharArray()) {
            ATEXT[c] = true;
        }
    }

    private Characters() {}

    /// RFC 5322 §3.2.3 atext; RFC 6531 §3.3 adds everything outside ASCII.
    public static boolean atext(char c) {
        return c < 128 ? ATEXT[c] : !Character.isISOControl(c);
    }

    /// RFC 5321 §4.1.2 Let-dig; RFC 6531 §3.3 adds U-label characters.
    public static boolean letterOrDigit(char c) {
        return c < 128 ? (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || digit(c) : !Character.isISOControl(c);
    }

    public static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    /// Printable US-ASCII without blank. RFC 3461 §4 xchar is this without '+' and '='.
    public static boolean visible(char c) {
        return c > 32 && c < 127;
    }

    /// True if every character is US-ASCII.
    public static boolean ascii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 127) {
                return false;
            }
        }
        return true;
    }
}
