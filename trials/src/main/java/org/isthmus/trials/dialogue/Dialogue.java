// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.util.List;

/// A dialogue file, read.
///
/// @param name the file's name without its ending
/// @param given what is prepared, a line each, without the word
/// @param lines the conversation
/// @param checks what must be true at the end
public record Dialogue(String name, List<Phrase> given, List<Line> lines, List<Phrase> checks) {
    public Dialogue {
        given = List.copyOf(given);
        lines = List.copyOf(lines);
        checks = List.copyOf(checks);
    }

    /// A line of words.
    public record Phrase(int number, String text) {}

    /// Whether time must pass, which only simulated time does quickly.
    public boolean waits() {
        return lines.stream().anyMatch(Line.Wait.class::isInstance);
    }

    /// Whether it comes under TLS, for which there must be a network.
    public boolean secures() {
        return lines.stream().anyMatch(Line.Secure.class::isInstance);
    }

    /// Something in a dialogue that did not come true.
    public static final class Mismatch extends AssertionError {
        public Mismatch(Dialogue dialogue, int number, String what) {
            super(dialogue.name() + ".smtp:" + number + ": " + what);
        }
    }
}
