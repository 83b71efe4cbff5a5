// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class HeaderReaderTest {
    private static Header read(String text) {
        byte[] octets = text.getBytes(ISO_8859_1);
        return HeaderReader.read(octets, 0, octets.length);
    }

    @Test
    void keepsFieldsAsTheyStand() {
        Header header = read("A: one\r\n two\r\nb :x\u00fc\r\nEmpty:\r\n\r\nbody");
        assertThat(header.fields()).containsExactly(new HeaderField("A", " one\r\n two"), new HeaderField("b", "x\u00fc"), new HeaderField("Empty", ""));
        assertThat(header.complete()).isTrue();
        assertThat(header.text("a")).isEqualTo("one two");
        assertThat(header.text("none")).isEmpty();
    }

    @Test
    void readsLinesThatEndWithLf() {
        assertThat(read("A: one\n two\nB: x\n\nbody").fields()).containsExactly(new HeaderField("A", " one\n two"), new HeaderField("B", " x"));
    }

    @Test
    void aLimitLeavesTheHeaderIncomplete() throws IOException {
        Header header = HeaderReader.read(new ByteArrayInputStream("A: b\r\nC: d\r\n\r\n".getBytes(ISO_8859_1)), 12);
        assertThat(header.fields()).hasSize(2);
        assertThat(header.complete()).isFalse();
        assertThat(header.size()).isEqualTo(12);
    }
}
