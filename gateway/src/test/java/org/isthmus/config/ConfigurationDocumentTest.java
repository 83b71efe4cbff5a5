// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Keeps docs/configuration.md and docs/isthmus.conf.sample as the program is. {@code -Disthmus.regenerate=true} writes them.
class ConfigurationDocumentTest {

    @Test
    void theDocumentIsAsTheProgramIs() throws IOException {
        compare("configuration.md", ConfigurationDocument.markdown(resource("configuration-frame.md")));
    }

    @Test
    void theSampleIsAsTheProgramIs() throws IOException {
        compare("isthmus.conf.sample", ConfigurationDocument.sample());
    }

    @Test
    void theSampleLoadsWithoutAWord() {
        assertThat(ConfigLoader.parse(ConfigurationDocument.sample()).problems()).isEmpty();
    }

    @Test
    void theDefaultsInTheSampleAreTheDefaults() {
        String sample = ConfigurationDocument.sample();
        String written = sample.replaceAll("(?m)^( *)#([a-z])", "$1$2");
        assertThat(written).isNotEqualTo(sample);
        assertThat(withoutPlaces(ConfigLoader.parse(written).orThrow())).isEqualTo(withoutPlaces(ConfigLoader.parse(sample).orThrow()));
    }

    @Test
    void theExamplesInTheSampleAreGood() {
        String written = ConfigurationDocument.sample().replaceAll("(?m)^( *)# like ", "$1");
        List<String> errors = ConfigLoader.parse(written).problems().stream().filter(Problem::isError).map(Problem::text).toList();
        assertThat(errors).isEmpty();
    }

    @Test
    void everyKeyThatIsReadIsDocumentedAndNoOther() {
        Set<String> documented = new HashSet<>();
        for (ConfigurationDocument.Part part : ConfigurationDocument.parts()) {
            part.keys().forEach(key -> documented.add(part.path().isEmpty() ? key.name() : part.path() + "." + key.name()));
        }
        Set<String> read = Keys.all().stream()
                .map(key -> key.replace(".NAME.", "."))
                .filter(key -> !key.startsWith("next-hops.login.") && !key.contains("DisableLoopback") && !Set.of("queue.priority", "delivery.concurrency", "delivery.timeouts", "loop.pair-rate", "loop.breaker",
                        "checks.dnsbl", "checks.dnsbl.lists", "limits.rate", "limits.rate.client", "limits.rate.network", "limits.rate.sender", "limits.rate.user", "limits.rate.listener", "limits.pressure").contains(key))
                .collect(Collectors.toCollection(HashSet::new));
        documented.removeIf(key -> key.startsWith("queue.priority."));
        assertThat(documented).isEqualTo(read);
    }

    @Test
    void everyFindingThatIsToldIsExplained() throws IOException {
        Set<String> told = new HashSet<>();
        Matcher lines = Pattern.compile("(?m)^=> \\d+ \\w+ (\\S+) ").matcher(resource("bad-configurations.txt"));
        while (lines.find()) {
            told.add(lines.group(1));
        }
        assertThat(told).hasSizeGreaterThan(10);
        String document = resource("configuration-frame.md");
        assertThat(told).allSatisfy(id -> assertThat(document).contains("| `" + id + "` |"));
    }

    /// What a setting is, without where it stands.
    private static String withoutPlaces(Settings settings) {
        return settings.at(java.util.Map.of()).toString().replaceAll("isthmus\\.conf(:\\d+)?|null", "").replaceAll("recipients=\\[[^]]*]", "");
    }

    private static void compare(String name, String expected) throws IOException {
        Path file = Path.of("..", "docs", name);
        if (Boolean.getBoolean("isthmus.regenerate")) {
            Files.writeString(file, expected);
        }
        String found = Files.exists(file) ? Files.readString(file) : "";
        assertThat(found)
                .as("docs/%s is stale; mvn -pl standards,gateway -am test -Dtest=ConfigurationDocumentTest -Dsurefire.failIfNoSpecifiedTests=false -Disthmus.regenerate=true writes it anew", name)
                .isEqualTo(expected);
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = ConfigurationDocumentTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
