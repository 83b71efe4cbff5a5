// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.tracking.Harmless;
import org.isthmus.tracking.Trace;
import tools.jackson.databind.JsonNode;

/// How the tour speaks: a heading for each message and under it lines of a word and what there is to say.
final class TourText {
    private static final int WIDTH = 116;
    private static final String LINE = "   %-9s  %s";
    private static final String MORE = " ".repeat(14);

    private final PrintStream out;
    private final Path folder;
    private final Set<String> told = new HashSet<>();

    /// @param folder of the configuration; places in its files are shown without it
    TourText(PrintStream out, Path folder) {
        this.out = out;
        this.folder = folder;
    }

    void heading(int number, String title) {
        told.clear();
        out.println();
        out.println(number + ". " + title);
    }

    /// A line, folded at blanks where it is long.
    void line(String word, String text) {
        String rest = Harmless.text(text.replace(folder + "/", ""));
        String label = word;
        while (MORE.length() + rest.length() > WIDTH) {
            int blank = rest.lastIndexOf(' ', WIDTH - MORE.length());
            if (rest.substring(0, Math.max(0, blank)).isBlank()) {
                break;
            }
            out.println(LINE.formatted(label, rest.substring(0, blank)));
            rest = "  " + rest.substring(blank + 1);
            label = "";
        }
        out.println(LINE.formatted(label, rest));
    }

    /// Somebody's text, line by line as it is.
    void quote(String word, List<String> lines) {
        String label = word;
        for (String line : lines) {
            out.println(LINE.formatted(label, "| " + Harmless.text(line)).stripTrailing());
            label = "";
        }
    }

    /// Why it went as it did: the rules that decided, with their places; each once for a message.
    void why(Trace trace) {
        List<String> reasons = new ArrayList<>();
        for (JsonNode event : trace.events()) {
            reasons(event, reasons);
            event.path("recipients").values().forEach(recipient -> reasons(recipient, reasons));
        }
        String word = "because";
        for (String reason : reasons) {
            if (told.add(reason)) {
                line(word, reason);
                word = "";
            }
        }
    }

    private static void reasons(JsonNode holder, List<String> reasons) {
        for (JsonNode step : holder.path("steps").values()) {
            String at = step.path("at").asString("");
            String stage = step.path("stage").asString("");
            // What class an address has follows from the rules above and below it.
            if (stage.equals("class")) {
                continue;
            }
            reasons.add("%-9s  ".formatted(stage) + step.path("rule").asString("") + (at.isEmpty() ? "" : " (" + at + ")") + ": "
                    + step.path("outcome").asString(""));
        }
    }
}
