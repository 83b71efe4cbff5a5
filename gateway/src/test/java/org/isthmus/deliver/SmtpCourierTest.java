// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.isthmus.address.Domain;
import org.isthmus.address.ReversePath;
import org.isthmus.transit.Content;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Recognition;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Way;
import org.junit.jupiter.api.Test;

class SmtpCourierTest {
    private final Bench bench = new Bench();

    @Test
    void deliversAMessageByteForByte() throws InterruptedException {
        DeliveryAttempt attempt = bench.deliver();

        assertThat(Check.words(attempt.outcomes().get(0))).isEqualTo("delivered");
        assertThat(bench.server.transactions).hasSize(1);
        assertThat(bench.server.transactions.getFirst().text()).isEqualTo(Bench.TEXT);
        assertThat(bench.server.heard()).containsExactly(
                "EHLO mx1.example.com", "MAIL FROM:<sender@example.net> SIZE=24", "RCPT TO:<b@example.org>", "DATA");
        assertThat(attempt.tried()).extracting(DeliveryAttempt.Try::what).containsExactly("connected");
        assertThat(attempt.conversation()).containsExactly(
                "< 220 mx.example.org ESMTP", "> EHLO mx1.example.com", "< 250 mx.example.org", "> (end of data)", "< 250 2.0.0 Queued");
        assertThat(attempt.ambiguous()).isFalse();
    }

    @Test
    void keepsTheNullReversePath() throws InterruptedException {
        bench.from = ReversePath.NULL;
        bench.deliver();
        assertThat(bench.server.transactions.getFirst().mail()).startsWith("MAIL FROM:<> ");
    }

    @Test
    void worksWithRepliesInPiecesOfOneOctet() throws InterruptedException {
        bench.network.piece = 1;
        assertThat(Check.words(bench.outcome())).isEqualTo("delivered");
    }

    @Test
    void triesAddressesThenExchangesThenWaysInOrder() throws InterruptedException {
        FakeServer last = bench.serverAt("192.0.2.14");
        bench.ways = List.of(
                new Way(new NextHop.Named("one"), Way.Protocol.SMTP, List.of(
                        new Exchange("a", List.of(Bench.at("192.0.2.11"), Bench.at("192.0.2.12"))),
                        new Exchange("b", List.of(Bench.at("192.0.2.13")))), false),
                bench.way("two", "192.0.2.14"));

        DeliveryAttempt attempt = bench.deliver();

        assertThat(bench.network.connects).containsExactly("192.0.2.11:25", "192.0.2.12:25", "192.0.2.13:25", "192.0.2.14:25");
        assertThat(last.transactions).hasSize(1);
        assertThat(attempt.way().hop()).isEqualTo(new NextHop.Named("two"));
        assertThat(attempt.tried()).extracting(DeliveryAttempt.Try::what).containsExactly(
                "CONNECT: Connection refused", "CONNECT: Connection refused", "CONNECT: Connection refused", "connected");
    }

    @Test
    void triesNoMoreThanTenServers() throws InterruptedException {
        String[] many = new String[30];
        for (int i = 0; i < many.length; i++) {
            many[i] = "192.0.2." + (100 + i);
        }
        bench.exchanges(many);
        assertThat(Check.words(bench.outcome())).isEqualTo("deferred 4.4.1 unreachable CONNECT");
        assertThat(bench.network.connects).hasSize(10);
    }

    @Test
    void triesAnAddressOnceEvenIfSeveralExchangesHaveIt() throws InterruptedException {
        bench.ways = List.of(new Way(new NextHop.Named("hop"), Way.Protocol.SMTP, List.of(
                new Exchange("a", List.of(Bench.at("192.0.2.99"))), new Exchange("b", List.of(Bench.at("192.0.2.99")))), false));
        bench.deliver();
        assertThat(bench.network.connects).hasSize(1);
    }

    @Test
    void beginsNoFurtherServerOnceItsPatienceIsOver() throws InterruptedException {
        String[] many = new String[8];
        for (int i = 0; i < many.length; i++) {
            many[i] = "192.0.2." + (100 + i);
            bench.serverAt(many[i]).on("CONNECT", FakeServer.HANG);
        }
        bench.exchanges(many);
        DeliveryAttempt attempt = bench.deliver();
        // Five minutes each for the greeting; greeting and command together are ten.
        assertThat(bench.network.connects).hasSize(3);
        assertThat(attempt.took()).isEqualTo(Duration.ofMinutes(15));
        assertThat(Check.words(attempt.outcomes().get(0))).isEqualTo("deferred 4.4.2 unreachable GREETING");
    }

    @Test
    void doesNotLoseAServersWordsBehindATimeOut() throws InterruptedException {
        bench.serverAt("192.0.2.11").on("CONNECT", "421 4.3.2 Going down\r\n" + FakeServer.CLOSE);
        bench.exchanges("192.0.2.11", "192.0.2.12");
        assertThat(Check.words(bench.outcome())).isEqualTo("deferred 4.3.2 replied GREETING");
    }

    @Test
    void aRefusedGreetingDefersUnlessAllServersSayThatTheyTakeNoMail() throws InterruptedException {
        bench.serverAt("192.0.2.11").on("CONNECT", "521 5.3.2 No mail here\r\n");
        bench.serverAt("192.0.2.12").on("CONNECT", "554 No SMTP service here\r\n");
        bench.exchanges("192.0.2.11");
        assertThat(Check.words(bench.outcome())).isEqualTo("failed 5.3.2 replied GREETING");
        bench.exchanges("192.0.2.11", "192.0.2.12");
        assertThat(Check.words(bench.outcome())).startsWith("deferred 4.").endsWith("replied GREETING");
    }

    @Test
    void aRefusedHeloFailsOutsideAndWaitsInside() throws InterruptedException {
        bench.server.on("EHLO", "550 5.7.1 Your name does not match\r\n").on("HELO", "550 5.7.1 Your name does not match\r\n");
        assertThat(Check.words(bench.outcome())).isEqualTo("failed 5.7.1 replied HELLO");
        bench.inside = true;
        assertThat(Check.words(bench.outcome())).isEqualTo("deferred 4.7.1 replied HELLO");
    }

    @Test
    void fallsBackToHelo() throws InterruptedException {
        bench.server.on("EHLO", "502 Not implemented\r\n");
        assertThat(Check.words(bench.outcome())).isEqualTo("delivered");
        assertThat(bench.server.heard()).containsExactly(
                "EHLO mx1.example.com", "HELO mx1.example.com", "MAIL FROM:<sender@example.net>", "RCPT TO:<b@example.org>", "DATA");
    }

    @Test
    void aPermanentFailureLeadsToNoOtherServer() throws InterruptedException {
        FakeServer second = bench.serverAt("192.0.2.2");
        bench.exchanges("192.0.2.1", "192.0.2.2");
        bench.server.on("END", "550 5.7.1 Spam\r\n");
        assertThat(Check.words(bench.outcome())).isEqualTo("failed 5.7.1 replied END_OF_DATA");
        assertThat(second.conversations).isEmpty();
    }

    @Test
    void onlyRecipientsWithoutAnOutcomeGoToTheNextServer() throws InterruptedException {
        FakeServer second = bench.serverAt("192.0.2.2");
        bench.exchanges("192.0.2.1", "192.0.2.2").to("no@example.org", "later@example.org", "yes@example.org");
        bench.server.on("RCPT", line -> line.contains("no@") ? "550 5.1.1 Unknown\r\n" : line.contains("later@") ? "450 4.2.0 Later\r\n" : null)
                .on("DATA", "421 4.3.2 Shutting down\r\n" + FakeServer.CLOSE);

        DeliveryAttempt attempt = bench.deliver();

        assertThat(Check.words(attempt)).containsExactly(
                "failed 5.1.1 replied RCPT", "deferred 4.2.0 replied RCPT", "delivered");
        assertThat(second.transactions.getFirst().rcpts()).containsExactly("RCPT TO:<yes@example.org>");
    }

    @Test
    void deadServersAreTriedLastNextTimeAndForgottenWhenAsked() throws InterruptedException {
        bench.network.mute.add(Bench.at("192.0.2.9"));
        bench.reuse = false;
        bench.exchanges("192.0.2.9", "192.0.2.1");

        bench.deliver();
        bench.deliver();
        assertThat(bench.network.connects).containsExactly("192.0.2.9:25", "192.0.2.1:25", "192.0.2.1:25");

        bench.network.sleep(Duration.ofMinutes(1));
        bench.deliver();
        bench.courier.forgetHosts();
        bench.network.connects.clear();
        bench.deliver();
        assertThat(bench.network.connects).startsWith("192.0.2.9:25");
    }

    @Test
    void usesTheSourceAddressOfTheHopBeforeTheGeneralOneAndOnlyForItsFamily() throws InterruptedException {
        bench.source = InetAddress.ofLiteral("198.51.100.1");
        bench.network.servers.put(Bench.at("2001:db8::1"), bench.server);
        bench.reuse = false;

        bench.deliver();
        bench.hops = Map.of("hop", Bench.hop("hop", "198.51.100.2"));
        bench.deliver();
        bench.exchanges("2001:db8::1");
        bench.deliver();

        assertThat(bench.network.connects).containsExactly(
                "198.51.100.1>192.0.2.1:25", "198.51.100.2>192.0.2.1:25", "2001:db8:0:0:0:0:0:1:25");
    }

    @Test
    void presentsItselfWithTheNameOfTheSourceAddressIfThereIsOne() throws InterruptedException {
        bench.ehloName = Domain.of("b\u00fccher.example");
        bench.deliver();
        assertThat(bench.server.heard()).startsWith("EHLO xn--bcher-kva.example");
    }

    @Test
    void endsWithoutMailWhenThePeerIsOurselves() throws InterruptedException {
        FakeServer second = bench.serverAt("192.0.2.2");
        bench.exchanges("192.0.2.1", "192.0.2.2");
        bench.recognition = meeting -> {
            assertThat(meeting.greeting().lines()).containsExactly("mx.example.org ESMTP");
            assertThat(meeting.hello().lines()).contains("mx.example.org", "PIPELINING");
            return new Recognition.Sight.Ourselves(new LoopEvidence("L3", "it is us", null, List.of()));
        };
        assertThat(Check.words(bench.outcome())).isEqualTo("failed 5.4.6 looped");
        assertThat(bench.server.heard()).noneMatch(line -> line.startsWith("MAIL"));
        assertThat(second.conversations).isEmpty();
    }

    @Test
    void anErrorOfOurOwnDefers() throws InterruptedException {
        bench.recognition = meeting -> {
            throw new IllegalStateException("broken");
        };
        assertThat(Check.words(bench.outcome())).isEqualTo("deferred 4.3.0 local");
        assertThat(bench.server.conversations.getFirst().closedByClient).isTrue();
    }

    @Test
    void contentThatCannotBeReadDefersAndIsNeverEnded() throws InterruptedException {
        bench.otherContent = new Content() {
            @Override
            public long size() {
                return 24;
            }

            @Override
            public InputStream open() throws IOException {
                throw new IOException("disk");
            }
        };
        assertThat(Check.words(bench.outcome())).isEqualTo("deferred 4.3.0 local");
        assertThat(bench.server.heard()).noneMatch(line -> line.startsWith("MAIL"));

        bench.otherContent = new Content() {
            @Override
            public long size() {
                return 25;
            }

            @Override
            public InputStream open() {
                return new java.io.ByteArrayInputStream(bench.content);
            }
        };
        assertThat(Check.words(bench.outcome())).isEqualTo("deferred 4.3.0 local");
        bench.server.offering("CHUNKING");
        bench.courier.closeIdle();
        assertThat(Check.words(bench.outcome())).isEqualTo("deferred 4.3.0 local");
        assertThat(bench.server.transactions).isEmpty();
    }

    @Test
    void anInterruptEndsTheAttemptUnlessSomethingWasDelivered() throws InterruptedException {
        bench.server.on("CONNECT", FakeServer.HANG);
        bench.network.beforeIo = () -> Thread.currentThread().interrupt();
        assertThatThrownBy(bench::deliver).isInstanceOf(InterruptedException.class);

        Bench other = new Bench().to(200);
        other.server.on("END", line -> {
            other.network.beforeIo = () -> Thread.currentThread().interrupt();
            return "250 2.0.0 Ok\r\n";
        }).on("MAIL", line -> other.server.transactions.isEmpty() ? null : FakeServer.HANG);
        DeliveryAttempt attempt = other.deliver();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(attempt.outcomes()).hasSize(200);
        assertThat(attempt.outcomes().values().stream().filter(Outcome.Delivered.class::isInstance)).hasSize(100);
    }
}
