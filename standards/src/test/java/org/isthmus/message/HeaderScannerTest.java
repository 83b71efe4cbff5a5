// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.isthmus.message.HeaderScanner.Excess;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderScannerTest {

    private static HeaderScanner scan(byte[] content, int... cuts) {
        HeaderScanner scanner = new HeaderScanner(1000, 20);
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? cuts[i] : content.length;
            scanner.feed(content, from, to - from);
            from = to;
        }
        scanner.finish();
        return scanner;
    }

    private static HeaderScanner scan(String content) {
        return scan(content.getBytes(UTF_8));
    }

    /// All that a scanner tells.
    private static List<@Nullable Object> facts(HeaderScanner s) {
        return Arrays.asList(s.excess(), s.headerSize(), s.fields(), s.received(), s.messageId(), s.subject(), s.priority(), s.hasDate(), s.hasFrom(), s.utf8Headers(),
                s.eightBit(), s.binary(), s.overlongLine());
    }

    private static final String MESSAGE = "Received: a\r\nreceived:\r\n b\r\nFrom: x@y\r\nDATE: now\r\nSubject: one\r\n\ttwo \r\nMessage-ID:\r\n <1@x>\r\nPriority: Urgent\r\n";

    @Test
    void learnsWhatTheHeaderSays() {
        HeaderScanner s = scan(MESSAGE + "\r\nSubject: body\r\nReceived: no\r\n");
        assertThat(facts(s)).containsExactly(null, MESSAGE.length(), 7, 2, "<1@x>", "one two", "urgent", true, true, false, false, false, false);
    }

    @Test
    void doesNotNeedABody() {
        for (String end : List.of("", "\r\n", "\r\n\r\n")) {
            HeaderScanner s = scan(MESSAGE + end);
            assertThat(s.headerSize()).isEqualTo(MESSAGE.length());
            assertThat(s.fields()).isEqualTo(7);
        }
        assertThat(scan("Subject: x").subject()).isEqualTo("x");
        assertThat(scan("").fields()).isZero();
        assertThat(scan("Subject").headerSize()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "'Subject: a\r\nno field\r\nReceived: x\r\n', 12, 1",
        "'\r\nReceived: x\r\n', 0, 0",
        "' Received: x\r\n', 0, 0",
        "'From me Tue Nov\r\nReceived: x\r\n', 0, 0",
        "'A: b\r\n: x\r\n', 6, 1",
        "'A : b\r\n\r\n', 7, 1",
        "'A: b\r\n \r\n\r\n', 9, 1",
        "'A: b\r\n\rx\r\nB: c\r\n', 6, 1",
        "'A: b\r\n\u00fc: x\r\n', 6, 1",
        "'A: b\r\nSubject', 6, 1",
        "'A: b\r\n\r', 6, 1",
    })
    void theHeaderEndsWhereNoFieldBegins(String content, int size, int fields) {
        byte[] octets = content.getBytes(UTF_8);
        HeaderScanner s = scan(octets);
        assertThat(s.headerSize()).isEqualTo(size);
        assertThat(s.fields()).isEqualTo(fields);
        assertThat(s.received()).isZero();
        Header read = HeaderReader.read(octets, 0, octets.length);
        assertThat(read.size()).isEqualTo(size);
        assertThat(read.fields()).hasSize(fields);
    }

    @Test
    void theFirstOfTwoCounts() {
        assertThat(scan("Subject: a\r\nSubject: b\r\n\r\n").subject()).isEqualTo("a");
    }

    @Test
    void knowsWhoWaivesTls() {
        for (String waiving : List.of("TLS-Required: No\r\n", "tls-required:no", "TLS-Required:\r\n No \r\n", "Subject: x\r\nTLS-REQUIRED: NO\r\nTLS-Required: Yes\r\n")) {
            assertThat(scan(waiving + "\r\n").waivesTls()).as(waiving).isTrue();
        }
        for (String other : List.of("TLS-Required: Yes\r\n", "TLS-Required:\r\n", "TLS-Required: No, thanks\r\n", "TLS-Required-Too: No\r\n", "X: y\r\n\r\nTLS-Required: No\r\n", "TLS-Required: Yes\r\nTLS-Required: No\r\n")) {
            assertThat(scan(other + "\r\n").waivesTls()).as(other).isFalse();
        }
    }

    @Test
    void cutsTextsAndMakesThemHarmless() {
        assertThat(scan("Subject: " + "x".repeat(500) + "\r\n\r\n").subject()).isEqualTo("x".repeat(200));
        assertThat(scan("Subject: a\u0007b\tc\u0085\u00fc\r\n\r\n").subject()).isEqualTo("a?b c?\u00fc");
    }

    @Test
    void seesWhatTheContentNeeds() {
        assertThat(scan("Subject: \u00fc\r\n\r\nx\r\n").utf8Headers()).isTrue();
        assertThat(scan("Subject: u\r\n\r\n\u00fc\r\n").utf8Headers()).isFalse();
        assertThat(scan("Subject: u\r\n\r\nsome more octets than eight: \u00fc\r\n").eightBit()).isTrue();
        assertThat(scan("A: b\r\n\r\nx\r\n").eightBit()).isFalse();
        for (String binary : List.of("a\nb", "a\rb", "a\r", "a\0b", "a\r\r\n", "\n")) {
            assertThat(scan("A: b\r\n\r\n" + binary).binary()).as(binary).isTrue();
        }
        assertThat(scan("A: b\r\n\r\nx\r\n").binary()).isFalse();
        assertThat(scan("A: b\r\n\r\n" + "x".repeat(998) + "\r\n").overlongLine()).isFalse();
        assertThat(scan("A: b\r\n\r\n" + "x".repeat(999) + "\r\n").overlongLine()).isTrue();
        assertThat(scan("A: b\r\n\r\n" + "x".repeat(999)).overlongLine()).isTrue();
    }

    @Test
    void tellsWhichLimitIsPassed() {
        assertThat(scan("A: b\r\n".repeat(20) + "\r\n").excess()).isNull();
        assertThat(scan("A: b\r\n".repeat(21) + "\r\n").excess()).isEqualTo(Excess.HEADER_FIELDS);
        assertThat(scan("A: " + "b".repeat(995) + "\r\n\r\n").excess()).isNull();
        assertThat(scan("A: " + "b".repeat(996) + "\r\n\r\n").excess()).isEqualTo(Excess.HEADER_SIZE);
        assertThat(scan("x".repeat(5000)).excess()).isEqualTo(Excess.HEADER_SIZE);
        assertThat(scan("\r\n" + "x".repeat(5000)).excess()).isNull();
    }

    @Test
    void doesNotDependOnHowTheContentIsCut() {
        Random random = new Random(4);
        String[] pieces = {"Subject: a", "Received: b", "\r\n", "\r\n\r\n", "\r\n ", "\r", "\n", "\0", ":", "\u00fc", "Priority:urgent", "Message-Id: <x>", " ", "\t", "word"};
        for (int round = 0; round < 3000; round++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(16); n > 0; n--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            byte[] content = text.toString().getBytes(UTF_8);
            List<@Nullable Object> whole = facts(scan(content));
            for (int cut = 0; cut <= content.length; cut++) {
                assertThat(facts(scan(content, cut / 2, cut))).as(text.toString()).isEqualTo(whole);
            }
        }
    }
}
