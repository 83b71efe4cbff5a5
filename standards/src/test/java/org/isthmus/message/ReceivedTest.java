// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReceivedTest {
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("192.0.2.7");
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    private static Received from(@Nullable String helo, @Nullable String recipient) {
        return new Received(helo, ADDRESS, "mx1.example.com", "ESMTP", "01ABC", recipient, NOON);
    }

    @Test
    void writesOneFoldedField() {
        assertThat(from("client.example", "a@b.example").write()).isEqualTo("""
                Received: from client.example ([192.0.2.7])\r
                \tby mx1.example.com with ESMTP id 01ABC\r
                \tfor <a@b.example>;\r
                \tTue, 24 Nov 2026 12:00:00 +0000\r
                """);
        assertThat(from("client.example", null).write()).isEqualTo("""
                Received: from client.example ([192.0.2.7])\r
                \tby mx1.example.com with ESMTP id 01ABC;\r
                \tTue, 24 Nov 2026 12:00:00 +0000\r
                """);
    }

    @ParameterizedTest
    @CsvSource({
        "[192.0.2.9], from [192.0.2.9] ([192.0.2.7])",
        "'a b', from [192.0.2.7] (said a?b)",
        "'a) by evil (', from [192.0.2.7] (said a??by?evil??)",
        "'a\r\nX: y', from [192.0.2.7] (said a??X:?y)",
        "'', from [192.0.2.7]",
        "'a;\\', from [192.0.2.7] (said a??)",
        "m\u00fcller.example, from [192.0.2.7] (said m?ller.example)",
    })
    void makesAHostileNameHarmless(String helo, String expected) {
        assertThat(from(helo, null).write()).startsWith("Received: " + expected + "\r\n\tby mx1");
    }

    @Test
    void cutsLongNames() {
        assertThat(from("!".repeat(10_000), null).write().lines()).allMatch(line -> line.length() < 120);
    }

    @ParameterizedTest
    @ValueSource(strings = {"b\u00fcb@x.example", "a@b>; x", "a\r\n@b"})
    void leavesOutRecipientsThatWouldNeedMore(String recipient) {
        assertThat(from("client.example", recipient).write()).doesNotContain("for");
    }

    @Test
    void readsWhatItWrites() {
        for (String recipient : new @Nullable String[] {"a@b.example", null}) {
            Received received = from("client.example", recipient);
            assertThat(Received.read(received.write().substring("Received:".length()))).contains(received);
        }
        Received six = new Received("c.example", InetAddress.ofLiteral("2001:db8::1"), "mx", "ESMTPS", "X", null, NOON);
        assertThat(Received.read(six.write().substring(9))).contains(six);
    }

    @Test
    void readsWhatOthersWrite() {
        Received postfix = Received.read(" from mail.example.net (mail.example.net [198.51.100.4])\r\n\t(using TLSv1.3 with cipher X (256/256 bits))\r\n\tby mx.example.org (Postfix) with ESMTPS id 4F2k"
                + "\r\n\tfor <bob@example.org>; Tue, 24 Nov 2026 13:00:00 +0100 (CET)").orElseThrow();
        assertThat(postfix).isEqualTo(new Received("mail.example.net", InetAddress.ofLiteral("198.51.100.4"), "mx.example.org", "ESMTPS", "4F2k", "bob@example.org", NOON));
        Received exchange = Received.read("from A.example.net (2001:db8::2) by B.example.net\r\n (2001:db8::3) with Microsoft SMTP Server (version=TLS1_2) id 15.20.1; Tue,\r\n 24 Nov 2026 12:00:00 +0000").orElseThrow();
        assertThat(exchange.by()).isEqualTo("B.example.net");
        assertThat(exchange.with()).isEqualTo("Microsoft");
        assertThat(exchange.id()).isEqualTo("15.20.1");
        assertThat(exchange.date()).isEqualTo(NOON);
        Received qmail = Received.read("(qmail 1234 invoked by uid 89); 24 Nov 2026 12:00:00 -0000").orElseThrow();
        assertThat(qmail).isEqualTo(new Received(null, null, null, null, null, null, NOON));
        Received gmail = Received.read("by 2002:a05:6504:1234 with SMTP id x1; Tue, 24 Nov 2026 04:00:00 -0800 (PST)").orElseThrow();
        assertThat(gmail.by()).isEqualTo("2002:a05:6504:1234");
        assertThat(gmail.date()).isEqualTo(NOON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "(", ")", ";", "\"", "from", "nonsense and more", "(((((((", "\\", "(\\", "[", "; 99 Foo 2026 99:99"})
    void findsNothingInNonsense(String body) {
        assertThat(Received.read(body)).isEmpty();
    }

    @Test
    void survivesHugeFields() {
        assertThat(Received.read("(".repeat(1_000_000))).isEmpty();
        assertThat(Received.read("from x " + "[".repeat(1_000_000))).isPresent();
    }
}
