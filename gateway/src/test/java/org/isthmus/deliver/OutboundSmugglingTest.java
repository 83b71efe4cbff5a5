// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.isthmus.smtp.BodyType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Nothing that stands in a message can end it early or begin another: one message arrives, with the same octets, by DATA and by BDAT,
/// also if it came by the other. What could be read in two ways (bare CR, bare LF, NUL) is not sent at all. RFC 5321 §2.3.8, §4.1.1.4, §4.5.2.
class OutboundSmugglingTest {
    private static final String FORGED = "MAIL FROM:<forged@example.org>\r\nRCPT TO:<victim@example.org>\r\nDATA\r\nSubject: forged\r\n\r\nx\r\n";

    static Stream<String> proper() {
        return Stream.of(
                "", "\r\n", ".", "..", "...", ".\r\n", "..\r\n", "...\r\n", ".\r\n.\r\n", "..\r\n.\r\n", "\r\n.\r\n", "\r\n.\r\n\r\n.\r\n", "\r\n..\r\n",
                "a\r\n.\r\n" + FORGED + ".\r\n", "a\r\n.\r\n" + FORGED, ".\r\n" + FORGED + ".\r\n", "a\r\n..\r\n" + FORGED + "..\r\n", "a\r\n.\r\n.\r\n.\r\n",
                "a\r\n.", "a\r\n..", "a\r\n.b", "a\r\n..b\r\n", "a.\r\n", "a.\r\n.a\r\n", "a\r\n .\r\n", "a\r\n.\r\n ", "a\r\n. \r\n", "a\r\n.\t\r\n", "a\r\n\t.\r\n",
                "a\r\n\r\n.\r\n", "a\r\n.\r\nQUIT\r\n", "a\r\n.\r\nRSET\r\n" + FORGED, "a\r\nDATA\r\n.\r\n", "BDAT 10 LAST\r\n" + FORGED, "a\r\n.\r\nBDAT 5 LAST\r\nhello",
                "no end of line", "a\r\nno end of line", ".no end of line", "x".repeat(70_000) + "\r\n.\r\n" + FORGED, ("x".repeat(65_533) + "\r\n.\r\n" + FORGED),
                ("x".repeat(65_534) + "\r\n.\r\n" + FORGED), ("x".repeat(65_535) + "\r\n.\r\n" + FORGED), ("x".repeat(65_536) + "\r\n.\r\n" + FORGED),
                ".\r\n".repeat(30_000), "..\r\n".repeat(30_000), "\r\n".repeat(40_000), ".".repeat(200_000), "\u0085.\u0085\r\n", "\u2028.\u2028\r\n", "\u000b.\u000b\r\n",
                "\u000c.\u000c\r\n", "\u001a\r\n");
    }

    static Stream<String> improper() {
        return Stream.of(
                "a\n.\n" + FORGED, "a\n.\r\n" + FORGED, "a\r\n.\n" + FORGED, "a\r.\r" + FORGED, "a\r.\r\n" + FORGED, "a\r\n.\r" + FORGED, "a\r\n.\r\r\n" + FORGED,
                "a\r\r\n.\r\n" + FORGED, "a\r\n\0.\r\n" + FORGED, "a\r\n.\0\r\n" + FORGED, "a\0\r\n.\r\n", "a\n\n.\n\n", "a\n\r.\n\r", "\n", "\r", "\0", "a\r", "a\n", "a\r\n.\r",
                "a\r\n.\n", "\n.\n", "\r.\r", "x".repeat(65_535) + "\n.\n" + FORGED, "x".repeat(65_536) + "\r.\r\n" + FORGED, "x".repeat(65_535) + "\r", "x".repeat(131_071) + "\r.");
    }

    @ParameterizedTest
    @MethodSource("proper")
    void oneMessageArrivesWithTheSameOctets(String text) throws InterruptedException {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        for (String[] offers : offers()) {
            Bench bench = bench(content, offers);
            assertThat(Check.words(bench.deliver())).containsExactly("delivered");
            assertThat(bench.server.transactions).hasSize(1);
            assertThat(bench.server.transactions.getFirst().rcpts()).containsExactly("RCPT TO:<b@example.org>");
            byte[] expected = chunking(offers) ? content : completed(text).getBytes(StandardCharsets.UTF_8);
            assertThat(bench.server.transactions.getFirst().content()).isEqualTo(expected);
            // The session is where both sides think it is: another message goes through it.
            assertThat(Check.words(bench.deliver())).containsExactly("delivered");
            assertThat(bench.server.conversations).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("improper")
    void whatCouldBeReadInTwoWaysIsNotSent(String text) throws InterruptedException {
        for (String[] offers : offers()) {
            Bench bench = bench(text.getBytes(StandardCharsets.UTF_8), offers);
            assertThat(Check.words(bench.deliver())).containsExactly("failed 5.6.0 decided");
            assertThat(bench.server.transactions).isEmpty();
            String written = String.join("", bench.server.conversations.getFirst().writes);
            assertThat(written.replace("\r\n", "")).doesNotContain("\r", "\n", "\0");
            assertThat(bench.server.conversations.getFirst().closedByClient).isTrue();
        }
    }

    /// Binary content has no lines; it goes by its length alone, and only where the peer understands that.
    @ParameterizedTest
    @MethodSource("improper")
    void binaryContentArrivesAsItIs(String text) throws InterruptedException {
        Bench bench = bench(text.getBytes(StandardCharsets.UTF_8), new String[] {"CHUNKING", "BINARYMIME", "PIPELINING"});
        bench.body = BodyType.BINARYMIME;
        assertThat(Check.words(bench.deliver())).containsExactly("delivered");
        assertThat(bench.server.transactions).hasSize(1);
        assertThat(bench.server.transactions.getFirst().content()).isEqualTo(bench.content);
    }

    private static List<String[]> offers() {
        return List.of(new String[] {"8BITMIME"}, new String[] {"8BITMIME", "PIPELINING"}, new String[] {"8BITMIME", "CHUNKING"},
                new String[] {"8BITMIME", "PIPELINING", "CHUNKING"});
    }

    private static boolean chunking(String[] offers) {
        return List.of(offers).contains("CHUNKING");
    }

    private static Bench bench(byte[] content, String[] offers) {
        Bench bench = new Bench();
        bench.content = content;
        bench.body = BodyType.EIGHTBITMIME;
        bench.server.offering(offers);
        return bench;
    }

    /// By DATA, a last line always has an end.
    private static String completed(String text) {
        return text.isEmpty() || text.endsWith("\r\n") ? text : text + "\r\n";
    }
}
