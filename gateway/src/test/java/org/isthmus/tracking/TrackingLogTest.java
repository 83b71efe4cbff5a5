// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.config.ByteSize;
import org.isthmus.config.Settings;
import org.isthmus.transit.QueueId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class TrackingLogTest {
    private static final Path DATA = Path.of("/data");
    private static final Path FOLDER = DATA.resolve("tracking");

    private final HandTime time = new HandTime(Samples.MORNING);
    private final List<TrackingLog> open = new ArrayList<>();
    private Settings.Tracking limits = new Settings.Tracking(Duration.ofDays(30), ByteSize.mebibytes(1024));
    private @Nullable Path mailLog;
    private MemoryDisk disk = new MemoryDisk();

    @AfterEach
    void closeAll() {
        open.forEach(TrackingLog::close);
    }

    private TrackingLog log() throws IOException {
        TrackingLog log = TrackingLog.open(DATA, () -> limits, () -> new Settings.Log("info", "text", mailLog), disk, time, new PlainThreads());
        open.add(log);
        return log;
    }

    private static QueueId id(int n) {
        return new QueueId(QueueId.at(Samples.MORNING).value() + n);
    }

    private static byte[] fact(int n) {
        return Facts.encode(Samples.accepted(id(n), "alice@site.example", "<m" + n + "@site.example>", "bob@partner.example"));
    }

    /// A record of two lines.
    private static byte[] pair(int n) {
        return Facts.encode(List.of(Samples.settled(id(n), Samples.MORNING, "bob@partner.example", Samples.delivered()), new Event.Gone(Samples.MORNING, id(n), Duration.ZERO)));
    }

    /// All lines on the disk but the headers of files.
    private List<JsonNode> lines() throws IOException {
        List<JsonNode> all = new ArrayList<>();
        for (String name : DayFiles.list(FOLDER, disk).stream().map(DayFile::name).toList()) {
            for (String line : disk.text(FOLDER.resolve(name)).split("\n")) {
                JsonNode node = Facts.decode(line.getBytes(java.nio.charset.StandardCharsets.UTF_8)).orElseThrow(() -> new AssertionError(name + ": " + line));
                if (!node.path("event").asString().equals("opened")) {
                    all.add(node);
                }
            }
        }
        return all;
    }

    private List<Long> sequences() throws IOException {
        return lines().stream().filter(n -> n.has("seq")).map(n -> n.path("seq").asLong()).toList();
    }

    @Test
    void whatWasAcceptedIsDurableAfterForce() throws Exception {
        TrackingLog log = log();
        assertThat(log.durable()).isZero();
        log.accept(7, fact(1));
        log.accept(9, pair(1));
        log.force();
        assertThat(log.durable()).isEqualTo(9);
        disk = disk.crashed(0, false);
        assertThat(sequences()).containsExactly(7L, 9L, 9L);
        assertThat(lines().getFirst().path("messageId").asString()).isEqualTo("<m1@site.example>");
        assertThat(log().durable()).isEqualTo(9);
    }

    @Test
    void whatTheJournalRepeatsIsWrittenOnce() throws Exception {
        TrackingLog first = log();
        first.accept(1, fact(1));
        first.accept(2, pair(1));
        first.force();
        disk = disk.crashed(0, false);
        TrackingLog second = log();
        second.accept(1, fact(1));
        second.accept(2, pair(1));
        second.accept(3, fact(3));
        second.accept(3, fact(3));
        second.force();
        assertThat(sequences()).containsExactly(1L, 2L, 2L, 3L);
        assertThat(second.counters().accepted()).isEqualTo(1);
    }

    @Test
    void aTailTornAtAnyOctetIsCutAndRepeated() throws Exception {
        TrackingLog log = log();
        log.accept(1, fact(1));
        log.force();
        String name = disk.list(FOLDER).getFirst();
        String before = disk.text(FOLDER.resolve(name));
        log.accept(2, pair(2));
        log.accept(3, fact(3));
        log.force();
        String all = disk.text(FOLDER.resolve(name));
        for (int end = before.length(); end <= all.length(); end += 7) {
            disk = new MemoryDisk();
            disk.put(FOLDER.resolve(name), all.substring(0, end));
            TrackingLog again = log();
            long durable = again.durable();
            assertThat(durable).isBetween(1L, 3L);
            for (long sequence = durable + 1; sequence <= 3; sequence++) {
                again.accept(sequence, sequence == 2 ? pair(2) : fact(3));
            }
            again.force();
            assertThat(sequences()).as("cut at %d", end).containsExactly(1L, 2L, 2L, 3L);
            again.close();
        }
    }

    @Test
    void aHoleLeftByTheDiskEndsTheLog() throws Exception {
        TrackingLog log = log();
        log.accept(1, fact(1));
        log.force();
        Path file = FOLDER.resolve(disk.list(FOLDER).getFirst());
        String good = disk.text(file);
        String later = "{\"seq\":3,\"at\":\"x\"}\n";
        disk = new MemoryDisk();
        disk.put(file, good + "{\"seq\":2," + "\0".repeat(512) + "}\n" + later);
        assertThat(log().durable()).isEqualTo(1);
        assertThat(disk.text(file)).isEqualTo(good);
    }

    @Test
    void aNewDayBeginsANewFileAndDurableIsKnownFromIt() throws Exception {
        TrackingLog log = log();
        log.accept(41, fact(1));
        log.force();
        time.pass(Duration.ofDays(1));
        log.record(Samples.refused(time.now(), "7XK2", "192.0.2.66", "x@y.example"));
        log.force();
        assertThat(disk.list(FOLDER)).containsExactly("2026-11-24.jsonl", "2026-11-25.jsonl");
        assertThat(disk.text(FOLDER.resolve("2026-11-25.jsonl"))).startsWith("{\"seq\":41,\"at\":\"2026-11-25T05:40:01.520000Z\",\"event\":\"opened\",\"format\":1}\n{\"at\":");
        disk.delete(FOLDER.resolve("2026-11-24.jsonl"));
        assertThat(log().durable()).isEqualTo(41);
    }

    @Test
    void aClockThatJumpsBackDoesNotReopenOldDays() throws Exception {
        TrackingLog log = log();
        log.accept(1, fact(1));
        log.force();
        time.now = Samples.MORNING.minus(Duration.ofDays(3));
        log.accept(2, fact(2));
        log.force();
        log.close();
        log().close();
        assertThat(disk.list(FOLDER)).containsExactly("2026-11-24.jsonl");
        assertThat(sequences()).containsExactly(1L, 2L);
    }

    @Test
    void filesHaveABoundedSizeAndTheOldestGoWhenTheRoomIsUsed() throws Exception {
        limits = new Settings.Tracking(Duration.ofDays(30), ByteSize.mebibytes(4));
        TrackingLog log = log();
        byte[] big = Facts.encode(new Event.Noted(Samples.MORNING, "filler", "x".repeat(4000)));
        for (int i = 1; i <= 2000; i++) {
            log.accept(i, big);
        }
        log.force();
        time.pass(Duration.ofHours(2));
        log.force();
        log.close();
        List<String> names = disk.list(FOLDER);
        long total = 0;
        for (String name : names) {
            long size = disk.text(FOLDER.resolve(name)).length();
            assertThat(size).as(name).isLessThan(4 << 20);
            total += size;
        }
        assertThat(names).hasSizeGreaterThan(1).doesNotContain("2026-11-24.jsonl").allMatch(n -> n.matches("2026-11-24\\.\\d{4}\\.jsonl"));
        assertThat(total).isLessThan(6 << 20);
        assertThat(sequences()).endsWith(1999L, 2000L);
        assertThat(log().durable()).isEqualTo(2000);
    }

    @Test
    void daysOlderThanKeepAreDeletedAndTheNewestStays() throws Exception {
        for (int day = 1; day <= 9; day++) {
            disk.put(FOLDER.resolve("2026-10-0" + day + ".jsonl"), "{\"seq\":" + day + ",\"at\":\"x\",\"event\":\"opened\",\"format\":1}\n");
        }
        disk.put(FOLDER.resolve("notes.txt"), "not ours");
        limits = new Settings.Tracking(Duration.ofDays(50), ByteSize.mebibytes(100));
        log().close();
        assertThat(disk.list(FOLDER)).containsExactly("2026-10-05.jsonl", "2026-10-06.jsonl", "2026-10-07.jsonl", "2026-10-08.jsonl", "2026-10-09.jsonl",
                "2026-11-24.jsonl", "notes.txt");
        limits = new Settings.Tracking(Duration.ZERO, ByteSize.mebibytes(1));
        log().close();
        assertThat(disk.list(FOLDER)).containsExactly("2026-11-24.jsonl", "notes.txt");
        assertThat(log().durable()).isEqualTo(9);
    }

    @Test
    void aDiskThatFailsLosesNothingOnceItWorksAgain() throws Exception {
        TrackingLog log = log();
        log.accept(1, fact(1));
        log.force();
        disk.failing = true;
        log.accept(2, fact(2));
        assertThatThrownBy(log::force).isInstanceOf(IOException.class).hasMessageContaining("No space left");
        assertThat(log.durable()).isEqualTo(1);
        disk.failing = false;
        log.accept(3, fact(3));
        log.force();
        assertThat(log.durable()).isEqualTo(3);
        assertThat(disk.list(FOLDER)).contains("2026-11-24.0002.jsonl");
        assertThat(sequences()).containsExactly(1L, 2L, 3L);
        assertThat(log().durable()).isEqualTo(3);
    }

    @Test
    void aDiskThatFailsForLongCostsBoundedMemoryAndTheLossIsCounted() throws Exception {
        TrackingLog log = log();
        disk.failing = true;
        byte[] big = Facts.encode(new Event.Noted(Samples.MORNING, "filler", "x".repeat(4000)));
        int many = 3 * (DayFiles.TAIL / 2) / big.length;
        for (int i = 1; i <= many; i++) {
            log.accept(i, big);
        }
        assertThatThrownBy(log::force).isInstanceOf(IOException.class);
        disk.failing = false;
        log.force();
        long written = sequences().size();
        assertThat(log.counters().lost()).isPositive().isEqualTo(many - written);
        assertThat(log.durable()).isEqualTo(many);
    }

    @Test
    void refusalsThatComeTooFastAreCountedAndTheCountIsRecorded() throws Exception {
        MemoryDisk slow = disk;
        TrackingLog log = log();
        int many = 60_000;
        synchronized (slow) {
            // While we hold the disk's lock the writer can write nothing, so that the notes pile up.
            log.record(new Event.Noted(Samples.MORNING, "filler", "first"));
            time.pass(Duration.ofSeconds(2));
            for (int i = 1; i < many; i++) {
                log.record(new Event.Noted(Samples.MORNING, "filler", "x"));
            }
        }
        log.force();
        time.pass(Duration.ofSeconds(2));
        log.force();
        long kept = lines().stream().filter(n -> n.path("what").asString().equals("filler")).count();
        assertThat(kept).isLessThan(many);
        assertThat(log.counters().lost()).isEqualTo(many - kept);
        assertThat(lines()).anyMatch(n -> n.path("what").asString().equals("tracking-lost") && n.path("detail").asString().matches("\\d+ events were not kept.*"));
    }

    @Test
    void closedItTakesNothingAndSaysSo() throws Exception {
        TrackingLog log = log();
        log.accept(1, fact(1));
        log.close();
        log.accept(2, fact(2));
        log.record(new Event.Noted(Instant.EPOCH, "x", "y"));
        assertThatThrownBy(log::force).isInstanceOf(IOException.class).hasMessageContaining("closed");
        log.close();
        assertThat(sequences()).containsExactly(1L);
    }

    @Test
    void countersFollowTheEvents() throws Exception {
        TrackingLog log = log();
        log.accept(1, Facts.encode(Samples.everything(id(1))));
        log.force();
        Counters counters = log.counters();
        assertThat(counters.accepted()).isEqualTo(1);
        assertThat(counters.reports()).isEqualTo(1);
        assertThat(counters.delivered()).isEqualTo(1);
        assertThat(counters.deferred()).isEqualTo(Samples.causes().size());
        assertThat(counters.failed()).isEqualTo(Samples.causes().size());
        assertThat(counters.expanded()).isEqualTo(1);
        assertThat(counters.removed()).isEqualTo(1);
        assertThat(counters.refused()).containsOnly(java.util.Map.entry("RCPT 550 5.1.1", 1L));
    }

    @Test
    void theMailLogHasALineForEachEndAndBeginning() throws Exception {
        mailLog = DATA.resolve("log/mail.log");
        TrackingLog log = log();
        log.accept(1, Facts.encode(Samples.everything(id(0))));
        log.force();
        String text = disk.text(mailLog);
        String at = "2026-11-24T05:40:01.500000Z ";
        String head = at + id(0) + ": ";
        assertThat(text.split("\n")).startsWith(
                at + "7XK2: refused RCPT client=192.0.2.66:40123 hello=client.example from=<spammer@bad.example> to=<nobody@site.example> reply=\"550 5.1.1 No such user here\"",
                head + "accepted from=<alice@site.example> size=1234 client=192.0.2.55:40123 hello=client.example user=alice nrcpt=1 message-id=<m1@site.example>",
                head + "accepted from=<> size=1234 origin=report about=" + id(0) + " nrcpt=1",
                head + "routed to=<bob@partner.example> outcome=\"deliver\"",
                head + "attempted via=provider protocol=smtp took=1.250s tried=1 nrcpt=2 ambiguous=true",
                head + "to=<bob@partner.example> via=provider delivered peer=mx.partner.example[198.51.100.9:25] reply=\"250 2.0.0 queued as 77\" attempts=3",
                head + "to=<bob@partner.example> via=provider expanded attempts=3",
                head + "to=<bob@partner.example> via=provider removed by=operator attempts=3",
                head + "held to=<bob@partner.example> by=loopback why=\"loop.loopback = hold\"",
                head + "released to=<bob@partner.example> by=operator why=\"released\"",
                head + "reported kind=failed to=<alice@site.example> recipients=2",
                head + "withheld recipients=2 digest=true why=\"the reverse-path is null\"",
                head + "gone age=75.000s",
                at + "-: started \"version 0.1.0\"",
                head + "to=<bob@partner.example> via=provider deferred status=5.1.1 peer=mx.partner.example[198.51.100.9:25] cause=replied reply=\"550 5.1.1 unknown\""
                        + " attempts=3 next=2026-11-24T05:45:01.500000Z");
    }

    @Test
    void theMailLogIsOpenedAnewWhenItWasMoved() throws Exception {
        mailLog = DATA.resolve("mail.log");
        TrackingLog log = log();
        log.accept(1, fact(1));
        log.force();
        disk.rename(mailLog, DATA.resolve("mail.log.1"));
        log.accept(2, fact(2));
        log.force();
        assertThat(disk.text(mailLog)).contains("<m2@site.example>").doesNotContain("<m1@site.example>");
        disk.put(mailLog, "");
        log.accept(3, fact(3));
        log.force();
        assertThat(disk.text(mailLog)).startsWith("2026-11-24").contains("<m3@site.example>").doesNotContain("<m2@site.example>");
    }

    @Test
    void strangersCannotForgeLinesOfTheMailLog() throws Exception {
        mailLog = DATA.resolve("mail.log");
        TrackingLog log = log();
        log.record(Samples.refused(Samples.MORNING, "7XK2", "192.0.2.66", "x\r\n2026-11-24 forged: delivered \u001b[31m"));
        log.force();
        assertThat(disk.text(mailLog)).hasLineCount(1).contains("to=<x\\r\\n2026-11-24 forged").doesNotContain("\u001b");
    }
}
