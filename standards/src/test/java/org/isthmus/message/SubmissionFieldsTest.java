// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubmissionFieldsTest {
    private static final String ADDED_DATE = "Date: now\r\n";
    private static final String ADDED_ID = "Message-ID: <1@x>\r\n";
    private static final String ADDED = ADDED_DATE + ADDED_ID;

    /// In pieces of a size: whatever that is, the same must come out.
    private static String through(String text, int piece) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SubmissionFields fields = new SubmissionFields(new SubmissionFields.Missing("now", "<1@x>"), out::write);
        byte[] octets = text.getBytes(ISO_8859_1);
        for (int at = 0; at < octets.length; at += piece) {
            fields.feed(octets, at, Math.min(piece, octets.length - at));
        }
        fields.finish();
        return out.toString(ISO_8859_1);
    }

    private static void becomes(String text, String expected) {
        assertThat(List.of(1, 2, 3, 7, 4096)).allSatisfy(piece -> assertThat(through(text, piece)).isEqualTo(expected));
    }

    @Test
    void addsWhatIsMissingAtTheEndOfTheHeader() {
        becomes("From: a@b\r\nSubject: x\r\n\r\ntext\r\n", "From: a@b\r\nSubject: x\r\n" + ADDED + "\r\ntext\r\n");
        becomes("From: a@b\r\nDATE: then\r\n\r\ntext\r\n", "From: a@b\r\nDATE: then\r\n" + ADDED_ID + "\r\ntext\r\n");
        becomes("message-id : <y@z>\r\nFrom: a@b\r\n\r\n", "message-id : <y@z>\r\nFrom: a@b\r\n" + ADDED_DATE + "\r\n");
    }

    @Test
    void leavesCompleteMessagesAsTheyAre() {
        String complete = "Received: x\r\n\ty\r\nDate: then\r\nMessage-ID:\r\n <y@z>\r\nX-Very-Long-Field-Name-That-Fits-No-Buffer: 1\r\n\r\nBcc: text\r\n";
        becomes(complete, complete);
    }

    @Test
    void leavesOutBccWithAllItsLines() {
        becomes("Bcc: a@b,\r\n c@d,\r\n\te@f\r\nDate: then\r\nMessage-ID: <y@z>\r\nBCC:g@h\r\nResent-Bcc: i@j\r\n\r\nx\r\n", "Date: then\r\nMessage-ID: <y@z>\r\n\r\nx\r\n");
        // Not those that only begin alike.
        String alike = "Bcc-Not: x\r\nDate: then\r\nMessage-ID: <y@z>\r\n\r\nx\r\n";
        becomes(alike, alike);
    }

    @Test
    void headerThatEndsWithoutItsEmptyLineGetsOne() {
        becomes("no header at all\r\n", ADDED + "\r\nno header at all\r\n");
        becomes("From: a@b\r\nthis is text\r\n", "From: a@b\r\n" + ADDED + "\r\nthis is text\r\n");
        becomes("", ADDED);
        becomes("From: a@b\r\n", "From: a@b\r\n" + ADDED);
        becomes("\r\ntext\r\n", ADDED + "\r\ntext\r\n");
    }
}
