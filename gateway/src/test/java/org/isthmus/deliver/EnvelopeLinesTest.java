// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.isthmus.address.Mailbox;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.OriginalRecipient;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.ReportOn;
import org.isthmus.smtp.ReturnContent;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Recipient;
import org.junit.jupiter.api.Test;

class EnvelopeLinesTest {
    private final Bench bench = new Bench();

    private String rcpt(Recipient recipient) throws InterruptedException {
        bench.recipients = List.of(recipient);
        bench.deliver();
        return bench.server.transactions.getLast().rcpts().getFirst();
    }

    @Test
    void handsOnRetAndEnvidUnchanged() throws InterruptedException {
        bench.parameters = new MailParameters(OptionalLong.of(7), BodyType.SEVENBIT, false, ReturnContent.HDRS, "a+b=c d");
        bench.deliver();
        assertThat(bench.server.transactions.getFirst().mail()).isEqualTo("MAIL FROM:<sender@example.net> SIZE=24 RET=HDRS ENVID=a+2Bb+3Dc+20d");
    }

    @Test
    void handsOnNotifyAndOrcptUnchangedAndInventsNone() throws InterruptedException {
        Mailbox b = Mailbox.of("b@example.org");
        assertThat(rcpt(Recipient.of(b, RcptParameters.NONE))).isEqualTo("RCPT TO:<b@example.org>");
        assertThat(rcpt(Recipient.of(b, new RcptParameters(Set.of(), null)))).isEqualTo("RCPT TO:<b@example.org> NOTIFY=NEVER");
        assertThat(rcpt(Recipient.of(b, new RcptParameters(EnumSet.allOf(ReportOn.class), new OriginalRecipient("rfc822", "x+y@example.com")))))
                .isEqualTo("RCPT TO:<b@example.org> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;x+2By@example.com");
    }

    @Test
    void tellsTheAddressThatTheSenderNamedWhereWeChangedIt() throws InterruptedException {
        Recipient aliased = new Recipient(Mailbox.of("b@example.org"), RcptParameters.NONE, List.of(Mailbox.of("info@example.com"), Mailbox.of("all@example.com")));
        assertThat(rcpt(aliased)).isEqualTo("RCPT TO:<b@example.org> ORCPT=rfc822;info@example.com");
        Recipient given = new Recipient(Mailbox.of("b@example.org"), new RcptParameters(null, new OriginalRecipient("rfc822", "first@example.com")), aliased.via());
        assertThat(rcpt(given)).isEqualTo("RCPT TO:<b@example.org> ORCPT=rfc822;first@example.com");
    }

    @Test
    void writesUtf8OriginalsAsThePeerCanReadThem() throws InterruptedException {
        Recipient one = Recipient.of(Mailbox.of("b@example.org"), new RcptParameters(null, new OriginalRecipient("utf-8", "j\u00f6rg@example.com")));
        assertThat(rcpt(one)).isEqualTo("RCPT TO:<b@example.org> ORCPT=utf-8;j\\x{F6}rg@example.com");
        bench.parameters = Bench.announced(BodyType.SEVENBIT, true);
        assertThat(rcpt(one)).isEqualTo("RCPT TO:<b@example.org> ORCPT=utf-8;j\u00f6rg@example.com");
    }

    @Test
    void leavesOutAnOriginalThatWouldBeTooLong() throws InterruptedException {
        Recipient one = Recipient.of(Mailbox.of("b@example.org"), new RcptParameters(null, new OriginalRecipient("rfc822", "+".repeat(200))));
        assertThat(rcpt(one)).isEqualTo("RCPT TO:<b@example.org>");
    }

    @Test
    void saysNothingOfReportsToAPeerWithoutDsnAndTellsSo() throws InterruptedException {
        bench.server.offering("SIZE");
        bench.parameters = new MailParameters(OptionalLong.empty(), BodyType.SEVENBIT, false, ReturnContent.FULL, "id");
        assertThat(rcpt(Recipient.of(Mailbox.of("b@example.org"), new RcptParameters(EnumSet.of(ReportOn.SUCCESS), new OriginalRecipient("rfc822", "x@example.com")))))
                .isEqualTo("RCPT TO:<b@example.org>");
        assertThat(bench.server.transactions.getFirst().mail()).isEqualTo("MAIL FROM:<sender@example.net> SIZE=24");
        assertThat(((Outcome.Delivered) bench.outcome()).reportsOn()).isFalse();
        bench.courier.closeIdle();
        bench.server.offering("DSN");
        assertThat(((Outcome.Delivered) bench.outcome()).reportsOn()).isTrue();
    }

    @Test
    void writesQuotedLocalPartsAndLiteralsAsTheyMustBe() throws InterruptedException {
        assertThat(rcpt(Recipient.of(Mailbox.of("\"a b\"@[192.0.2.7]"), RcptParameters.NONE))).isEqualTo("RCPT TO:<\"a b\"@[192.0.2.7]>");
    }
}
