// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HarmlessTest {
    @Test
    void ordinaryTextStaysAsItIs() {
        String text = "Grüße 😀 日本 \"quoted\" back\\slash";
        assertThat(Harmless.text(text)).isSameAs(text);
    }

    @Test
    void whatMovesCursorsEndsLinesOrTurnsTextIsShownAsAnEscape() {
        assertThat(Harmless.text("a\r\nb\u001b[2J\u009b\u202e\u2028\u200b\u0000\ud83d.")).isEqualTo("a\\r\\nb\\u001b[2J\\u009b\\u202e\\u2028\\u200b\\u0000\\ud83d.");
    }

    @Test
    void wordsAreQuotedWhereTheyMust() {
        assertThat(Harmless.word("mx.example")).isEqualTo("mx.example");
        assertThat(Harmless.word("a b=\"c\"")).isEqualTo("\"a b=\\\"c\\\"\"");
        assertThat(Harmless.word("")).isEqualTo("\"\"");
    }
}
