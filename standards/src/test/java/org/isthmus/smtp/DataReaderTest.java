// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataReaderTest {

    /// What is seen from outside after all octets were offered.
    record Result(int consumed, boolean done, @Nullable Violation violation, String content) {}

    /// With {@code \r}, {@code \n} and {@code \0} written out.
    private static byte[] bytes(String escaped) {
        return escaped.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0").getBytes(ISO_8859_1);
    }

    private static Result read(byte[] input, int... cuts) throws IOException {
        DataReader reader = new DataReader();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int consumed = 0;
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? cuts[i] : input.length;
            consumed += reader.feed(input, from, to - from, out);
            from = to;
        }
        // After a violation the content is of no interest, and how much of it was written may differ.
        String content = reader.violation() == null ? out.toString(ISO_8859_1) : "";
        return new Result(consumed, reader.done(), reader.violation(), content);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, value = {
        // input | rest that must not be consumed | violation | content
        ".\\r\\n                               | '' |         | ''",
        ".\\r\\nRSET\\r\\n                     | RSET\\r\\n | | ''",
        "a\\r\\n.\\r\\n                        | '' |         | a\\r\\n",
        "a\\r\\n.\\r\\nQUIT\\r\\n              | QUIT\\r\\n | | a\\r\\n",
        "..\\r\\n.\\r\\n                       | '' |         | .\\r\\n",
        "...a\\r\\n..\\r\\n.\\r\\n             | '' |         | ..a\\r\\n.\\r\\n",
        ".a\\r\\n.\\r\\n                       | '' |         | a\\r\\n",
        "a.\\r\\n.\\r\\n                       | '' |         | a.\\r\\n",
        "\\r\\n\\r\\n.\\r\\n                   | '' |         | \\r\\n\\r\\n",
        "a\\n.\\nb\\r\\n.\\r\\n                | '' | BARE_LF | ''",
        "a\\n.\\r\\nb\\r\\n.\\r\\nX            | X  | BARE_LF | ''",
        "a\\r\\n.\\nb\\r\\n.\\r\\nX            | X  | BARE_LF | ''",
        "a\\r.\\r\\nb\\r\\n.\\r\\nX            | X  | BARE_CR | ''",
        "a\\r.\\rb\\r\\n.\\r\\nX               | X  | BARE_CR | ''",
        "a\\r\\n.\\rb\\r\\n.\\r\\nX            | X  | BARE_CR | ''",
        "a\\r\\n.\\r\\r\\nb\\r\\n.\\r\\nX       | X  | BARE_CR | ''",
        "a\\r\\r\\n.\\r\\nX                    | X  | BARE_CR | ''",
        "a\\r\\n.\\r\\0\\nb\\r\\n.\\r\\nX       | X  | BARE_CR | ''",
        "a\\r\\n\\0.\\r\\nb\\r\\n.\\r\\nX       | X  | NUL     | ''",
        "a\\r\\n.\\0\\r\\nb\\r\\n.\\r\\nX       | X  | NUL     | ''",
        "a\\0\\r\\n.\\r\\nX                    | X  | NUL     | ''",
        "\\n.\\r\\nb\\r\\n.\\r\\nX             | X  | BARE_LF | ''",
        "\\r.\\r\\n.\\r\\nX                    | X  | BARE_CR | ''",
        "\\n.\\n\\r\\n.\\r\\nX                 | X  | BARE_LF | ''",
        "a\\n\\r\\n.\\r\\nX                    | X  | BARE_LF | ''",
        "a\\0b\\nc\\r\\n.\\r\\nX               | X  | NUL     | ''",
        "a\\rb\\nc\\r\\n.\\r\\nX               | X  | BARE_CR | ''",
        ".\\r.\\r\\nb\\r\\n.\\r\\nX            | X  | BARE_CR | ''",
        ".\\n\\r\\n.\\r\\nX                    | X  | BARE_LF | ''",
        ".\\r\\r\\n.\\r\\nX                    | X  | BARE_CR | ''",
    })
    void endsAtTheTrueEndHoweverTheInputIsCut(String input, String rest, @Nullable Violation violation, String content) throws IOException {
        byte[] octets = bytes(input);
        Result expected = new Result(octets.length - bytes(rest).length, true, violation, new String(bytes(content), ISO_8859_1));
        assertThat(read(octets)).isEqualTo(expected);
        for (int first = 0; first <= octets.length; first++) {
            for (int second = first; second <= octets.length; second++) {
                assertThat(read(octets, first, second)).as("cut at %s and %s", first, second).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"a\\r\\n", "a\\r\\n.", "a\\r\\n.\\r", "a\\r\\n..\\r\\n", "a\\n.\\n", "a\\r\\n.\\n", "''", "a\\r.\\r", ".\\n", ".\\r"})
    void doesNotEndBeforeTheEnd(String input) throws IOException {
        byte[] octets = bytes(input);
        Result result = read(octets);
        assertThat(result.done()).isFalse();
        assertThat(result.consumed()).isEqualTo(octets.length);
    }

    @Test
    void takesNothingAfterTheEnd() throws IOException {
        DataReader reader = new DataReader();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] input = bytes(".\\r\\n");
        reader.feed(input, 0, 3, out);
        assertThat(reader.feed(input, 0, 3, out)).isZero();
    }

    @Test
    void readsWhatTheWriterWroteWhateverItIs() throws IOException {
        Random random = new Random(1);
        String[] pieces = {"\r\n", ".", "..", "\r\n.", "\r\n.\r\n", "word", "\r\n\r\n", "\u00fc\t", "long long long long line"};
        for (int round = 0; round < 2000; round++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            byte[] content = text.append("\r\n").toString().getBytes(ISO_8859_1);
            ByteArrayOutputStream wire = new ByteArrayOutputStream();
            DataWriter writer = new DataWriter(wire);
            int cut = random.nextInt(content.length + 1);
            writer.write(content, 0, cut);
            writer.write(content, cut, content.length - cut);
            writer.finish();
            byte[] sent = wire.toByteArray();
            int again = random.nextInt(sent.length + 1);
            assertThat(read(sent, again)).isEqualTo(new Result(sent.length, true, null, new String(content, ISO_8859_1)));
        }
    }

    @Test
    void agreesWithTheObviousReaderOnAnyOctets() throws IOException {
        Random random = new Random(2);
        byte[] alphabet = {'\r', '\n', '.', 0, 'a', '\t', (byte) 0x80, '\r', '\n', '.', 1, 14};
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                text.append((char) (alphabet[random.nextInt(alphabet.length)] & 0xFF));
            }
            byte[] input = text.append("\r\n.\r\nrest").toString().getBytes(ISO_8859_1);
            int cut = random.nextInt(input.length + 1);
            assertThat(read(input, cut / 2, cut)).isEqualTo(obvious(input));
        }
    }

    /// Written from the text of RFC 5321, with the whole input in hand; the input holds an end.
    private static Result obvious(byte[] input) {
        String text = "\r\n" + new String(input, ISO_8859_1);
        int end = text.indexOf("\r\n.\r\n");
        String data = text.substring(0, end + 2);
        Violation violation = null;
        for (int i = 0; i < data.length() && violation == null; i++) {
            char c = data.charAt(i);
            if (c == 0) {
                violation = Violation.NUL;
            } else if (c == '\n' && data.charAt(i - 1) != '\r') {
                violation = Violation.BARE_LF;
            } else if (c == '\r' && data.charAt(i + 1) != '\n') {
                violation = Violation.BARE_CR;
            }
        }
        String content = data.replace("\r\n.", "\r\n").substring(2);
        return new Result(end + 3, true, violation, violation != null ? "" : content);
    }

    @Test
    void writesRunsAndNotOctets() throws IOException {
        byte[] input = ("x".repeat(70) + "\r\n").repeat(1000).concat(".\r\n").getBytes(ISO_8859_1);
        int[] calls = {0};
        DataReader reader = new DataReader();
        reader.feed(input, 0, input.length, new java.io.OutputStream() {
            @Override
            public void write(int b) {
                calls[0]++;
            }

            @Override
            public void write(byte[] b, int off, int len) {
                calls[0]++;
            }
        });
        assertThat(calls[0]).isEqualTo(1);
    }
}
