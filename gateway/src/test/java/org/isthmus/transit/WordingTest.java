// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.isthmus.address.Domain;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordingTest {
    private static final Peer PEER = new Peer("mx.example.org", new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 25));
    private static final EnhancedStatus STATUS = EnhancedStatus.of("4.0.0");

    @Test
    void saysWhatAnOperatorNeeds() {
        Reply reply = Reply.of(550, "5.1.1", "no such user");
        Cause replied = new Cause.Replied(PEER, Stage.RCPT, reply, EnhancedStatus.of("5.1.1"));
        SourceLine at = new SourceLine("isthmus.conf", 7);
        assertThat(Wording.brief(replied)).isEqualTo("mx.example.org[192.0.2.1]:25 answered RCPT: 550 5.1.1 no such user");
        assertThat(Wording.brief(new Cause.Unresolved(Domain.of("example.org"), "no such name", STATUS))).isEqualTo("DNS for example.org: no such name");
        assertThat(Wording.brief(new Cause.Unreachable(PEER, Stage.CONNECT, "connection refused", STATUS))).isEqualTo("mx.example.org[192.0.2.1]:25 at connect: connection refused");
        assertThat(Wording.brief(new Cause.Unsupported(PEER, "SMTPUTF8", STATUS))).isEqualTo("mx.example.org[192.0.2.1]:25 does not offer SMTPUTF8");
        assertThat(Wording.brief(new Cause.Looped(new LoopEvidence("L2", "its MX is our listener", at, List.of()), STATUS))).isEqualTo("loop, found by L2: its MX is our listener (isthmus.conf:7)");
        assertThat(Wording.brief(new Cause.Decided("no route", at, STATUS))).isEqualTo("no route (isthmus.conf:7)");
        assertThat(Wording.brief(new Cause.Local("disk full", STATUS))).isEqualTo("local trouble: disk full");
        assertThat(Wording.brief(new Cause.Expired(Duration.ofDays(5), replied, STATUS)))
                .isEqualTo("given up after 5 days; at last mx.example.org[192.0.2.1]:25 answered RCPT: 550 5.1.1 no such user");
        assertThat(Wording.brief(new Cause.Expired(Duration.ofDays(5), null, STATUS))).isEqualTo("given up after 5 days");
        assertThat(Wording.brief(new Outcome.Delivered(PEER, Reply.of(250, "2.0.0", "ok"), false, true))).isEqualTo("delivered to mx.example.org[192.0.2.1]:25: 250 2.0.0 ok");
        assertThat(Wording.brief(new Outcome.Deferred(replied))).startsWith("deferred: mx");
        assertThat(Wording.brief(new Outcome.Expanded(List.of(3, 4), true))).isEqualTo("replaced by 2 other recipients");
    }

    @Test
    void staysShort() {
        Reply reply = Reply.of(550, "x".repeat(5000));
        assertThat(Wording.brief(new Cause.Replied(PEER, Stage.DATA, reply, STATUS))).hasSize(1000);
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 0 seconds", "PT1S, 1 second", "PT119S, 119 seconds", "PT2M, 2 minutes", "PT119M, 119 minutes", "PT2H, 2 hours", "PT47H59M, 47 hours", "P2D, 2 days", "P5DT3H, 5 days", "PT-5S, 0 seconds"})
    void saysHowLong(Duration span, String words) {
        assertThat(Wording.span(span)).isEqualTo(words);
    }
}
