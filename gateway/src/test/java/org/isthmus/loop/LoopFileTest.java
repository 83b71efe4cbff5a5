// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.isthmus.loop.Sighting.Certainty;
import org.isthmus.tracking.MemoryDisk;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.SourceLine;
import org.junit.jupiter.api.Test;

class LoopFileTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final LoopEvidence EVIDENCE = new LoopEvidence("L4", "back\tagain \\ with\nlines", new SourceLine("/etc/isthmus.conf", 12),
            List.of("example.org MX 10 mx1 (300 s, 192.0.2.53)", "", "tab\there"),
            List.of(LoopEvidence.Node.of("mx1.example.com"), new LoopEvidence.Node("store", true, NOW)));
    private static final SeenLoop LOOP = new SeenLoop(7, "example.org", "L4", RecipientClass.REMOTE, Certainty.PROVED, 12, NOW, NOW.plusSeconds(60), "mx:example.org",
            List.of("bob@example.org"), List.of(new QueueId(12345)), EVIDENCE);
    private static final SeenLoop BARE = new SeenLoop(8, "example.net", "L2", RecipientClass.DANGLING, Certainty.TOLD, 1, NOW, NOW, null, List.of(), List.of(),
            new LoopEvidence("L2", "", null, List.of()));
    private static final Circuit CIRCUIT = new Circuit(new Scope("example.org", "mx:example.org", null), Circuit.State.OPEN, NOW, "L4", "it circles", null, null);
    private static final Circuit OF_ONE = new Circuit(new Scope("example.org", null, "bob@example.org"), Circuit.State.HALF_OPEN, NOW, "L4", "it circles", null, null);

    private final MemoryDisk disk = new MemoryDisk();
    private final LoopFile file = new LoopFile(disk, Path.of("/data"));

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        LoopFile.Memory memory = new LoopFile.Memory(List.of(LOOP, BARE), List.of(CIRCUIT, OF_ONE));
        file.write(memory);
        assertThat(file.read()).isEqualTo(memory);
        file.write(new LoopFile.Memory(List.of(), List.of(OF_ONE)));
        assertThat(file.read()).isEqualTo(new LoopFile.Memory(List.of(), List.of(OF_ONE)));
    }

    @Test
    void nothingIsKnownBeforeTheFirstLoop() throws IOException {
        assertThat(file.read()).isEqualTo(new LoopFile.Memory(List.of(), List.of()));
    }

    @Test
    void linesThatCannotBeReadArePassedOver() throws IOException {
        String good = LoopFile.text(new LoopFile.Memory(List.of(LOOP), List.of(CIRCUIT)));
        disk.put(Path.of("/data/loops"), good + "seen\tx\ny\ncircuit\nseen" + "\ta".repeat(20) + "\n" + good.substring(good.indexOf("seen"), good.length() - 20));
        assertThat(file.read().circuits()).containsExactly(CIRCUIT);
        assertThat(file.read().loops()).contains(LOOP);
    }

    @Test
    void aFileOfAnotherFormIsPassedOver() throws IOException {
        disk.put(Path.of("/data/loops"), "isthmus loops 9\nseen\t1\n");
        assertThat(file.read().loops()).isEmpty();
    }
}
