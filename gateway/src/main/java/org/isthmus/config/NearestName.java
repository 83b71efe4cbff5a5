// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// "Did you mean": the name that takes the fewest keystrokes to get to. Inserting, dropping, changing a letter and swapping two neighbours count one each.
public final class NearestName {
    private NearestName() {}

    /// The nearest of the names, if one is near enough to be meant: at most a third of its letters differ. Case does not count.
    public static Optional<String> of(String written, Collection<String> names) {
        String text = written.toLowerCase(Locale.ROOT);
        String best = null;
        int least = Integer.MAX_VALUE;
        for (String name : names) {
            int distance = distance(text, name.toLowerCase(Locale.ROOT));
            int allowed = Math.max(1, Math.max(text.length(), name.length()) / 3);
            boolean nearer = distance < least || (distance == least && best != null && name.compareTo(best) < 0);
            if (distance <= allowed && nearer) {
                best = name;
                least = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    /// A sentence to be appended to a message: {@code ; did you mean "retry"?}, or nothing.
    public static String hint(String written, Collection<String> names) {
        return of(written, names).map(name -> "; did you mean \"" + name + "\"?").orElse("");
    }

    /// Edit distance with swaps of neighbours (Damerau-Levenshtein, optimal string alignment). Texts of more than 200 characters are infinitely far apart.
    static int distance(String one, String other) {
        if (one.length() > 200 || other.length() > 200) {
            return one.equals(other) ? 0 : Integer.MAX_VALUE;
        }
        int[] beforeLast = new int[other.length() + 1];
        int[] last = new int[other.length() + 1];
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] free = beforeLast;
            beforeLast = last;
            last = row;
            row = free;
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                boolean same = one.charAt(i - 1) == other.charAt(j - 1);
                row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && one.charAt(i - 1) == other.charAt(j - 2) && one.charAt(i - 2) == other.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
        }
        return row[other.length()];
    }
}
