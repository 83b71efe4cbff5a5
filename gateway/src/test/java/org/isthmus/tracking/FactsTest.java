// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.Step;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class FactsTest {
    private static final QueueId ID = QueueId.at(Samples.MORNING);

    private static JsonNode read(Event event) {
        return Facts.decode(Facts.encode(event)).orElseThrow();
    }

    private static String golden(Event event) {
        return new String(Facts.encode(event), UTF_8).strip();
    }

    @Test
    void everyEventIsOneLineOfJsonThatStartsWithTimeAndKind() {
        List<Event> all = Samples.everything(ID);
        String[] lines = new String(Facts.encode(all), UTF_8).split("\n", -1);
        assertThat(lines).hasSize(all.size() + 1);
        assertThat(lines[all.size()]).isEmpty();
        for (int i = 0; i < all.size(); i++) {
            assertThat(lines[i]).startsWith("{\"at\":\"2026-11-24T05:40:01.500000Z\",\"event\":\"");
            assertThat(Facts.decode(lines[i].getBytes(UTF_8))).as(lines[i]).isPresent();
            assertThat(lines[i].getBytes(UTF_8)).isEqualTo(new String(Facts.encode(all.get(i)), UTF_8).strip().getBytes(UTF_8));
        }
    }

    @Test
    void acceptanceTellsEnvelopeContentClientAndReasons() {
        assertThat(golden(Samples.accepted(ID, "alice@site.example", "<m1@site.example>", "bob@partner.example"))).isEqualTo("{\"at\":\"2026-11-24T05:40:01.500000Z\","
                + "\"event\":\"accepted\",\"id\":\"" + ID + "\",\"from\":\"alice@site.example\",\"size\":1234,\"body\":\"7BIT\",\"utf8Headers\":true,\"headerSize\":321,"
                + "\"messageId\":\"<m1@site.example>\",\"subject\":\"Grüße 😀\",\"hops\":2,\"priority\":\"non-urgent\",\"crc\":4294967295,\"announced\":1200,"
                + "\"bodyParameter\":\"8BITMIME\",\"smtpUtf8\":true,\"ret\":\"HDRS\",\"envid\":\"env-1\",\"protocol\":\"ESMTP\",\"session\":\"s3ss10n\","
                + "\"client\":{\"remote\":\"192.0.2.55:40123\",\"local\":\"203.0.113.7:25\",\"listener\":\"internet\",\"hello\":\"client.example\",\"extended\":true,\"user\":\"alice\"},"
                + "\"recipients\":[{\"n\":0,\"to\":\"bob@partner.example\",\"via\":[\"old@site.example\"],\"notify\":[\"failure\",\"delay\"],\"orcpt\":\"rfc822;orig@x.example\","
                + "\"steps\":[{\"stage\":\"route\",\"rule\":\"routes[2] to=\\\"*\\\" via=mx\",\"at\":\"isthmus.conf:31\",\"outcome\":\"deliver mx:partner.example\","
                + "\"evidence\":[\"partner.example MX 10 mx.partner.example, ttl 300, from 127.0.0.1:53\"],\"lost\":[\"routes[0]: from does not match\"]}]}]}");
    }

    @Test
    void reportNamesWhatItIsAbout() {
        JsonNode node = read(Samples.accepted(QueueId.at(Samples.MORNING.plusSeconds(9)), "", null, new org.isthmus.transit.Origin.Report(ID), "alice@site.example"));
        assertThat(node.path("about").asString()).isEqualTo(ID.toString());
        assertThat(node.path("from").asString("none")).isEmpty();
        assertThat(node.has("client")).isFalse();
        assertThat(node.has("messageId")).isFalse();
    }

    @Test
    void attemptListsServersTriedAndOutcomesByNumber() {
        assertThat(golden(Samples.attempted(ID, Samples.MORNING, Samples.deferred()))).isEqualTo("{\"at\":\"2026-11-24T05:40:01.500000Z\",\"event\":\"attempted\",\"id\":\"" + ID
                + "\",\"hop\":\"provider\",\"protocol\":\"smtp\",\"inside\":false,\"started\":\"2026-11-24T05:40:00.250000Z\",\"took\":1.250,"
                + "\"tried\":[{\"peer\":{\"name\":\"mx.partner.example\",\"address\":\"198.51.100.9:25\"},\"what\":\"connected\"}],\"recipients\":["
                + outcome(0, "") + "," + outcome(1, ",\"uncertain\":true") + "],\"ambiguous\":true,\"conversation\":[\"< 220 mx ready\",\"> MAIL FROM:<a@b>\"]}");
    }

    @Test
    void whatDecidedAboutTlsStandsWithTheServer() {
        Event.Attempted plain = Samples.attempted(ID, Samples.MORNING, Samples.deferred());
        DeliveryAttempt attempt = plain.attempt();
        Step step = new Step("tls", "mta-sts", null, "MTA-STS mx.partner.example", List.of("MTA-STS: policy 1"), List.of());
        DeliveryAttempt.Try tried = new DeliveryAttempt.Try(attempt.tried().getFirst().peer(), "connected", step);
        JsonNode node = read(new Event.Attempted(plain.at(), new DeliveryAttempt(attempt.message(), attempt.way(), attempt.started(), attempt.took(), List.of(tried), attempt.outcomes(), attempt.uncertain(), List.of())));
        assertThat(node.path("tried").path(0).path("steps").path(0).path("rule").asString()).isEqualTo("mta-sts");
        assertThat(node.path("tried").path(0).path("steps").path(0).path("evidence").path(0).asString()).isEqualTo("MTA-STS: policy 1");
    }

    private static String outcome(int n, String more) {
        return "{\"n\":" + n + ",\"outcome\":\"deferred\",\"cause\":{\"status\":\"4.7.1\",\"kind\":\"replied\",\"peer\":{\"name\":\"mx.partner.example\","
                + "\"address\":\"198.51.100.9:25\"},\"stage\":\"end-of-data\",\"reply\":\"451 4.7.1 Greylisted, come back\"}" + more + "}";
    }

    @Test
    void everyCauseKeepsItsOwnFacts() {
        List<JsonNode> causes = Samples.causes().stream().map(c -> read(Samples.settled(ID, Samples.MORNING, "b@c.example", new Outcome.Failed(c))).path("cause")).toList();
        assertThat(causes).extracting(c -> c.path("kind").asString())
                .containsExactly("replied", "unresolved", "unreachable", "unsupported", "looped", "decided", "local", "expired");
        assertThat(causes.get(1).path("domain").asString()).isEqualTo("partner.example");
        assertThat(causes.get(2).path("problem").asString()).isEqualTo("refused");
        assertThat(causes.get(3).path("extension").asString()).isEqualTo("SMTPUTF8");
        assertThat(causes.get(4).path("rule").asString()).isEqualTo("isthmus.conf:7");
        assertThat(causes.get(4).path("evidence").get(0).asString()).isEqualTo("x MX 10 us");
        assertThat(causes.get(5).path("why").asString()).isEqualTo("no route");
        assertThat(causes.get(7).path("age").asDouble()).isEqualTo(432000.0);
        assertThat(causes.get(7).path("last").path("reply").asString()).isEqualTo("550 5.1.1 unknown");
    }

    @Test
    void textOfStrangersStaysOneHarmlessLine() {
        String evil = "a\r\n{\"event\":\"gone\"}\u001b[2J\u0000\u009b\u2028\"\\ \ud800 ü 😀";
        byte[] line = Facts.encode(new Event.Noted(Samples.MORNING, "x", evil));
        for (int i = 0; i < line.length - 1; i++) {
            assertThat(line[i] & 0xFF).as("byte %d", i).isGreaterThanOrEqualTo(' ');
        }
        assertThat(new String(line, UTF_8)).doesNotContain("\u009b").doesNotContain("\u2028");
        assertThat(Facts.decode(line).orElseThrow().path("detail").asString()).isEqualTo(evil.replace('\ud800', '\ufffd'));
    }

    @Test
    void longTextIsCutAndSaysSo() {
        String detail = read(new Event.Noted(Samples.MORNING, "x", "\u0001".repeat(1_000_000))).path("detail").asString();
        assertThat(detail).hasSize(JsonLine.LONGEST + 1).endsWith("…");
    }

    @Test
    void timesKeepTheirWidthAndDurationsTheirSign() {
        assertThat(golden(new Event.Gone(Instant.parse("2026-01-02T03:04:05Z"), ID, Duration.ofMillis(-1007))))
                .isEqualTo("{\"at\":\"2026-01-02T03:04:05.000000Z\",\"event\":\"gone\",\"id\":\"" + ID + "\",\"age\":-1.007}");
    }

    @Test
    void garbageDecodesToNothing() {
        for (String text : List.of("", "{", "{\"at\":\"2026", "[1]", "null", "{}{}", "\u0000\u0000", "{\"a\":1}\n{\"b\":2}")) {
            assertThat(Facts.decode(text.getBytes(UTF_8))).as(text).isEmpty();
        }
    }

    @Test
    void quotedLocalPartsAreWrittenAsInAnEnvelope() {
        assertThat(read(new Event.Routed(Samples.MORNING, ID, 0, Mailbox.of("\"a b\"@x.example"), "fail", List.of())).path("to").asString()).isEqualTo("\"a b\"@x.example");
    }
}
