// SPDX-License-Identifier: Apache-2.0
package org.isthmus.registry;

import java.util.List;

/// What one value of the old connector is here.
///
/// @param words what it did and what that is now, for the line of comment
/// @param lines of configuration; none where the value has no counterpart, or says what is so anyway
record Meaning(String words, List<String> lines) {
    Meaning {
        lines = List.copyOf(lines);
    }

    static Meaning of(String words, String line) {
        return new Meaning(words, List.of(line));
    }

    static Meaning none(String words) {
        return new Meaning(words, List.of());
    }

    boolean isSetting() {
        return !lines.isEmpty();
    }
}
