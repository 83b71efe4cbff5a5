// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.isthmus.transit.SourceLine;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Runs {@code bad-configurations.txt}: texts with mistakes, and word for word what the operator is told.
class BadConfigurationTest {

    @TestFactory
    Stream<DynamicTest> everyMistakeIsToldWithItsLine() throws IOException {
        return cases().stream().map(one -> DynamicTest.dynamicTest(one.text(), () -> {
            String host = one.text().contains("hostname") ? "\n" : "\nconnector.hostname = mx1.example.com\n";
            Loaded loaded = ConfigLoader.parse(one.text() + host);
            assertThat(loaded.problems().stream().map(BadConfigurationTest::line).toList()).isEqualTo(one.expected());
            assertThat(loaded.settings().isPresent()).isEqualTo(one.expected().stream().noneMatch(line -> line.contains(" error ") && !line.contains(" error LP")));
        }));
    }

    private static String line(Problem problem) {
        SourceLine at = problem.at();
        String fix = problem.fix();
        return "=> " + (at == null ? 0 : at.line()) + " " + problem.severity().name().toLowerCase(Locale.ROOT) + " " + problem.id() + " " + problem.message()
                + (fix == null ? "" : " | " + fix);
    }

    private record Case(String text, List<String> expected) {}

    private static List<Case> cases() throws IOException {
        List<Case> cases = new ArrayList<>();
        for (String block : resource().split("\n\n")) {
            List<String> text = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            block.lines().filter(line -> !line.startsWith("# ")).forEach(line -> (line.startsWith("=> ") ? expected : text).add(line));
            expected.remove("=> nothing");
            if (!text.isEmpty()) {
                cases.add(new Case(String.join("\n", text), expected));
            }
        }
        assertThat(cases).hasSizeGreaterThan(100);
        return cases;
    }

    private static String resource() throws IOException {
        try (InputStream in = BadConfigurationTest.class.getResourceAsStream("bad-configurations.txt")) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
