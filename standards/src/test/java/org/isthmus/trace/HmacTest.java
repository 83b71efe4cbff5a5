// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trace;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class HmacTest {
    /// RFC 4231 §4.2 and §4.3.
    @Test
    void sumsAreThoseOfTheStandard() throws Exception {
        byte[] key = HexFormat.of().parseHex("0b".repeat(20));
        assertThat(sum(key, "Hi There")).isEqualTo("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        assertThat(sum("Jefe".getBytes(US_ASCII), "what do ya want for nothing?")).isEqualTo("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    private static String sum(byte[] key, String text) throws Exception {
        return HexFormat.of().formatHex(new Hmac(key).sum(text.getBytes(US_ASCII), text.length()));
    }

    @Test
    void itAgreesWithThePlatformsOwnForAllLengths() throws Exception {
        Random random = new Random(7);
        for (int length = 0; length < 200; length++) {
            byte[] key = new byte[1 + length % 64];
            byte[] text = new byte[length];
            random.nextBytes(key);
            random.nextBytes(text);
            Mac right = Mac.getInstance("HmacSHA256");
            right.init(new SecretKeySpec(key, "HmacSHA256"));
            assertThat(new Hmac(key).sum(text, length)).as("%d octets", length).isEqualTo(right.doFinal(text));
        }
    }
}
