// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NeedleTest {
    @Test
    void agreesWithTheObviousSearch() {
        Random random = new Random(7);
        String letters = "abAB.@1";
        for (int round = 0; round < 20_000; round++) {
            String hay = text(random, letters, random.nextInt(40));
            String wanted = text(random, letters, 1 + random.nextInt(5));
            int from = random.nextInt(3);
            int expected = hay.toLowerCase(Locale.ROOT).indexOf(wanted.toLowerCase(Locale.ROOT), from);
            assertThat(new Needle(wanted).find(hay.getBytes(ISO_8859_1), from, hay.length())).as("%s in %s from %d", wanted, hay, from).isEqualTo(expected);
        }
    }

    private static String text(Random random, String letters, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    @Test
    void neverLooksBehindTheEnd() {
        assertThat(new Needle("abc").find("xxabc".getBytes(ISO_8859_1), 0, 4)).isEqualTo(-1);
        assertThat(new Needle("abc").find(new byte[0], 0, 0)).isEqualTo(-1);
    }

    @Test
    void takesTheLongestPieceThatJsonLeavesAlone() {
        byte[] line = "{\"rule\":\"say \\\"hello there\\\" ü\"}\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertThat(Needle.within("y \"hello there\" ü").find(line, 0, line.length)).isPositive();
        assertThat(Needle.within("ü").find(line, 0, line.length)).isEqualTo(line.length - 1);
    }
}
