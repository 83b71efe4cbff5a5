// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every dialogue of `dialogues/receive`, with a session in memory.
class ReceiveDialogueTest {
    private static final Path FOLDER = Path.of("src/test/dialogues/receive");

    static List<Dialogue> all() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".smtp")).sorted().map(ReceiveDialogueTest::read).toList();
        }
    }

    private static Dialogue read(Path file) {
        try {
            return DialogueReader.read(file.getFileName().toString().replace(".smtp", ""), Files.readString(file));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @TestFactory
    Stream<DynamicTest> inMemory() throws IOException {
        return all().stream().map(dialogue -> DynamicTest.dynamicTest(dialogue.name(), () -> MemoryRun.run(dialogue)));
    }

    @Test
    void everyFileSaysWhatItShows() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            assertThat(files.filter(file -> file.toString().endsWith(".smtp"))).allSatisfy(file -> assertThat(Files.readString(file)).startsWith("# ").contains("RFC "));
        }
    }
}
