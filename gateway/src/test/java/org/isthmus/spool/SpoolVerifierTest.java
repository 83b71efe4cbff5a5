// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.isthmus.platform.Platform;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.tracking.FactSink;
import org.isthmus.tracking.Facts;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SpoolVerifierTest {
    private static final Path FOLDER = Path.of("/spool");
    private static final JournalSpool.Options OPTIONS = new JournalSpool.Options(64 * 1024, Duration.ZERO, 4096, 0);

    private final LivePlatform live = LivePlatform.open();
    private final MemoryDisk disk = new MemoryDisk();

    /// What stands where in the segments: from byte to what it is.
    private final Map<Path, TreeMap<Integer, Area>> areas = new TreeMap<>();

    /// @param ids of the messages that it speaks of
    private record Area(int to, Set<Long> ids) {}

    private static JournalSpool open(MemoryDisk disk, LivePlatform live) throws IOException {
        Platform platform = live.platform();
        return JournalSpool.open(disk, platform.time(), platform.entropy(), platform.threads(), FOLDER, message -> {}, FactSink.NONE, Facts::encode, OPTIONS);
    }

    @BeforeAll
    void fill() throws IOException {
        try (JournalSpool spool = open(disk, live)) {
            List<QueuedMessage> messages = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                messages.add(SpoolContract.commit(spool, 1 + i % 3, Samples.content(i == 7 || i == 20 ? 9000 : 37 * i, i)));
            }
            for (int i = 0; i < 40; i += 2) {
                spool.settle(messages.get(i).id(), Samples.settling(Samples.deferred(0, 1, SpoolContract.LATER)));
            }
            for (int i = 0; i < 40; i += 3) {
                QueueId id = messages.get(i).id();
                spool.settle(id, new Spool.Settling(List.of(Samples.delivered(0)), List.of(Samples.recipient("more")), List.of(Samples.report(id, "so it went")), List.of()));
            }
        }
        for (Reconstruction.Found file : found(disk).files()) {
            chart(file);
        }
    }

    @AfterAll
    void end() {
        live.close();
    }

    private static Reconstruction found(MemoryDisk disk) throws IOException {
        return Reconstruction.of(disk, FOLDER.resolve("journal"), (sequence, facts) -> {});
    }

    private void chart(Reconstruction.Found file) throws IOException {
        TreeMap<Integer, Area> chart = new TreeMap<>();
        chart.put(0, new Area(SegmentHeader.SIZE, Set.of()));
        chart.put(SegmentHeader.SECOND, new Area(SegmentHeader.SECOND + SegmentHeader.SIZE, Set.of()));
        int end = new SegmentScanner(file.file(), file.header().life(), (int) file.size()).scan(new SegmentScanner.Visitor() {
            @Override
            public void record(RecordHeader header, int at, byte[] bytes, int payloadAt) throws IOException {
                chart.put(at, new Area(at + RecordHeader.SIZE + header.length(), ids(Blocks.of(bytes, payloadAt, header.length()))));
            }

            @Override
            public void hole(SegmentScanner.Hole hole) {
                throw new IllegalStateException(hole.toString());
            }
        });
        chart.put(end, new Area(end + RecordHeader.SIZE, Set.of()));
        areas.put(file.path(), chart);
    }

    private static Set<Long> ids(List<Block> blocks) throws Damaged {
        Set<Long> ids = new HashSet<>();
        for (Block block : blocks) {
            switch (block.kind()) {
                case MESSAGE, DELTA, STATES -> ids.add(block.head().u64());
                case FACTS, GONE, ABORT -> {}
            }
        }
        return ids;
    }

    @Test
    void aSoundSpoolHasNoFindings() throws IOException {
        SpoolVerifier.Result result = SpoolVerifier.verify(disk, FOLDER);
        assertThat(result.findings()).isEmpty();
        assertThat(result.records()).isGreaterThan(70);
        assertThat(result.messages()).isEqualTo(found(disk).index().size()).isGreaterThan(40);
    }

    @Test
    void aRunningSpoolHasNoFindings() throws IOException, InterruptedException {
        MemoryDisk busy = new MemoryDisk();
        try (JournalSpool spool = open(busy, live)) {
            boolean[] over = {false};
            var writer = live.platform().threads().start("writer", () -> {
                while (!over[0]) {
                    try {
                        QueuedMessage message = SpoolContract.commit(spool, 1, Samples.content(3000, 1));
                        spool.settle(message.id(), Samples.settling(Samples.delivered(0)));
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
            for (int i = 0; i < 100; i++) {
                assertThat(SpoolVerifier.verify(busy, FOLDER).findings()).isEmpty();
            }
            over[0] = true;
            writer.join();
        }
    }

    @Test
    void everyWrongBitIsFound() throws IOException {
        MemoryDisk bent = disk.copy();
        Random random = new Random(4);
        int flips = 0;
        for (Map.Entry<Path, TreeMap<Integer, Area>> one : areas.entrySet()) {
            for (Map.Entry<Integer, Area> area : one.getValue().entrySet()) {
                List<Long> bits = new ArrayList<>();
                // Every bit of some headers, and some bits of everything.
                for (long bit = area.getKey() * 8L; area.getKey() % 3 == 0 && bit < Math.min(area.getKey() + 40, area.getValue().to()) * 8L; bit++) {
                    bits.add(bit);
                }
                for (int i = 0; i < 50; i++) {
                    bits.add(area.getKey() * 8L + random.nextLong((area.getValue().to() - area.getKey()) * 8L));
                }
                for (long bit : bits) {
                    bent.flip(one.getKey(), bit);
                    assertThat(SpoolVerifier.verify(bent, FOLDER).findings()).as(one.getKey() + " bit " + bit).isNotEmpty();
                    bent.flip(one.getKey(), bit);
                    flips++;
                }
            }
        }
        System.out.println("spool: bits flipped " + flips);
        assertThat(flips).isGreaterThan(10_000);
    }

    @Test
    void everyWrongBitOfAContentFileIsFound() throws IOException {
        List<Path> contents = disk.files().stream().filter(path -> path.startsWith(FOLDER.resolve("content"))).toList();
        assertThat(contents).isNotEmpty();
        Random random = new Random(5);
        for (Path content : contents) {
            for (int i = 0; i < 50; i++) {
                MemoryDisk bent = disk.copy();
                bent.flip(content, random.nextLong(bent.bytes(content).length * 8L));
                assertThat(SpoolVerifier.verify(bent, FOLDER).findings()).hasSize(1).first()
                        .satisfies(finding -> assertThat(finding.place()).isEqualTo("content/" + content.getFileName()));
            }
        }
    }

    @Test
    void aMissingAndALongContentFileAreFound() throws IOException {
        Path content = disk.files().stream().filter(path -> path.startsWith(FOLDER.resolve("content"))).findFirst().orElseThrow();
        MemoryDisk missing = disk.copy();
        missing.delete(content);
        assertThat(SpoolVerifier.verify(missing, FOLDER).findings()).singleElement().satisfies(finding -> assertThat(finding.problem()).contains("missing"));
        MemoryDisk longer = disk.copy();
        longer.open(content).write(java.nio.ByteBuffer.allocate(1), longer.bytes(content).length);
        assertThat(SpoolVerifier.verify(longer, FOLDER).findings()).singleElement().satisfies(finding -> assertThat(finding.problem()).contains("1 octets too many"));
    }

    /// A recovery from a wrong bit loses nothing but what the bit hit, and says so.
    @Test
    void onlyWhatAWrongBitHitsIsSetAside() throws IOException {
        Map<Long, QueuedMessage> before = messages(disk.copy(), new ArrayList<>());
        Random random = new Random(6);
        List<Path> paths = List.copyOf(areas.keySet());
        for (int i = 0; i < 2000; i++) {
            Path path = paths.get(random.nextInt(paths.size()));
            List<Integer> starts = List.copyOf(areas.get(path).keySet());
            int start = starts.get(random.nextInt(starts.size()));
            Area area = areas.get(path).get(start);
            long bit = start * 8L + random.nextLong((area.to() - start) * 8L);
            MemoryDisk bent = disk.copy();
            bent.flip(path, bit);
            List<String> damaged = new ArrayList<>();
            Map<Long, QueuedMessage> after = messages(bent, damaged);
            Map<Long, QueuedMessage> unhurt = new HashMap<>(before);
            unhurt.keySet().removeAll(area.ids());
            for (Map.Entry<Long, QueuedMessage> one : unhurt.entrySet()) {
                assertThat(after.get(one.getKey())).as(path + " bit " + bit).isEqualTo(one.getValue());
            }
            if (!area.ids().isEmpty()) {
                assertThat(damaged).as(path + " bit " + bit).hasSize(1);
                assertThat(bent.files()).anyMatch(file -> file.startsWith(FOLDER.resolve("quarantine")) && file.toString().endsWith(".txt"));
            }
        }
    }

    private static Map<Long, QueuedMessage> messages(MemoryDisk disk, List<String> damaged) throws IOException {
        Recovery recovery = Recovery.of(disk, FOLDER.resolve("journal"), FOLDER.resolve("content"), new Quarantine(disk, FOLDER.resolve("quarantine")), FactSink.NONE);
        damaged.addAll(recovery.summary().damaged());
        JournalReader reader = new JournalReader(disk, recovery.found().index(), FOLDER.resolve("content"));
        Map<Long, QueuedMessage> messages = new HashMap<>();
        for (Entry entry : recovery.found().index().entries()) {
            messages.put(entry.id(), reader.message(entry.id()));
        }
        return messages;
    }
}
