// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

/// A pattern in which {@code *} stands for anything and all else for itself.
final class Glob {
    private Glob() {}

    static boolean fits(String pattern, String text) {
        String[] parts = pattern.split("\\*", -1);
        if (parts.length == 1) {
            return pattern.equals(text);
        }
        if (!text.startsWith(parts[0]) || !text.endsWith(parts[parts.length - 1])) {
            return false;
        }
        int at = parts[0].length();
        for (int i = 1; i < parts.length - 1; i++) {
            int found = text.indexOf(parts[i], at);
            if (found < 0) {
                return false;
            }
            at = found + parts[i].length();
        }
        return at <= text.length() - parts[parts.length - 1].length();
    }
}
