// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The tables of docs/reference/interoperability.md, each between two marks: what a run has seen must be what stands there. {@code -Disthmus.regenerate=true} writes it.
final class Interoperability {
    private static final Path DOCUMENT = Path.of("..", "docs", "reference", "interoperability.md");

    private Interoperability() {}

    /// Compares a table with the document, or puts it there.
    ///
    /// @param section the name in its marks: {@code <!-- NAME -->} and {@code <!-- end of NAME -->}
    static void check(String section, List<String> columns, List<List<String>> rows) throws IOException {
        String seen = table(columns, rows);
        String document = Files.readString(DOCUMENT);
        String begin = "<!-- " + section + " -->\n";
        String end = "<!-- end of " + section + " -->";
        int from = document.indexOf(begin);
        int to = document.indexOf(end);
        assertThat(from >= 0 && to > from).as(DOCUMENT + " has the marks of " + section).isTrue();
        if (Boolean.getBoolean("isthmus.regenerate")) {
            Files.writeString(DOCUMENT, document.substring(0, from) + begin + seen + document.substring(to));
            return;
        }
        assertThat(document.substring(from + begin.length(), to)).as(DOCUMENT + " is stale; the same run with -Disthmus.regenerate=true writes it anew").isEqualTo(seen);
    }

    private static String table(List<String> columns, List<List<String>> rows) {
        StringBuilder text = new StringBuilder("\n");
        line(text, columns);
        line(text, columns.stream().map(column -> "---").toList());
        rows.forEach(row -> line(text, row));
        return text.append('\n').toString();
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
