// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotedPrintableTest {

    @ParameterizedTest
    @CsvSource({"abc, abc", "a=b, a=3Db", "'a ', a=20", "'a \r\n b', 'a=20\r\n b'", "\u00fc, =C3=BC", "'a\nb', a=0Ab", "'', ''"})
    void encodesWhatMustBe(String text, String encoded) {
        assertThat(QuotedPrintable.encode(text)).isEqualTo(encoded);
    }

    @Test
    void decodesWhatItEncodes() {
        Random random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            byte[] content = new byte[random.nextInt(300)];
            for (int i = 0; i < content.length; i++) {
                content[i] = (byte) (random.nextInt(4) == 0 ? "\r\n =\t\0".charAt(random.nextInt(6)) : random.nextInt(3) == 0 ? random.nextInt(256) : 'a');
            }
            byte[] encoded = QuotedPrintable.encode(content);
            assertThat(QuotedPrintable.decode(encoded)).isEqualTo(content);
            assertThat(new String(encoded, ISO_8859_1).split("\r\n", -1)).allMatch(line -> line.length() <= 76 && line.chars().allMatch(c -> c >= 32 && c < 127 || c == '\t'));
        }
    }

    @ParameterizedTest
    @CsvSource({"a=, a", "a=zz, a=zz", "a=4, a=4", "'a= \r\nb', ab", "'a=\nb', ab", "=41, A", "=4a, J", "==41, =A"})
    void decodesWhatOthersWrite(String encoded, String text) {
        assertThat(new String(QuotedPrintable.decode(encoded.getBytes(ISO_8859_1)), ISO_8859_1)).isEqualTo(text);
    }

    @Test
    void readsContentTypes() {
        assertThat(ContentType.parse("Multipart/Report; report-type=delivery-status;\tboundary=\"a \\\"b\"")).isEqualTo(
                new ContentType("multipart/report", Map.of("report-type", "delivery-status", "boundary", "a \"b")));
        assertThat(ContentType.parse("multipart/report (why); boundary = a/b (x) ; charset")).isEqualTo(new ContentType("multipart/report", Map.of("boundary", "a/b")));
        for (String odd : new String[] {"", "x", "/", ";", "text", "text/", "\u0000", "(", "\""}) {
            assertThat(ContentType.parse(odd).type()).isEqualTo("text/plain");
        }
    }
}
