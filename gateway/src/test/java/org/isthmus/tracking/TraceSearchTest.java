// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueueId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TraceSearchTest {
    private static final Path DATA = Path.of("/data");
    private static final Path FOLDER = DATA.resolve("tracking");
    private static final Instant DAY1 = Instant.parse("2026-11-20T10:00:00Z");
    private static final Instant DAY3 = Instant.parse("2026-11-22T10:00:00Z");
    /// Fails on the third day and is reported.
    private static final QueueId FAILED = QueueId.at(DAY1);
    private static final QueueId REPORT = QueueId.at(DAY3.plusSeconds(1));
    private static final QueueId DELIVERED = QueueId.at(DAY1.plusSeconds(60));

    private final MemoryDisk disk = new MemoryDisk();
    private final TraceSearch search = new TraceSearch(DATA, disk);

    private static Event gone(QueueId id, Instant at) {
        return new Event.Gone(at, id, Duration.between(id.moment(), at));
    }

    private void file(String name, List<Event> events) {
        StringBuilder text = new StringBuilder("{\"seq\":0,\"at\":\"2026-11-20T00:00:00.000000Z\",\"event\":\"opened\",\"format\":1}\n");
        int sequence = 1;
        for (Event event : events) {
            text.append("{\"seq\":").append(sequence++).append(',').append(new String(Facts.encode(event), UTF_8).substring(1));
        }
        disk.put(FOLDER.resolve(name), text.toString());
    }

    @BeforeEach
    void threeDays() {
        file("2026-11-20.jsonl", List.of(
                Samples.accepted(FAILED, "alice@site.example", "<m1@site.example>", "bob@partner.example"),
                Samples.settled(FAILED, DAY1.plusSeconds(5), "bob@partner.example", Samples.deferred()),
                Samples.accepted(DELIVERED, "Malice@site.example", "<m2@other.example>", "carol@partner.example"),
                Samples.refused(DAY1.plusSeconds(61), "7XK2", "192.0.2.66", "nobody@site.example"),
                Samples.attempted(DELIVERED, DAY1.plusSeconds(62), Samples.delivered()),
                Samples.settled(DELIVERED, DAY1.plusSeconds(62), "carol@partner.example", Samples.delivered()),
                gone(DELIVERED, DAY1.plusSeconds(62))));
        file("2026-11-21.jsonl", List.of(new Event.Noted(DAY1.plus(Duration.ofDays(1)), "reloaded", "version 2")));
        file("2026-11-22.jsonl", List.of(
                new Event.Settled(DAY3, FAILED, 0, Mailbox.of("bob@partner.example"), new Outcome.Failed(Samples.causes().getFirst()), 9, null),
                Samples.accepted(REPORT, "", null, new Origin.Report(FAILED), "alice@site.example"),
                gone(FAILED, DAY3.plusSeconds(1)),
                Samples.settled(REPORT, DAY3.plusSeconds(2), "alice@site.example", Samples.delivered()),
                gone(REPORT, DAY3.plusSeconds(2))));
    }

    private List<Trace> find(String query) throws IOException {
        return search.find(TraceQuery.of(query), null, null, 50).traces();
    }

    private List<String> ids(String query) throws IOException {
        return find(query).stream().map(Trace::id).toList();
    }

    @Test
    void aQueueIdFindsTheWholeLifeAndTheReport() throws Exception {
        for (String written : List.of(FAILED.toString(), FAILED.toString().toLowerCase(java.util.Locale.ROOT))) {
            List<Trace> traces = find(written);
            assertThat(traces).extracting(Trace::id).containsExactly(FAILED.toString(), REPORT.toString());
            assertThat(traces.get(0).events()).extracting(e -> e.path("event").asString()).containsExactly("accepted", "settled", "settled", "gone");
            assertThat(traces.get(0).reports()).containsExactly(REPORT.toString());
            assertThat(traces.get(1).about()).isEqualTo(FAILED.toString());
            assertThat(traces.get(1).events()).extracting(e -> e.path("event").asString()).containsExactly("accepted", "settled", "gone");
        }
    }

    @Test
    void anIdThatIsNotThereFindsNothing() throws Exception {
        assertThat(find(QueueId.at(DAY1.plusSeconds(7)).toString())).isEmpty();
        assertThat(new TraceSearch(Path.of("/nowhere"), disk).find(TraceQuery.of("x@y"), null, null, 5).traces()).isEmpty();
    }

    @Test
    void anAddressIsAWholeAddressInAnyCase() throws Exception {
        assertThat(ids("ALICE@site.example")).containsExactly(FAILED.toString(), REPORT.toString());
        assertThat(ids("malice@site.example")).containsExactly(DELIVERED.toString());
        assertThat(ids("carol@partner.example")).containsExactly(DELIVERED.toString());
        assertThat(ids("lice@site.example")).isEmpty();
    }

    @Test
    void formerAddressesAndDomainsFindToo() throws Exception {
        assertThat(ids("old@site.example")).containsExactly(FAILED.toString(), DELIVERED.toString(), REPORT.toString());
        assertThat(ids("@partner.example")).containsExactly(FAILED.toString(), DELIVERED.toString(), REPORT.toString());
        assertThat(ids("@artner.example")).isEmpty();
    }

    @Test
    void aMessageIdFindsWithAndWithoutBrackets() throws Exception {
        assertThat(ids("<m2@other.example>")).containsExactly(DELIVERED.toString());
        assertThat(ids("m2@other.example")).containsExactly(DELIVERED.toString());
    }

    @Test
    void anAddressOfTheNetworkIsAWholeOne() throws Exception {
        assertThat(ids("192.0.2.66")).containsExactly("7XK2");
        assertThat(ids("192.0.2.6")).isEmpty();
        assertThat(ids("198.51.100.9")).containsExactly(FAILED.toString(), DELIVERED.toString(), REPORT.toString());
    }

    @Test
    void ipv6IsFoundHoweverItIsWritten() throws Exception {
        file("2026-11-23.jsonl", List.of(Samples.refused(DAY3, "V6", "2001:db8::5", "x@y.example")));
        assertThat(ids("2001:DB8:0:0::5")).containsExactly("V6");
        assertThat(ids("[2001:db8::5]")).containsExactly("V6");
    }

    @Test
    void wordsOfAReplyAHostOrATraceIdFind() throws Exception {
        assertThat(ids("greylisted, COME")).containsExactly(FAILED.toString(), REPORT.toString());
        assertThat(ids("no such user")).containsExactly("7XK2");
        assertThat(ids("7xk2")).containsExactly("7XK2");
        assertThat(ids("mx.partner.example")).hasSize(4);
        assertThat(ids("routes[2] to=\"*\"")).hasSize(4);
        assertThat(ids("GRÜSSE")).isEmpty();
        assertThat(ids("grüße")).hasSize(3);
        assertThat(ids("ü")).hasSize(3);
    }

    @Test
    void eventsOfTheServerAreFoundByTheirWords() throws Exception {
        List<Trace> traces = find("reloaded");
        assertThat(traces).singleElement().satisfies(t -> {
            assertThat(t.kind()).isEqualTo(Trace.Kind.SERVER);
            assertThat(t.events().getFirst().path("detail").asString()).isEqualTo("version 2");
        });
    }

    @Test
    void aSpanOfTimeNarrowsDownAndTheWholeLifeIsShownAllTheSame() throws Exception {
        TraceSearch.Result late = search.find(TraceQuery.of("@partner.example"), DAY3.minusSeconds(1), null, 50);
        assertThat(late.traces()).extracting(Trace::id).containsExactly(FAILED.toString(), REPORT.toString());
        assertThat(late.traces().getFirst().events()).hasSize(4);
        TraceSearch.Result early = search.find(TraceQuery.of("no such user"), null, DAY1.plusSeconds(61), 50);
        assertThat(early.traces()).isEmpty();
    }

    @Test
    void theNewestAreKeptWhenThereAreMoreThanTheLimit() throws Exception {
        List<Event> many = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            many.add(Samples.accepted(QueueId.at(DAY3.plusSeconds(100 + i)), "zoe@site.example", "<z" + i + "@x>", "y@x.example"));
        }
        file("2026-11-22.0002.jsonl", many.subList(0, 10));
        file("2026-11-23.jsonl", many.subList(10, 20));
        TraceSearch.Result result = search.find(TraceQuery.of("zoe@site.example"), null, null, 12);
        assertThat(result.more()).isTrue();
        assertThat(result.traces()).extracting(t -> t.events().getFirst().path("messageId").asString())
                .containsExactly("<z8@x>", "<z9@x>", "<z10@x>", "<z11@x>", "<z12@x>", "<z13@x>", "<z14@x>", "<z15@x>", "<z16@x>", "<z17@x>", "<z18@x>", "<z19@x>");
        assertThat(search.find(TraceQuery.of("zoe@site.example"), null, null, 20).more()).isFalse();
    }

    @Test
    void linesThatAFailingDiskKeptTwiceCountOnce() throws Exception {
        disk.put(FOLDER.resolve("2026-11-20.0002.jsonl"), disk.text(FOLDER.resolve("2026-11-20.jsonl")));
        assertThat(find(DELIVERED.toString()).getFirst().events()).hasSize(4);
    }

    @Test
    void tornAndForeignLinesAreLeftOut() throws Exception {
        Path file = FOLDER.resolve("2026-11-22.jsonl");
        disk.put(file, "alice@site.example\n{\"at\":\"alice@site.example\n" + disk.text(file) + "{\"at\":\"2026-11-22T10:00:00Z\",\"from\":\"alice@site.example\"");
        assertThat(ids("alice@site.example")).containsExactly(FAILED.toString(), REPORT.toString());
    }

    @Test
    void linesOfAllLengthsAreFoundAcrossThePiecesInWhichAFileIsRead() throws Exception {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 900; i++) {
            events.add(Samples.refused(DAY3, "T" + i, "192.0.2.1", "x".repeat(i * 7 % 4000) + "@y.example"));
        }
        events.add(new Event.Refused(DAY3, "LONG", Samples.client("192.0.2.1"), "RCPT", "s@x.example", "t@x.example",
                org.isthmus.smtp.Reply.of(550, "5.1.1", "no"), java.util.Collections.nCopies(600, new org.isthmus.transit.Step("s", "y".repeat(3900), null, "o", List.of(), List.of()))));
        events.add(Samples.refused(DAY3, "LAST", "192.0.2.1", "end@y.example"));
        file("2026-11-23.jsonl", events);
        TraceSearch.Result result = search.find(TraceQuery.of("192.0.2.1"), null, null, 10_000);
        assertThat(result.traces()).hasSize(902);
        assertThat(ids("LONG")).containsExactly("LONG");
        assertThat(ids("end@y.example")).containsExactly("LAST");
    }
}
