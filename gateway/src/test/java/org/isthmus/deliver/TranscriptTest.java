// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import org.isthmus.smtp.Reply;
import org.junit.jupiter.api.Test;

class TranscriptTest {
    private final Transcript transcript = new Transcript();

    @Test
    void aFullOneKeepsItsBeginningAndItsNewestLine() {
        for (int i = 0; i < 100; i++) {
            transcript.said("line " + i);
        }
        assertThat(transcript.lines()).hasSize(20).startsWith("> line 0", "> line 1").endsWith("> line 18", "> line 99");
    }

    @Test
    void aLineIsCutAndHoldsNoControlCharacters() {
        transcript.heard(Reply.of(550, "5.1.1", "\u001b[2J" + "x".repeat(1000)));
        assertThat(transcript.lines().getFirst()).hasSize(300).startsWith("< 550 5.1.1 ?[2Jxxx").endsWith("x…");
    }
}
