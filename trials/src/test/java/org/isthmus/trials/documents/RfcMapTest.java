// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Keeps docs/rfc-map.md as the citations in the sources are. {@code -Disthmus.regenerate=true} writes it.
class RfcMapTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "rfc-map.md");

    @Test
    void theDocumentIsAsTheSourcesAre() throws IOException {
        String expected = document(Sources.read(), Standards.read());
        if (Boolean.getBoolean("isthmus.regenerate")) {
            Files.writeString(DOCUMENT, expected);
        }
        assertThat(Files.exists(DOCUMENT) ? Files.readString(DOCUMENT) : "")
                .as("docs/rfc-map.md is stale; mvn -am -pl trials test -Dtest=RfcMapTest -Dsurefire.failIfNoSpecifiedTests=false -Disthmus.regenerate=true writes it anew").isEqualTo(expected);
    }

    private static String document(Sources sources, Standards standards) {
        StringBuilder text = new StringBuilder("""
                # From RFC to code

                Made from the citations in the sources; a test keeps it true. What is done of each RFC, and why not the rest, stands in [reference/standards.md](reference/standards.md).

                *Decided in* names the classes that cite the place, below `org.isthmus`; a name without a class is a package. *Tried in* names tests, and dialogues below `trials/src/test/dialogues`, which have a `/`
                in their names. A place without a section is the RFC as a whole.
                """);
        SortedMap<Integer, SortedSet<Citation>> byRfc = new TreeMap<>();
        sources.all().forEach(citation -> byRfc.computeIfAbsent(citation.rfc(), none -> new TreeSet<>()).add(citation));
        byRfc.forEach((rfc, citations) -> {
            text.append("\n## RFC ").append(rfc).append(standards.of(rfc).map(row -> ": " + row.subject()).orElse("")).append("\n\n| place | decided in | tried in |\n|---|---|---|\n");
            for (Citation citation : citations) {
                text.append("| ").append(place(citation)).append(" | ").append(names(sources.code(), citation)).append(" | ").append(names(sources.tests(), citation)).append(" |\n");
            }
        });
        return text.toString();
    }

    private static String place(Citation citation) {
        boolean appendix = !citation.section().isEmpty() && !Character.isDigit(citation.section().charAt(0));
        return citation.section().isEmpty() ? "" : appendix ? "Appendix " + citation.section() : "§" + citation.section();
    }

    private static String names(Map<Citation, SortedSet<String>> places, Citation citation) {
        return String.join(", ", places.getOrDefault(citation, new TreeSet<>()).stream().map(name -> "`" + name + "`").toList());
    }

    @Test
    void readsTheFormsInUse() {
        assertThat(Citation.in("RFC 5321 §4.1.4: no; RFC 3461 §4.2, §5.2.1 and RFC 3463 and 2034 (codes). RFC 5321 Appendix F.2.\n    /// RFC\n")).containsExactly(
                new Citation(5321, "4.1.4"), new Citation(3461, "4.2"), new Citation(3461, "5.2.1"), new Citation(3463, ""), new Citation(2034, ""), new Citation(5321, "F.2"));
    }

    @Test
    void readsOverTheEndOfALine() {
        assertThat(Citation.in("    /// what RFC 5321\n    /// §4.5.3.2 and\n    /// §7.3 say, RFC 1047")).containsExactly(new Citation(5321, "4.5.3.2"), new Citation(5321, "7.3"), new Citation(1047, ""));
    }

    @Test
    void takesNoOtherNumberForAnRfc() {
        assertThat(Citation.in("(RFC 5737, 4096 octets), RFC 5321, 2026-11-24")).contains(new Citation(5321, "")).doesNotContain(new Citation(2026, ""));
    }

    @Test
    void sectionsStandAsInATableOfContents() {
        assertThat(new TreeSet<>(List.of(new Citation(5321, "F.2"), new Citation(5321, "4.10"), new Citation(5321, "4.9.1"), new Citation(5321, ""), new Citation(822, "3")))).containsExactly(
                new Citation(822, "3"), new Citation(5321, ""), new Citation(5321, "4.9.1"), new Citation(5321, "4.10"), new Citation(5321, "F.2"));
    }
}
