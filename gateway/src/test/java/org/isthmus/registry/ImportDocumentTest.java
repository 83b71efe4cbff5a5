// SPDX-License-Identifier: Apache-2.0
package org.isthmus.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Keeps docs/import-registry.md as the program is. {@code -Disthmus.regenerate=true} writes it.
class ImportDocumentTest {
    private static final Map<String, String> KEYS = Map.of(
            KnownValues.PARAMETERS, "...\\MSExchangeIMC\\Parameters",
            KnownValues.EXTENSION, "...\\MSExchangeIMC\\Parameters\\Extension",
            KnownValues.STORE, "...\\MSExchangeIS\\ParametersSystem",
            KnownValues.CONTENT, "...\\MSExchangeIS\\ParametersSystem\\InternetContent");

    @Test
    void theDocumentIsAsTheProgramIs() throws IOException {
        Path file = Path.of("..", "docs", "import-registry.md");
        String expected = frame().replace("@VALUES@\n", tables());
        if (Boolean.getBoolean("isthmus.regenerate")) {
            Files.writeString(file, expected);
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "").as("docs/import-registry.md is stale; this test with -Disthmus.regenerate=true writes it anew").isEqualTo(expected);
    }

    private static String tables() {
        StringBuilder text = new StringBuilder();
        String key = "";
        for (Known known : KnownValues.table()) {
            if (!known.key().equals(key)) {
                key = known.key();
                text.append(text.isEmpty() ? "" : "\n").append("### `").append(KEYS.get(key)).append("`\n\n| value | what it was | what it is here |\n|---|---|---|\n");
            }
            text.append("| `").append(known.name()).append("` | ").append(cell(known.was())).append(" | ").append(cell(known.here())).append(" |\n");
        }
        return text.toString();
    }

    private static String cell(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1).replace("|", "\\|") + ".";
    }

    private static String frame() throws IOException {
        try (InputStream in = ImportDocumentTest.class.getResourceAsStream("import-registry-frame.md")) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
