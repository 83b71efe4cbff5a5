// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.util.ArrayList;
import java.util.List;
import org.isthmus.smtp.Reply;

/// What was said that explains an outcome, for people. Bounded, whatever the peer says: a full one keeps its beginning and its newest line.
final class Transcript {
    private static final int MOST_LINES = 20;
    private static final int MOST_CHARACTERS = 300;

    private final List<String> lines = new ArrayList<>();

    void said(String command) {
        add("> " + command);
    }

    void heard(Reply reply) {
        add("< " + reply.text());
    }

    /// A command and the answer that it got.
    void exchange(String command, Reply reply) {
        said(command);
        heard(reply);
    }

    /// Something that happened rather than was said.
    void noted(String what) {
        add("* " + what);
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    private void add(String line) {
        if (lines.size() == MOST_LINES) {
            lines.removeLast();
        }
        lines.add(printable(line));
    }

    /// Peers' texts come from strangers: no control characters, and not too long.
    private static String printable(String text) {
        String cut = text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS - 1) + "…";
        for (int i = 0; i < cut.length(); i++) {
            if (Character.isISOControl(cut.charAt(i))) {
                return cut.replaceAll("\\p{Cntrl}", "?");
            }
        }
        return cut;
    }
}
