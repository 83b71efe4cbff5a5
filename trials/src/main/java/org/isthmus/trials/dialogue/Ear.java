// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.util.List;
import org.isthmus.trials.dialogue.Dialogue.Mismatch;

/// Compares what was heard with what a dialogue expects.
final class Ear {
    private final Dialogue dialogue;
    private List<String> last = List.of();

    Ear(Dialogue dialogue) {
        this.dialogue = dialogue;
    }

    void hear(Line.Hear expected, List<String> reply) {
        last = reply;
        String first = reply.getFirst();
        // "250-" asks for several lines; without it one line or several will do.
        String pattern = expected.pattern().replaceFirst("^(\\d\\d\\d-) ", "$1");
        String shown = expected.pattern().matches("\\d\\d\\d-.*") ? first : first.substring(0, 3) + " " + first.substring(4);
        if (!Glob.fits(pattern, shown)) {
            throw new Mismatch(dialogue, expected.number(), "expected " + expected.pattern() + " but heard " + String.join(" / ", reply));
        }
    }

    void also(Line.Also expected) {
        if (last.stream().noneMatch(line -> Glob.fits(expected.pattern(), line.substring(0, 3) + " " + line.substring(4)))) {
            throw new Mismatch(dialogue, expected.number(), "no line " + expected.pattern() + " in " + String.join(" / ", last));
        }
    }

    void never(Line.Never expected) {
        if (last.stream().anyMatch(line -> Glob.fits(expected.pattern(), line.substring(0, 3) + " " + line.substring(4)))) {
            throw new Mismatch(dialogue, expected.number(), "a line " + expected.pattern() + " in " + String.join(" / ", last));
        }
    }
}
