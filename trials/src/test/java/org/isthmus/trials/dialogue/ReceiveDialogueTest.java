// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.trials.world.NetworkFaults;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.slf4j.LoggerFactory;

/// Every dialogue of `dialogues/receive`, with a session in memory.
class ReceiveDialogueTest {
    private static final Path FOLDER = Path.of("src/test/dialogues/receive");
    private static final Logger SESSION = (Logger) LoggerFactory.getLogger("org.isthmus.receive.Session");

    /// One dialogue makes the session fail on purpose; its stack trace, once for every run, would hide everything else.
    @BeforeAll
    static void becomeSilent() {
        SESSION.setLevel(Level.OFF);
    }

    @AfterAll
    static void becomeLoud() {
        SESSION.setLevel(null);
    }

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
        return all().stream().filter(dialogue -> !dialogue.secures()).map(dialogue -> DynamicTest.dynamicTest(dialogue.name(), () -> MemoryRun.run(dialogue)));
    }

    @TestFactory
    Stream<DynamicTest> overASocket() throws IOException {
        LivePlatform live = LivePlatform.open();
        return all().stream().filter(dialogue -> !dialogue.waits())
                .map(dialogue -> DynamicTest.dynamicTest(dialogue.name(), () -> SocketRun.run(dialogue, live.platform())))
                .onClose(live::close);
    }

    @TestFactory
    Stream<DynamicTest> overASimulatedNetwork() throws IOException {
        return all().stream().map(dialogue -> DynamicTest.dynamicTest(dialogue.name(), () -> {
            for (long seed = 1; seed <= 3; seed++) {
                World world = new World(seed);
                SimulatedHost host = world.host("mx1", "192.0.2.25");
                // Packets fall apart and come late, but they come.
                world.network().faults(NetworkFaults.CALM);
                world.run(() -> SocketRun.run(dialogue, host.platform()));
            }
        }));
    }

    @TestFactory
    Stream<DynamicTest> cutAnywhere() throws IOException {
        return all().stream().filter(SplitRun::possible).map(dialogue -> DynamicTest.dynamicTest(dialogue.name(), () -> {
            SplitRun.run(dialogue, 0, 1);
            SplitRun.run(dialogue, 0, 1_000_000);
            for (long seed = 1; seed <= 20; seed++) {
                SplitRun.run(dialogue, seed, seed < 10 ? 4 : 300);
            }
        }));
    }

    @Test
    void everyFileSaysWhatItShows() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            assertThat(files.filter(file -> file.toString().endsWith(".smtp"))).allSatisfy(file -> assertThat(Files.readString(file)).startsWith("# ").contains("RFC "));
        }
    }
}
