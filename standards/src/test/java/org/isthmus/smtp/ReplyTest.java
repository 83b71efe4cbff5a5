// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReplyTest {
    private static String wire(Reply reply, boolean utf8) {
        return new String(reply.bytes(utf8), UTF_8);
    }

    @Test
    void writesCodeAndStatusOnEveryLine() {
        assertThat(wire(new Reply(250, EnhancedStatus.of("2.1.0"), List.of("one", "two")), false)).isEqualTo("250-2.1.0 one\r\n250 2.1.0 two\r\n");
        assertThat(wire(Reply.of(354, "go"), false)).isEqualTo("354 go\r\n");
        assertThat(wire(Reply.of(250, ""), false)).isEqualTo("250 \r\n");
    }

    @Test
    void nothingInATextCanEndTheLine() {
        assertThat(wire(Reply.of(550, "5.1.1", "a\r\n250 b\nc\0d\te\u0085f"), false)).isEqualTo("550 5.1.1 a??250 b?c?d e?f\r\n");
        assertThat(wire(Reply.of(550, "5.1.1", "a\r\n250 b\u0085"), true)).isEqualTo("550 5.1.1 a??250 b?\r\n");
    }

    @Test
    void keepsToAsciiUnlessTold() {
        assertThat(wire(Reply.of(550, "m\u00fcde \uD83D\uDE00"), false)).isEqualTo("550 m?de ?\r\n");
        assertThat(wire(Reply.of(550, "m\u00fcde \uD83D\uDE00 \uD83D"), true)).isEqualTo("550 m\u00fcde \uD83D\uDE00 ?\r\n");
    }

    @Test
    void noLineIsLongerThan512Octets() {
        for (String word : List.of("word ", "x", "\u00fc", "\uD83D\uDE00", "a ".repeat(3) + "y".repeat(600))) {
            String text = word.repeat(1500 / word.length() + 1).strip();
            for (int cut = 0; cut < 8; cut++) {
                String tried = text.substring(0, text.offsetByCodePoints(0, text.codePointCount(0, text.length()) - cut));
                String wire = wire(Reply.of(550, "5.1.1", tried), true);
                StringBuilder together = new StringBuilder();
                for (String line : wire.split("\r\n")) {
                    assertThat(line.getBytes(UTF_8).length).isLessThanOrEqualTo(510);
                    together.append(line.substring(10));
                }
                assertThat(together).hasToString(tried);
                assertThat(wire).matches("(?s)(550-5\\.1\\.1 [^\r\n]*\r\n)*550 5\\.1\\.1 [^\r\n]*\r\n");
            }
        }
    }

    @Test
    void codeAndStatusAgree() {
        assertThatThrownBy(() -> Reply.of(550, "4.1.1", "no")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Reply.of(354, "2.0.0", "no")).isInstanceOf(IllegalArgumentException.class);
    }
}
