// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.isthmus.message.HeaderMarks.Found;
import org.isthmus.syntax.SipHash;
import org.junit.jupiter.api.Test;

final class HeaderMarksTest {
    private static final SipHash.Key KEY = new SipHash.Key(1, 2);

    private static HeaderMarks read(String content, int piece) {
        HeaderMarks marks = new HeaderMarks("mx1.example.com", "x-trace-site", text -> text.startsWith("T"), KEY);
        HeaderScanner scanner = new HeaderScanner(1_000_000, 1000, marks);
        byte[] octets = content.getBytes(UTF_8);
        for (int at = 0; at < octets.length; at += piece) {
            scanner.feed(octets, at, Math.min(piece, octets.length - at));
        }
        scanner.finish();
        return marks;
    }

    private static HeaderMarks read(String header) {
        return read(header + "\r\nbody\r\n", 1000);
    }

    @Test
    void findsReceivedLinesThatOneHostWrote() {
        String header = """
                Received: from a.example (a.example [192.0.2.1])
                \tby MX1.example.com with ESMTP id 0ABC.T1
                \tfor <b@example.com>;
                \tMon, 5 Jan 2026 10:00:00 +0000
                Received: from mx1.example.com ([203.0.113.7]) by filter.example with ESMTP id 7
                Received: by mx1.example.com id 0ABD; Mon, 5 Jan 2026 09:00:00 +0000
                Received: by mx1.example.com; Mon, 5 Jan 2026 09:00:00 +0000
                Received: from b.example (by mx1.example.com) by other.example
                Received: from c.example by mx1.example.com.evil.example
                X-Received: by mx1.example.com
                Subject: by mx1.example.com
                """.replace("\n", "\r\n");
        for (int piece : List.of(1, 7, 1000)) {
            HeaderMarks marks = read(header + "\r\nReceived: by mx1.example.com id 0ABE\r\n", piece);
            assertThat(marks.own()).isEqualTo(3);
            assertThat(marks.ownLines()).containsExactly(new Found("0ABC", 0), new Found("0ABD", 2));
        }
    }

    @Test
    void findsWhatMayBeTokensNewestFirst() {
        HeaderMarks marks = read("X-Trace-Site: Tnew\r\nReceived: from x by old-name.example with ESMTP (Postfix, user id 7)\r\n id 01ABC.T2;\r\n date\r\n"
                + "Received: from x by y id\t9.T3\r\nReceived: by z id 1.Forged id 2.T4\r\nX-Other: id 1.T5\r\nx-trace-site:\r\n T6\r\n");
        assertThat(marks.tokens()).containsExactly(new Found("Tnew", 0), new Found("T2", 1), new Found("T3", 2), new Found("T4", 3), new Found("T6", 5));
        assertThat(read("X-Trace-Site: T\r\n".repeat(40)).tokens()).hasSize(10);
        assertThat(read("X-Trace-Site: Forged\r\n".repeat(400) + "X-Trace-Site: T\r\n").tokens()).containsExactly(new Found("T", 400));
    }

    @Test
    void readsTheTraitsOfMachines() {
        HeaderMarks marks = read("Auto-Submitted: Auto-Replied (vacation); owner=x\r\nPrecedence: (x) Bulk\r\nList-Id: <x>\r\n"
                + "Content-Type: Multipart/Report;\r\n boundary=\"a;b\"; Report-Type=\"Delivery-Status\"\r\nReturn-Path: <>\r\n");
        assertThat(marks.autoSubmitted()).contains("auto-replied");
        assertThat(marks.precedence()).contains("bulk");
        assertThat(marks.list()).isTrue();
        assertThat(marks.reportType()).contains("delivery-status");
        assertThat(marks.returnPath()).contains("<>");
        HeaderMarks person = read("Auto-Submitted: no\r\nListen: x\r\nContent-Type: text/plain; x=\"multipart/report\"\r\n");
        assertThat(person.autoSubmitted()).contains("no");
        assertThat(person.precedence()).isEmpty();
        assertThat(person.list()).isFalse();
        assertThat(person.reportType()).isEmpty();
        assertThat(read("Content-Type: multipart/report\r\n").reportType()).contains("");
    }

    @Test
    void keepsTheIdsOfAConversation() {
        StringBuilder references = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            references.append("\r\n <").append(i).append("@x>");
        }
        HeaderMarks marks = read("In-Reply-To: \"words\" <a@x>\r\n <b@x>\r\nReferences:" + references + "\r\n");
        assertThat(marks.inReplyTo()).containsExactly("<a@x>", "<b@x>");
        assertThat(marks.references()).hasSize(10).startsWith("<20@x>").endsWith("<29@x>");
        assertThat(read("References: <a@x\r\n").references()).isEmpty();
    }

    @Test
    void tellsWhetherAResentBlockIsNewerThanAToken() {
        assertThat(read("Resent-From: a@x\r\nX-Trace-Site: T\r\n").resentAt()).isZero();
        assertThat(read("Received: x\r\nX-Trace-Site: T\r\nresent-date: x\r\nResent-From: a@x\r\n").resentAt()).isEqualTo(2);
        assertThat(read("Subject: resent\r\n").resentAt()).isEqualTo(-1);
    }

    private static final String HEADER = "From: A <a@x>\r\nTo: b@y\r\nDate: today\r\nSubject: one two\r\nMessage-ID: <1@x>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n";

    @Test
    void foldingDoesNotChangeWhatAMessageIsKnownBy() {
        HeaderMarks one = read(HEADER);
        HeaderMarks folded = read("received: x\r\n" + HEADER.replace("Subject: one two", "SUBJECT:\r\n  one\r\n\ttwo ").replace("From: A", "From:A \r\n"));
        assertThat(folded.from()).isEqualTo(one.from()).isNotZero();
        assertThat(folded.date()).isEqualTo(one.date()).isNotZero();
        assertThat(folded.subject()).isEqualTo(one.subject()).isNotZero();
        assertThat(folded.messageId()).isEqualTo(one.messageId()).isNotZero();
        assertThat(read(HEADER.replace("one two", "onetwo")).subject()).isNotEqualTo(one.subject());
        assertThat(read("Subject:\r\n\r\n").subject()).isZero();
        assertThat(read("X: y\r\n").messageId()).isZero();
    }

    @Test
    void theIdentityIsEqualInCountAndOctets() {
        HeaderMarks one = read(HEADER);
        String turned = "Message-ID: <1@x>\r\nContent-Type: text/plain\r\nReceived: x\r\nMIME-Version: 1.0\r\nSubject: one two\r\nTo: b@y\r\nDate: today\r\nFrom: A <a@x>\r\n";
        assertThat(read(turned).identity()).isEqualTo(one.identity());
        for (String other : List.of(HEADER + "Cc: c@z\r\n", HEADER + "To: b@y\r\n", HEADER + "Content-Language: en\r\n", HEADER + "Reply-To: r@x\r\n", HEADER + "Sender: r@x\r\n",
                HEADER.replace("MIME-Version: 1.0\r\n", ""), HEADER.replace("one two", "one  two"), HEADER.replace("<1@x>", "<2@x>"))) {
            assertThat(read(other).identity()).as(other).isNotEqualTo(one.identity());
        }
        assertThat(read(HEADER + "X-Any: thing\r\nDKIM-Signature: x\r\n").identity()).isEqualTo(one.identity());
    }

    @Test
    void theBodyIsSummedBehindTheHeader() {
        for (int piece : List.of(1, 5, 1000)) {
            assertThat(read(HEADER + "\r\nbody\r\n", piece).bodySum()).isEqualTo(read("X: y\r\n\r\nbody\r\n", 1000).bodySum());
            assertThat(read(HEADER + "\r\nbodx\r\n", piece).bodySum()).isNotEqualTo(read("X: y\r\n\r\nbody\r\n", 1000).bodySum());
        }
    }
}
