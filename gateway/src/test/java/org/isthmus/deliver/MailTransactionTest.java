// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.isthmus.smtp.BodyType;
import org.isthmus.transit.DeliveryAttempt;
import org.junit.jupiter.api.Test;

class MailTransactionTest {
    private final Bench bench = new Bench();

    @Test
    void sendsTheWholeEnvelopeInOneWriteWhenThePeerPipelines() throws InterruptedException {
        bench.to(3).deliver();
        assertThat(bench.server.conversations.getFirst().writes).containsExactly(
                "EHLO mx1.example.com\r\n",
                "MAIL FROM:<sender@example.net> SIZE=24\r\nRCPT TO:<u0@example.org>\r\nRCPT TO:<u1@example.org>\r\nRCPT TO:<u2@example.org>\r\nDATA\r\n",
                Bench.TEXT + ".\r\n");
    }

    @Test
    void speaksInTurnWhenThePeerDoesNotPipeline() throws InterruptedException {
        bench.server.offering();
        bench.to(2).deliver();
        assertThat(bench.server.conversations.getFirst().writes).containsExactly(
                "EHLO mx1.example.com\r\n", "MAIL FROM:<sender@example.net>\r\n", "RCPT TO:<u0@example.org>\r\n", "RCPT TO:<u1@example.org>\r\n", "DATA\r\n",
                Bench.TEXT + ".\r\n");
    }

    @Test
    void sendsContentAsOneChunkWhenThePeerTakesChunks() throws InterruptedException {
        bench.server.offering("PIPELINING", "CHUNKING");
        bench.deliver();
        assertThat(bench.server.conversations.getFirst().writes).containsExactly(
                "EHLO mx1.example.com\r\n", "MAIL FROM:<sender@example.net>\r\nRCPT TO:<b@example.org>\r\n", "BDAT 24 LAST\r\n" + Bench.TEXT);
        assertThat(bench.server.transactions.getFirst().text()).isEqualTo(Bench.TEXT);
    }

    @Test
    void sendsALoneDotIfDataIsTakenForNobody() throws InterruptedException {
        bench.server.on("RCPT", "550 5.1.1 No\r\n").on("DATA", "354 Go\r\n");
        assertThat(Check.words(bench.deliver())).containsExactly("failed 5.1.1 replied RCPT");
        assertThat(bench.server.conversations.getFirst().writes.getLast()).isEqualTo(".\r\n");
        assertThat(bench.server.transactions).isEmpty();
    }

    @Test
    void sendsNoDataWhenEveryRecipientWasRefusedInTurn() throws InterruptedException {
        bench.server.offering("SIZE").on("RCPT", "550 5.1.1 No\r\n");
        bench.to(2);
        assertThat(Check.words(bench.deliver())).containsExactly("failed 5.1.1 replied RCPT", "failed 5.1.1 replied RCPT");
        assertThat(bench.server.heard()).doesNotContain("DATA");
    }

    @Test
    void resetsAnOpenTransactionBeforeTheNextOne() throws InterruptedException {
        bench.server.on("RCPT", "550 5.1.1 No\r\n");
        bench.deliver();
        bench.server.on("RCPT", "250 2.1.5 Ok\r\n");
        assertThat(Check.words(bench.deliver())).containsExactly("delivered");
        assertThat(bench.server.conversations).hasSize(1);
        assertThat(bench.server.conversations.getFirst().writes).contains("RSET\r\nMAIL FROM:<sender@example.net> SIZE=24\r\nRCPT TO:<b@example.org>\r\nDATA\r\n");
    }

    @Test
    void sendsTheRestInAnotherTransactionWhenThereAreTooManyRecipients() throws InterruptedException {
        for (String answer : List.of("452 4.5.3 Too many\r\n", "452 Too many\r\n", "552 Too many\r\n", "552 5.5.3 Too many\r\n")) {
            for (String offer : List.of("PIPELINING", "SIZE", "CHUNKING")) {
                Bench one = new Bench().to(7);
                int[] inTransaction = {0};
                one.server.offering(offer).on("MAIL", line -> {
                    inTransaction[0] = 0;
                    return null;
                }).on("RCPT", line -> ++inTransaction[0] > 3 ? answer : null);

                assertThat(Check.words(one.deliver())).containsOnly("delivered").hasSize(7);

                assertThat(one.server.conversations).hasSize(1);
                assertThat(one.server.transactions).extracting(t -> t.rcpts().size()).containsExactly(3, 3, 1);
                // Once the limit is known, it is kept: the first transaction alone asks for more.
                assertThat(inTransaction[0]).isEqualTo(1);
            }
        }
    }

    @Test
    void aFullMailboxIsNotTooManyRecipients() throws InterruptedException {
        bench.to("a@example.org", "full@example.org", "c@example.org");
        bench.server.on("RCPT", line -> line.contains("full@") ? "452 4.2.2 Mailbox full\r\n" : null);
        assertThat(Check.words(bench.deliver())).containsExactly("delivered", "deferred 4.2.2 replied RCPT", "delivered");
        assertThat(bench.server.transactions).hasSize(1);
    }

    @Test
    void namesAtMostAHundredRecipientsAtATime() throws InterruptedException {
        bench.to(250);
        assertThat(Check.words(bench.deliver())).containsOnly("delivered").hasSize(250);
        assertThat(bench.server.transactions).extracting(t -> t.rcpts().size()).containsExactly(100, 100, 50);
    }

    @Test
    void keepsToTheLimitsThatThePeerAnnounces() throws InterruptedException {
        bench.to(10);
        bench.server.offering("PIPELINING", "LIMITS MAILMAX=2 RCPTMAX=3");
        assertThat(Check.words(bench.deliver())).containsOnly("delivered").hasSize(10);
        assertThat(bench.server.transactions).extracting(t -> t.rcpts().size()).containsExactly(3, 3, 3, 1);
        assertThat(bench.server.conversations).hasSize(2);
    }

    @Test
    void namesNoMoreDomainsInASessionThanThePeerWants() throws InterruptedException {
        bench.to("a@one.example", "b@two.example", "c@ONE.example", "d@three.example");
        bench.server.offering("PIPELINING", "LIMITS RCPTDOMAINMAX=1");
        assertThat(Check.words(bench.deliver())).containsOnly("delivered").hasSize(4);
        assertThat(bench.server.transactions).extracting(t -> t.rcpts().size()).containsExactly(2, 1, 1);
        assertThat(bench.server.conversations).hasSize(3);
    }

    // ---- LMTP

    @Test
    void lmtpHasAnAnswerForEachAcceptedRecipient() throws InterruptedException {
        bench.lmtp().to("a@example.org", "no@example.org", "full@example.org", "bad@example.org", "e@example.org");
        bench.server.on("RCPT", line -> line.contains("no@") ? "550 5.1.1 Unknown\r\n" : null)
                .on("END", rcpt -> rcpt.contains("full@") ? "452 4.2.2 Full\r\n" : rcpt.contains("bad@") ? "554 5.6.0 Bad\r\n" : null);
        assertThat(Check.words(bench.deliver())).containsExactly(
                "delivered", "failed 5.1.1 replied RCPT", "deferred 4.2.2 replied END_OF_DATA", "failed 5.6.0 replied END_OF_DATA", "delivered");
        assertThat(bench.server.heard().getFirst()).isEqualTo("LHLO mx1.example.com");
    }

    @Test
    void lmtpAnswersByChunkToo() throws InterruptedException {
        bench.lmtp().to(3);
        bench.server.offering("PIPELINING", "CHUNKING").on("END", rcpt -> rcpt.contains("u1@") ? "452 4.2.2 Full\r\n" : null);
        assertThat(Check.words(bench.deliver())).containsExactly("delivered", "deferred 4.2.2 replied END_OF_DATA", "delivered");
    }

    @Test
    void lmtpAnswersThatDoNotComeAreAmbiguousAndTheOthersCount() throws InterruptedException {
        bench.lmtp().to(4);
        bench.server.on("END", rcpt -> rcpt.contains("u2@") ? "<close>" : null);
        DeliveryAttempt attempt = bench.deliver();
        assertThat(Check.words(attempt)).containsExactly(
                "delivered", "delivered", "deferred 4.4.2 unreachable END_OF_DATA", "deferred 4.4.2 unreachable END_OF_DATA");
        assertThat(attempt.ambiguous()).isTrue();
    }

    @Test
    void lmtpThatClosesWithinTheAnswersLeavesTheRestUnknown() throws InterruptedException {
        bench.lmtp().to(3);
        bench.server.on("END", rcpt -> rcpt.contains("u1@") ? "421 4.3.2 Closing\r\n<close>" : null);
        DeliveryAttempt attempt = bench.deliver();
        assertThat(Check.words(attempt)).containsExactly(
                "delivered", "deferred 4.3.2 replied END_OF_DATA", "deferred 4.3.2 replied END_OF_DATA");
        assertThat(attempt.ambiguous()).isTrue();
    }

    @Test
    void lmtpDoesNotFallBackToHelo() throws InterruptedException {
        bench.lmtp().server.on("LHLO", "500 5.5.1 Unknown command\r\n");
        assertThat(Check.words(bench.deliver())).containsExactly("deferred 4.5.1 replied HELLO");
        assertThat(bench.server.heard()).containsExactly("LHLO mx1.example.com");
    }

    // ---- what is needed and not offered

    @Test
    void aMessageLargerThanThePeerTakesFailsBeforeMail() throws InterruptedException {
        bench.server.offering("SIZE 23");
        assertThat(Check.words(bench.deliver())).containsExactly("failed 5.3.4 unsupported");
        assertThat(bench.server.heard()).containsExactly("EHLO mx1.example.com");
        Bench exact = new Bench();
        exact.server.offering("SIZE 24");
        assertThat(Check.words(exact.deliver())).containsExactly("delivered");
        Bench unsaid = new Bench();
        unsaid.server.offering("SIZE 0");
        assertThat(Check.words(unsaid.deliver())).containsExactly("delivered");
    }

    @Test
    void eightBitContentNeedsThePeersWord() throws InterruptedException {
        bench.body = BodyType.EIGHTBITMIME;
        bench.content = "Subject: x\r\n\r\n\u00e4\r\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        bench.deliver();
        assertThat(bench.server.transactions.getFirst().mail()).isEqualTo("MAIL FROM:<sender@example.net> SIZE=18 BODY=8BITMIME");
        assertThat(bench.server.transactions.getFirst().content()).isEqualTo(bench.content);
        bench.courier.closeIdle();
        bench.server.offering("SIZE");
        assertThat(Check.words(bench.deliver())).containsExactly("failed 5.6.3 unsupported");
    }

    @Test
    void contentAnnouncedAsEightBitThatIsNotGoesAnywhere() throws InterruptedException {
        bench.parameters = Bench.announced(BodyType.EIGHTBITMIME, true);
        bench.server.offering("SIZE");
        assertThat(Check.words(bench.deliver())).containsExactly("delivered");
        assertThat(bench.server.transactions.getFirst().mail()).isEqualTo("MAIL FROM:<sender@example.net> SIZE=24");
    }

    @Test
    void binaryContentGoesByChunkAloneAndUnchanged() throws InterruptedException {
        bench.body = BodyType.BINARYMIME;
        bench.content = "Subject: x\r\n\r\n\0\r\n.\r\n\n\r.\n".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        bench.server.offering("BINARYMIME", "CHUNKING");
        assertThat(Check.words(bench.deliver())).containsExactly("delivered");
        assertThat(bench.server.transactions.getFirst().mail()).endsWith(" BODY=BINARYMIME");
        assertThat(bench.server.transactions.getFirst().content()).isEqualTo(bench.content);
        for (String[] offers : new String[][] {{"BINARYMIME"}, {"CHUNKING", "8BITMIME"}, {}}) {
            bench.courier.closeIdle();
            bench.server.offering(offers);
            assertThat(Check.words(bench.deliver())).containsExactly("failed 5.6.3 unsupported");
        }
    }

    @Test
    void onlyWhatReallyNeedsSmtputf8FailsWithoutIt() throws InterruptedException {
        bench.server.offering("8BITMIME");
        bench.parameters = Bench.announced(BodyType.EIGHTBITMIME, true);
        bench.to("a@example.org", "j\u00f6rg@example.org", "c@b\u00fccher.example");
        assertThat(Check.words(bench.deliver())).containsExactly("delivered", "failed 5.6.7 unsupported", "delivered");
        assertThat(bench.server.transactions.getFirst().rcpts()).containsExactly("RCPT TO:<a@example.org>", "RCPT TO:<c@xn--bcher-kva.example>");
        bench.utf8Headers = true;
        assertThat(Check.words(bench.deliver())).containsExactly("failed 5.6.9 unsupported", "failed 5.6.9 unsupported", "failed 5.6.9 unsupported");
        bench.utf8Headers = false;
        bench.from = new org.isthmus.address.ReversePath.To(org.isthmus.address.Mailbox.of("j\u00f6rg@example.org"));
        assertThat(Check.words(bench.deliver())).containsOnly("failed 5.6.7 unsupported");
    }

    @Test
    void headersInUtf8ThatNobodyAnnouncedGoOnAsTheyCame() throws InterruptedException {
        bench.utf8Headers = true;
        bench.body = BodyType.EIGHTBITMIME;
        bench.server.offering("8BITMIME");
        assertThat(Check.words(bench.deliver())).containsExactly("delivered");
        bench.courier.closeIdle();
        bench.server.offering("8BITMIME", "SMTPUTF8");
        assertThat(Check.words(bench.deliver())).containsExactly("delivered");
        assertThat(bench.server.transactions).extracting(FakeServer.Transaction::mail).containsOnly("MAIL FROM:<sender@example.net> BODY=8BITMIME");
    }

    @Test
    void usesSmtputf8WhereItIsNeededOrWasAskedForAndIsOffered() throws InterruptedException {
        bench.to("j\u00f6rg@b\u00fccher.example").deliver();
        bench.to("a@example.org").deliver();
        bench.parameters = Bench.announced(BodyType.SEVENBIT, true);
        bench.deliver();
        assertThat(bench.server.transactions).extracting(FakeServer.Transaction::mail).containsExactly(
                "MAIL FROM:<sender@example.net> SIZE=24 SMTPUTF8", "MAIL FROM:<sender@example.net> SIZE=24", "MAIL FROM:<sender@example.net> SIZE=24 SMTPUTF8");
        assertThat(bench.server.transactions.getFirst().rcpts()).containsExactly("RCPT TO:<j\u00f6rg@b\u00fccher.example>");
    }

    @Test
    void aPeerThatOnlyKnowsHeloGetsNoParameters() throws InterruptedException {
        bench.server.on("EHLO", "500 What?\r\n");
        bench.body = BodyType.EIGHTBITMIME;
        assertThat(Check.words(bench.deliver())).containsExactly("failed 5.6.3 unsupported");
        assertThat(bench.server.conversations.getFirst().lines.stream().map(line -> line.substring(0, 4)).collect(Collectors.toList()))
                .containsExactly("EHLO", "HELO");
    }
}
