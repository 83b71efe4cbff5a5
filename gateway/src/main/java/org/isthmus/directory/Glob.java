// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

/// A shell-style pattern: {@code *} any run, {@code ?} any character, {@code [a-z]} one of a set, {@code [!a-z]} one outside it, backslash takes the
/// next character as it is. The time is at most the product of the two lengths, whatever the pattern: after a mismatch only the last star moves.
public final class Glob {
    private Glob() {}

    /// @param pattern and {@code text} are compared as they are; who wants no case folds both
    public static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int mark = 0;
        while (t < text.length()) {
            int next = p < pattern.length() && pattern.charAt(p) != '*' ? one(pattern, p, text.charAt(t)) : -1;
            if (next >= 0) {
                p = next;
                t++;
            } else if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                mark = t;
            } else if (star >= 0) {
                p = star + 1;
                t = ++mark;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /// Compares one character with what stands at {@code p}; gives the position behind it, or -1.
    private static int one(String pattern, int p, char c) {
        char first = pattern.charAt(p);
        if (first == '?') {
            return p + 1;
        }
        if (first == '\\' && p + 1 < pattern.length()) {
            return pattern.charAt(p + 1) == c ? p + 2 : -1;
        }
        int end = first == '[' ? setEnd(pattern, p) : -1;
        if (end < 0) {
            return first == c ? p + 1 : -1;
        }
        boolean negated = pattern.charAt(p + 1) == '!' || pattern.charAt(p + 1) == '^';
        return inSet(pattern, p + (negated ? 2 : 1), end, c) != negated ? end + 1 : -1;
    }

    /// Where the set ends; a bracket at its first place belongs to it. -1 if it has no end, and then the bracket is an ordinary character.
    private static int setEnd(String pattern, int p) {
        int first = p + 1 < pattern.length() && (pattern.charAt(p + 1) == '!' || pattern.charAt(p + 1) == '^') ? p + 2 : p + 1;
        return pattern.indexOf(']', first + 1);
    }

    private static boolean inSet(String pattern, int from, int to, char c) {
        for (int i = from; i < to; i++) {
            if (i + 2 < to && pattern.charAt(i + 1) == '-') {
                if (pattern.charAt(i) <= c && c <= pattern.charAt(i + 2)) {
                    return true;
                }
                i += 2;
            } else if (pattern.charAt(i) == c) {
                return true;
            }
        }
        return false;
    }
}
