// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.syntax.SyntaxProblem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyReaderTest {

    /// Gives its octets in pieces, as networks do, and counts them.
    private static final class Pieces extends InputStream {
        private final byte[] octets;
        private final int size;
        private int at;

        Pieces(byte[] octets, int size) {
            this.octets = octets;
            this.size = size;
        }

        @Override
        public int read() {
            throw new AssertionError("one octet at a time is slow");
        }

        @Override
        public int read(byte[] b, int off, int len) {
            int n = Math.min(Math.min(size, len), octets.length - at);
            System.arraycopy(octets, at, b, off, n);
            at += n;
            return n == 0 ? -1 : n;
        }
    }

    private static byte[] bytes(String escaped) {
        return escaped.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0").replace("\\t", "\t").getBytes(ISO_8859_1);
    }

    private static ReplyReader reader(String escaped) {
        return new ReplyReader(new ByteArrayInputStream(bytes(escaped)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "250 OK\\r\\n                               | 250 | | OK",
        "250\\r\\n                                  | 250 | | ''",
        "250 \\r\\n                                 | 250 | | ''",
        "250-\\r\\n250 end\\r\\n                    | 250 | | '/end'",
        "250-a\\r\\n250-b\\r\\n250 c\\r\\n          | 250 | | a/b/c",
        "250-a\\r\\n250\\r\\n                       | 250 | | a/",
        "250 OK\\n                                  | 250 | | OK",
        "250-a\\n250 b\\r\\n                        | 250 | | a/b",
        "250 OK\\r\\r\\n                            | 250 | | OK",
        "250\\tOK\\r\\n                             | 250 | | OK",
        "250 2.1.0 fine\\r\\n                       | 250 | 2.1.0 | fine",
        "250 2.1.0\\r\\n                            | 250 | 2.1.0 | ''",
        "250-2.1.0 a\\r\\n250 2.1.0 b\\r\\n         | 250 | 2.1.0 | a/b",
        "550 4.1.1 liar\\r\\n                       | 550 | | 4.1.1 liar",
        "550 5.1.1  two blanks\\r\\n                | 550 | 5.1.1 | two blanks",
        "550 5.1.1x no\\r\\n                        | 550 | | 5.1.1x no",
        "550-5.7.1 a\\r\\n550 b\\r\\n               | 550 | 5.7.1 | a/b",
        "550-a\\r\\n550 5.7.1 b\\r\\n               | 550 | 5.7.1 | a/b",
        "421 4.3.2 a\\0b\\tc\\r\\n                  | 421 | 4.3.2 | a?b c",
        "354 go\\r\\n                               | 354 | | go",
        "599 odd\\r\\n                              | 599 | | odd",
    })
    void readsStrangeRepliesHoweverTheyAreCut(String wire, int code, @Nullable String status, String lines) throws Exception {
        Reply expected = new Reply(code, status == null ? null : EnhancedStatus.of(status), List.of(lines.split("/", -1)));
        byte[] octets = bytes(wire);
        for (int size = 1; size <= octets.length; size++) {
            assertThat(new ReplyReader(new Pieces(octets, size)).read()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "\\r\\n", "OK\\r\\n", "25 OK\\r\\n", "2500 OK\\r\\n", "250OK\\r\\n", "199 no\\r\\n", "600 no\\r\\n", "000 no\\r\\n", " 250 OK\\r\\n", "250-a\\r\\n251 b\\r\\n", "250-a\\r\\nb\\r\\n",
        "250-a\\r\\n\\r\\n250 b\\r\\n", "\\0\\0\\0\\n", "+OK POP3 ready\\r\\n", "* OK IMAP\\r\\n", "HTTP/1.1 400 Bad Request\\r\\n"
    })
    void refusesWhatIsNoReply(String wire) {
        assertThatThrownBy(() -> reader(wire).read()).isInstanceOf(SyntaxProblem.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "250", "250 OK", "250 OK\\r", "250-a\\r\\n", "250-a\\r\\n250 b"})
    void endsWithTheConnection(String wire) {
        assertThatThrownBy(() -> reader(wire).read()).isInstanceOf(EOFException.class);
    }

    @Test
    void aProblemShowsWhatCameMadeHarmless() {
        assertThatThrownBy(() -> reader("+OK \\0 ready\\r\\n").read()).hasMessage("not an SMTP reply: \"+OK ? ready\"");
    }

    @Test
    void octetsThatAreNoUtf8BecomeQuestionMarks() throws Exception {
        assertThat(reader("550 a\u00ffb\\r\\n").read().lines()).containsExactly("a?b");
        assertThat(new ReplyReader(new ByteArrayInputStream("550 m\u00fcde\r\n".getBytes(UTF_8))).read().lines()).containsExactly("m\u00fcde");
    }

    @Test
    void dropsTheRestOfALongLine() throws Exception {
        ReplyReader reader = reader("250-" + "x".repeat(10_000) + "\\r\\n250 end\\r\\n");
        Reply reply = reader.read();
        assertThat(reply.lines()).hasSize(2).last().isEqualTo("end");
        assertThat(reply.lines().getFirst()).hasSize(4092).containsOnlyOnce("x".repeat(4092));
        assertThat(reader.hasBuffered()).isFalse();
    }

    @Test
    void keepsTwoHundredLinesAndReadsToTheEnd() throws Exception {
        ReplyReader reader = reader("250-a\\r\\n".repeat(1000) + "250 b\\r\\n220 next\\r\\n");
        assertThat(reader.read().lines()).hasSize(200);
        assertThat(reader.read().code()).isEqualTo(220);
    }

    @ParameterizedTest
    @ValueSource(strings = {"250-a\\r\\n", "x", "250 ", "\\r"})
    void endlessRepliesAreGivenUpAt64KiB(String repeated) {
        Pieces endless = new Pieces(bytes(repeated.repeat(100_000)), 4096);
        assertThatThrownBy(() -> new ReplyReader(endless).read()).isInstanceOf(SyntaxProblem.class).hasMessageContaining("64 KiB");
        assertThat(endless.at).isLessThan(65536 + 2 * 4096);
    }

    @Test
    void tellsOfUnsolicitedOctets() throws Exception {
        ReplyReader reader = reader("250 a\\r\\n250 b\\r\\n");
        assertThat(reader.hasBuffered()).isFalse();
        reader.read();
        assertThat(reader.hasBuffered()).isTrue();
        reader.read();
        assertThat(reader.hasBuffered()).isFalse();
    }

    @Test
    void readsWhatAReplyWrites() throws IOException, SyntaxProblem {
        List<Reply> replies = new ArrayList<>();
        replies.add(Reply.of(250, "2.1.0", "fine"));
        replies.add(Reply.of(354, "go on"));
        replies.add(new Reply(250, null, List.of("mx.example.org", "SIZE 1000", "PIPELINING")));
        replies.add(new Reply(550, EnhancedStatus.of("5.1.1"), List.of("one", "", "three")));
        for (Reply reply : replies) {
            assertThat(new ReplyReader(new ByteArrayInputStream(reply.bytes())).read()).isEqualTo(reply);
        }
    }
}
