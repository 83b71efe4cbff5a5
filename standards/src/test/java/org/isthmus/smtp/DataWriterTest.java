// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataWriterTest {

    private static byte[] bytes(String escaped) {
        return escaped.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0").getBytes(ISO_8859_1);
    }

    private static String write(byte[] content, int first, int second) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataWriter writer = new DataWriter(out);
        writer.write(content, 0, first);
        writer.write(content, first, second - first);
        writer.write(content, second, content.length - second);
        writer.finish();
        return out.toString(ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource({
        "'', .\\r\\n",
        "a, a\\r\\n.\\r\\n",
        "a\\r\\n, a\\r\\n.\\r\\n",
        ".\\r\\n, ..\\r\\n.\\r\\n",
        ".a\\r\\n.b\\r\\n, ..a\\r\\n..b\\r\\n.\\r\\n",
        "a.b\\r\\n, a.b\\r\\n.\\r\\n",
        "a\\r\\n..\\r\\n, a\\r\\n...\\r\\n.\\r\\n",
        "., ..\\r\\n.\\r\\n",
        "a\\r\\n., a\\r\\n..\\r\\n.\\r\\n",
        "\\r\\n.\\r\\n, \\r\\n..\\r\\n.\\r\\n",
        "a long line that is longer than eight\\r\\n.and another\\r\\n, a long line that is longer than eight\\r\\n..and another\\r\\n.\\r\\n",
    })
    void stuffsDotsAndMarksTheEndHoweverTheContentIsCut(String content, String wire) throws IOException {
        byte[] octets = bytes(content);
        for (int first = 0; first <= octets.length; first++) {
            for (int second = first; second <= octets.length; second++) {
                assertThat(write(octets, first, second)).as("cut at %s and %s", first, second).isEqualTo(new String(bytes(wire), ISO_8859_1));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a\\nb, BARE_LF", "\\n, BARE_LF", "a\\r\\n\\n, BARE_LF", "a\\rb, BARE_CR", "\\r, BARE_CR", "a\\r\\r\\n, BARE_CR", "a\\0, NUL", "a\\r\\n.\\n.\\r\\n, BARE_LF",
        "a\\r\\n.\\r.\\r\\n, BARE_CR", "a\\r\\0\\n, BARE_CR", "eight octets and more\\nrest, BARE_LF", "a\\r, BARE_CR"
    })
    void neverWritesWhatEndsALineElsewhere(String content, Violation violation) {
        byte[] octets = bytes(content);
        for (int cut = 0; cut <= octets.length; cut++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            DataWriter writer = new DataWriter(out);
            int at = cut;
            assertThatThrownBy(() -> {
                writer.write(octets, 0, at);
                writer.write(octets, at, octets.length - at);
                writer.finish();
            }).isInstanceOfSatisfying(UnsendableContent.class, e -> assertThat(e.violation()).isEqualTo(violation));
            assertThat(out.toString(ISO_8859_1).replace("\r\n", "")).doesNotContain("\r", "\n", "\0");
        }
    }
}
