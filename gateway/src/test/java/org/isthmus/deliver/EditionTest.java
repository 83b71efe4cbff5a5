// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isthmus.address.Mailbox;
import org.isthmus.smtp.MailParameters;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Stamp;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EditionTest {
    private final Bench bench = new Bench();
    private final String id = bench.request().message().id().toString();
    private @Nullable String envelopeId;

    /// A token that shows for whom it is: as many characters as it may have, no more.
    private final class Shown implements Stamp, Stamp.Trace {
        private boolean naming;

        @Override
        public Optional<Trace> trace(QueuedMessage message, Way way, int recipients) {
            naming = recipients <= 6;
            return way.protocol() == Way.Protocol.LMTP ? Optional.empty() : Optional.of(this);
        }

        @Override
        public String field() {
            return "X-Trace-Site";
        }

        @Override
        public int length(int recipients) {
            return naming ? 5 + 3 * recipients : 5;
        }

        @Override
        public String token(List<Mailbox> recipients) {
            StringBuilder token = new StringBuilder("TOKEN");
            recipients.forEach(recipient -> token.append(naming ? "-" + recipient.local().content() : ""));
            return token.toString();
        }

        @Override
        public @Nullable String envelopeId() {
            return envelopeId;
        }

        @Override
        public boolean isOurs(String text) {
            return text.startsWith("TOKEN");
        }
    }

    @BeforeEach
    void stamped() {
        bench.stamp = new Shown();
        bench.to("u0@example.org");
    }

    private String received(String by) {
        return "Received: from client.example ([192.0.2.7])\r\n\tby mx1.example.com with ESMTP id " + by + "\r\n\tfor <u0@example.org>;\r\n\tSat, 20 Jun 2026 10:00:00 +0000\r\n";
    }

    private String sent(String content) throws InterruptedException {
        bench.content = content.getBytes(ISO_8859_1);
        assertThat(Check.words(bench.deliver())).contains("delivered");
        return bench.server.transactions.getLast().text();
    }

    private long declared() {
        Matcher size = Pattern.compile(" SIZE=(\\d+)").matcher(bench.server.transactions.getLast().mail());
        assertThat(size.find()).isTrue();
        return Long.parseLong(size.group(1));
    }

    @Test
    void theTokenStandsBehindOurQueueIdAndInAFieldBelow() throws InterruptedException {
        String rest = "From: a@example.net\r\nX-Other: 1\r\n\r\nHello\r\n.\r\n";
        assertThat(sent(received(id) + rest)).isEqualTo(received(id + ".TOKEN-u0") + "X-Trace-Site: TOKEN-u0\r\n" + rest);
        assertThat(declared()).isEqualTo(bench.server.transactions.getLast().content().length);
    }

    @Test
    void aMessageThatWeMadeHasOnlyTheField() throws InterruptedException {
        assertThat(sent("From: a@example.net\r\n\r\nHello\r\n")).isEqualTo("X-Trace-Site: TOKEN-u0\r\nFrom: a@example.net\r\n\r\nHello\r\n");
        assertThat(declared()).isEqualTo(bench.server.transactions.getLast().content().length);
    }

    @Test
    void aReceivedLineOfOthersIsNotTouched() throws InterruptedException {
        String theirs = received(id + "X") + "Subject: id " + id + " \r\n\r\n";
        assertThat(sent(theirs)).isEqualTo("X-Trace-Site: TOKEN-u0\r\n" + theirs);
    }

    @Test
    void olderFieldsOfOursGoAndThoseOfOthersStay() throws InterruptedException {
        String before = "Received: from x by y id 1.TOKEN-old; date\r\n";
        String old = "X-Trace-Site: TOKEN-old\r\n";
        String folded = "x-trace-SITE:\r\n TOK\r\n\tEN-older  \r\n";
        String theirs = "X-Trace-Site: theirs\r\n";
        String near = "X-Trace-Site-2: TOKEN\r\nX-Trace: TOKEN\r\nSubject: X\r\n X-Trace-Site: TOKEN\r\n";
        assertThat(sent(received(id) + old + before + theirs + folded + near + old + "\r\nX-Trace-Site: TOKEN-body\r\n"))
                .isEqualTo(received(id + ".TOKEN-u0") + "X-Trace-Site: TOKEN-u0\r\n" + before + theirs + near + "\r\nX-Trace-Site: TOKEN-body\r\n");
        assertThat(declared()).isEqualTo(bench.server.transactions.getLast().content().length);
    }

    @Test
    void manyFieldsOfOthersCostNoMoreThanTenLooks() throws InterruptedException {
        String theirs = "X-Trace-Site: theirs\r\n".repeat(10);
        String rest = theirs + "X-Trace-Site: TOKEN-old\r\n\r\n";
        assertThat(sent(rest)).isEqualTo("X-Trace-Site: TOKEN-u0\r\n" + rest);
    }

    @Test
    void ofAHugeHeaderOnlyTheBeginningIsLookedAt() throws InterruptedException {
        String old = "X-Trace-Site: TOKEN-old\r\n";
        String rest = "A: bbbbbbbbbbbbbbbb\r\n".repeat(10_000) + old + "\r\nHello\r\n";
        assertThat(sent(received(id) + old + rest)).isEqualTo(received(id + ".TOKEN-u0") + "X-Trace-Site: TOKEN-u0\r\n" + rest);
        assertThat(declared()).isEqualTo(bench.server.transactions.getLast().content().length);
        // Wherever the look ends, within a name, a body or a line end.
        for (int more = 0; more < 60; more++) {
            String header = received(id) + "A: b\r\n".repeat(10_905) + "X: " + "y".repeat(more) + "\r\n" + old + "B: c\r\n";
            String sent = sent(header + "\r\nHello\r\n");
            assertThat(sent.replace(id + ".TOKEN-u0", id).replace("X-Trace-Site: TOKEN-u0\r\n", "").replace(old, "")).isEqualTo((header + "\r\nHello\r\n").replace(old, ""));
            assertThat(declared()).isEqualTo(sent.length());
        }
    }

    @Test
    void theTokenNamesOnlyThoseWhoWereAccepted() throws InterruptedException {
        bench.to(3);
        bench.server.on("RCPT", line -> line.contains("u1@") ? "550 5.1.1 No\r\n" : null);
        assertThat(sent("Subject: x\r\n\r\n")).startsWith("X-Trace-Site: TOKEN-u0-u2\r\n");
        assertThat(declared()).isEqualTo(bench.server.transactions.getLast().content().length + 3);
    }

    @Test
    void withManyRecipientsNobodyIsNamedHoweverManyAreAccepted() throws InterruptedException {
        bench.to(8);
        bench.server.on("RCPT", line -> line.contains("u0@") || line.contains("u1@") ? null : "550 5.1.1 No\r\n");
        assertThat(sent("Subject: x\r\n\r\n")).startsWith("X-Trace-Site: TOKEN\r\n");
        assertThat(declared()).isEqualTo(bench.server.transactions.getLast().content().length);
    }

    @Test
    void aChunkIsAsLongAsItSays() throws InterruptedException {
        bench.server.offering("CHUNKING", "PIPELINING", "SIZE");
        bench.to(3);
        bench.server.on("RCPT", line -> line.contains("u1@") ? "550 5.1.1 No\r\n" : null);
        String rest = "From: a@example.net\r\n\r\n.\r\nHello\r\n";
        String sent = sent(received(id) + rest);
        assertThat(sent).isEqualTo(received(id + ".TOKEN-u0-u2") + "X-Trace-Site: TOKEN-u0-u2\r\n" + rest);
        assertThat(bench.server.heard()).contains("BDAT " + sent.length() + " LAST");
    }

    @Test
    void longContentIsSentOctetForOctet() throws InterruptedException {
        Random chance = new Random(1);
        for (int size : new int[] {0, 1, 500, 8191, 8192, 8193, 65_536, 300_000}) {
            StringBuilder body = new StringBuilder();
            while (body.length() < size) {
                body.append("line ").append(chance.nextLong()).append(chance.nextInt(9) == 0 ? "\r\n." : "").append("\r\n");
            }
            assertThat(sent(received(id) + "A: b\r\n\r\n" + body)).isEqualTo(received(id + ".TOKEN-u0") + "X-Trace-Site: TOKEN-u0\r\nA: b\r\n\r\n" + body);
            assertThat(declared()).isEqualTo(bench.server.transactions.getLast().content().length);
        }
    }

    @Test
    void whatIsTooLargeOnlyByItsTraceGoesWithout() throws InterruptedException {
        String content = received(id) + "X-Trace-Site: TOKEN-old\r\n\r\nHello\r\n";
        bench.server.offering("SIZE " + content.length(), "PIPELINING");
        assertThat(sent(content)).isEqualTo(content);
        assertThat(declared()).isEqualTo(content.length());
    }

    @Test
    void hostileHeadersAreSentAsTheyAre() throws InterruptedException {
        Random chance = new Random(2);
        String[] pieces = {"X-Trace-Site:", "x-trace-site:", " TOKEN", "TOKEN", "\r\n", "\r\n ", "\r\n\t", ":", "Received:", " id " + id, ";", "theirs", "A: b"};
        for (int i = 0; i < 2000; i++) {
            StringBuilder header = new StringBuilder(chance.nextBoolean() ? received(id) : "A: b\r\n");
            for (int n = chance.nextInt(20); n > 0; n--) {
                header.append(pieces[chance.nextInt(pieces.length)]);
            }
            String text = header.toString().replace("\r\n\r\n", "\r\nB: c\r\n") + "\r\n\r\nbody\r\n";
            String sent = sent(text);
            assertThat(declared()).isEqualTo(sent.length());
            // Without what is ours on both sides, both are the same.
            assertThat(withoutOurs(sent.replace(id + ".TOKEN-u0", id))).as(text).isEqualTo(withoutOurs(text));
        }
    }

    /// The same by another way: fields are put together first, then looked at.
    private static String withoutOurs(String text) {
        int end = text.indexOf("\r\n\r\n") + 2;
        StringBuilder kept = new StringBuilder();
        int looked = 0;
        for (String field : text.substring(0, end).split("(?<=\r\n)(?![ \t])")) {
            boolean named = field.toLowerCase(java.util.Locale.ROOT).startsWith("x-trace-site:") && looked++ < 11;
            if (!named || !field.substring(13).replaceAll("\\s", "").startsWith("TOKEN")) {
                kept.append(field);
            }
        }
        return kept + text.substring(end);
    }

    @Test
    void aGivenEnvelopeIdPassesAndOursStandsOnlyWhereThereIsNone() throws InterruptedException {
        envelopeId = "OURS";
        sent("A: b\r\n\r\n");
        assertThat(bench.server.transactions.getLast().mail()).endsWith(" ENVID=OURS");
        bench.parameters = new MailParameters(java.util.OptionalLong.empty(), org.isthmus.smtp.BodyType.SEVENBIT, false, null, "a+b");
        sent("A: b\r\n\r\n");
        assertThat(bench.server.transactions.getLast().mail()).endsWith(" ENVID=a+2Bb");
        bench.parameters = MailParameters.NONE;
        bench.server.offering("SIZE");
        bench.courier.closeIdle();
        sent("A: b\r\n\r\n");
        assertThat(bench.server.transactions.getLast().mail()).doesNotContain("ENVID");
    }

    @Test
    void finalDeliveryGetsTheMessageAsItCame() throws InterruptedException {
        bench.lmtp();
        String content = received(id) + "X-Trace-Site: TOKEN-old\r\n\r\nHello\r\n";
        assertThat(sent(content)).isEqualTo(content);
    }

    @Test
    void contentThatIsShorterThanItsHeaderIsNotSent() throws InterruptedException {
        bench.content = (received(id) + "A: b\r\n\r\nHello\r\n").getBytes(ISO_8859_1);
        byte[] half = "Received: from".getBytes(ISO_8859_1);
        bench.otherContent = new org.isthmus.transit.Content() {
            @Override
            public long size() {
                return bench.content.length;
            }

            @Override
            public java.io.InputStream open() {
                return new java.io.ByteArrayInputStream(half);
            }
        };
        DeliveryAttempt attempt = bench.deliver();
        assertThat(Check.words(attempt)).containsExactly("deferred 4.3.0 local");
        assertThat(bench.server.transactions).isEmpty();
    }
}
