// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every link between the documents leads to a file, and to a heading in it.
class LinksTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]*)(?:#([^)]*))?\\)");

    private static List<Path> documents() throws IOException {
        try (Stream<Path> top = Files.list(ROOT); Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(top, docs).filter(file -> file.toString().endsWith(".md")).sorted().toList();
        }
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        List<String> dead = new ArrayList<>();
        int links = 0;
        for (Path document : documents()) {
            Matcher link = LINK.matcher(Files.readString(document));
            while (link.find()) {
                links++;
                Path target = link.group(1).isEmpty() ? document : document.resolveSibling(link.group(1)).normalize();
                if (!Files.exists(target) || link.group(2) != null && !headings(target).contains(link.group(2))) {
                    dead.add(document + ": " + link.group());
                }
            }
        }
        assertThat(dead).isEmpty();
        assertThat(links).isGreaterThan(30);
    }

    /// As anchors.
    private static List<String> headings(Path document) throws IOException {
        return Files.readAllLines(document).stream().filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 _-]", "").replace(' ', '-')).toList();
    }
}
