// SPDX-License-Identifier: Apache-2.0
package org.isthmus.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/// The examples of RFC 4013 §3, and PLAIN.
class SaslPrepTest {
    @Test
    void preparesAsTheRfcShows() {
        assertThat(SaslPrep.prepare("I\u00ADX")).contains("IX");
        assertThat(SaslPrep.prepare("user")).contains("user");
        assertThat(SaslPrep.prepare("USER")).contains("USER");
        assertThat(SaslPrep.prepare("\u00AA")).contains("a");
        assertThat(SaslPrep.prepare("\u2168")).contains("IX");
        assertThat(SaslPrep.prepare("\u0007")).isEmpty();
        assertThat(SaslPrep.prepare("\u0627\u0031")).isEmpty();
        assertThat(SaslPrep.prepare("a\u00A0b")).contains("a b");
        assertThat(SaslPrep.prepare("gr\u00FC\u00DFe")).contains("gr\u00FC\u00DFe");
        assertThat(SaslPrep.prepare("u\u0308")).contains("\u00FC");
    }

    @Test
    void readsPlain() throws SaslProblem {
        assertThat(PlainMessage.parse("\0tim\0tanstaaftanstaaf".getBytes(UTF_8))).isEqualTo(new PlainMessage("", "tim", "tanstaaftanstaaf"));
        PlainMessage acting = new PlainMessage("Ursel", "Kurt", "xipj3plmq");
        assertThat(PlainMessage.parse(acting.octets())).isEqualTo(acting);
        assertThat(acting.toString()).doesNotContain("xipj3plmq");
    }

    @Test
    void whatIsNoPlainIsMalformed() {
        assertThat(List.of("", "\0", "tim", "\0tim", "\0tim\0", "\0\0secret", "\0tim\0secret\0", "\0tim\0" + "x".repeat(5000)))
                .allSatisfy(text -> assertThatThrownBy(() -> PlainMessage.parse(text.getBytes(UTF_8))).isInstanceOf(SaslProblem.class));
        assertThatThrownBy(() -> PlainMessage.parse(new byte[] {0, (byte) 0xFF, 0, 'x'})).isInstanceOf(SaslProblem.class);
    }
}
