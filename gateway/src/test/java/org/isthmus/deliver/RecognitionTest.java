// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.isthmus.address.Domain;
import org.isthmus.smtp.Reply;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Recognition;
import org.isthmus.transit.Way;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How the courier asks loop control about a peer, and what it does when the peer is ourselves. Layer 3.
class RecognitionTest {
    private static final LoopEvidence EVIDENCE = new LoopEvidence("L3", "it is us", null, List.of());

    private final Bench bench = new Bench();
    private final List<String> asked = new ArrayList<>();
    private final List<String> judged = new ArrayList<>();

    /// Asks whoever offers it; a right answer has the word "ours" in it.
    @BeforeEach
    void ask() {
        bench.recognition = meeting -> {
            asked.add(meeting.peer().address().getAddress().getHostAddress());
            return meeting.offered().has("XSITE") && judged.size() < 5 ? new Recognition.Sight.Question("XSITE nonce", this::judge) : new Recognition.Sight.Stranger();
        };
        bench.server.offering("PIPELINING", "XSITE").on("XSITE", "250 2.0.0 XSITE ours\r\n");
    }

    private Optional<LoopEvidence> judge(Reply reply) {
        judged.add(reply == null ? "nothing" : reply.code() + "");
        return reply != null && reply.text().contains("ours") ? Optional.of(EVIDENCE) : Optional.empty();
    }

    private void mx(Exchange... exchanges) {
        bench.ways = List.of(way("example.org", exchanges));
    }

    private static Way way(String domain, Exchange... exchanges) {
        return new Way(new NextHop.Exchangers(Domain.of(domain)), Way.Protocol.SMTP, List.of(exchanges), false);
    }

    private static Exchange exchange(int preference, String address) {
        return new Exchange("mx" + preference + ".example.org", List.of(Bench.at(address)), preference);
    }

    private String outcome() throws InterruptedException {
        return Check.words(bench.outcome());
    }

    @Test
    void aRightAnswerEndsTheSessionBeforeMail() throws InterruptedException {
        DeliveryAttempt attempt = bench.deliver();
        assertThat(Check.words(attempt)).containsExactly("failed 5.4.6 looped");
        assertThat(bench.server.heard()).containsExactly("EHLO mx1.example.com", "XSITE nonce", "QUIT");
        assertThat(attempt.tried().getFirst().what()).isEqualTo("is ourselves");
        assertThat(attempt.conversation()).contains("> XSITE nonce");
    }

    @ParameterizedTest
    @ValueSource(strings = {"250 2.0.0 XSITE theirs\r\n", "500 5.5.2 what?\r\n", "250 2.0.0 nothing done\r\n", "451 4.3.0 later\r\n"})
    void anyOtherAnswerLetsMailGoPipelined(String answer) throws InterruptedException {
        bench.server.on("XSITE", answer);
        assertThat(outcome()).isEqualTo("delivered");
        assertThat(bench.server.conversations.getFirst().writes.subList(0, 3).getLast()).startsWith("MAIL FROM").contains("RCPT TO", "DATA");
    }

    @ParameterizedTest
    @ValueSource(strings = {FakeServer.CLOSE, FakeServer.HANG, "421 4.7.0 go away\r\n" + FakeServer.CLOSE, "rubbish\r\n"})
    void whoCannotBearTheQuestionIsMetAgainWithoutIt(String answer) throws InterruptedException {
        bench.server.on("XSITE", answer);
        assertThat(outcome()).isEqualTo("delivered");
        assertThat(bench.server.conversations).hasSize(2);
        assertThat(bench.server.conversations.getLast().lines).noneMatch(line -> line.startsWith("XSITE"));
    }

    @Test
    void aPeerThatDoesNotOfferItIsNotAsked() throws InterruptedException {
        bench.server.offering("PIPELINING");
        assertThat(outcome()).isEqualTo("delivered");
        assertThat(judged).isEmpty();
    }

    @Test
    void aKeptConnectionIsNotLookedAtAgain() throws InterruptedException {
        bench.server.on("XSITE", "250 2.0.0 XSITE theirs\r\n");
        bench.deliver();
        bench.deliver();
        assertThat(bench.server.conversations).hasSize(1);
        assertThat(asked).hasSize(1);
        assertThat(bench.server.transactions).hasSize(2);
    }

    @Test
    void whatIsInsideOrMayComeHomeIsNotLookedAt() throws InterruptedException {
        Exchange exchange = new Exchange("store", List.of(Bench.ADDRESS));
        bench.ways = List.of(new Way(new NextHop.Named("hop"), Way.Protocol.SMTP, List.of(exchange), true));
        assertThat(outcome()).isEqualTo("delivered");
        bench.ways = List.of(new Way(new NextHop.Named("hop"), Way.Protocol.SMTP, List.of(exchange), false, true));
        assertThat(outcome()).isEqualTo("delivered");
        assertThat(asked).isEmpty();
        bench.ways = List.of(new Way(new NextHop.Named("hop"), Way.Protocol.SMTP, List.of(exchange), false));
        assertThat(outcome()).as("a connection kept for mail that may come home is none for other mail").isEqualTo("failed 5.4.6 looped");
    }

    @Test
    void equalAndWorseExchangersThanOurselvesAreNotTried() throws InterruptedException {
        FakeServer equal = bench.serverAt("192.0.2.2");
        FakeServer worse = bench.serverAt("192.0.2.3");
        mx(exchange(10, "192.0.2.1"), exchange(10, "192.0.2.2"), exchange(20, "192.0.2.3"));
        assertThat(outcome()).isEqualTo("failed 5.4.6 looped");
        assertThat(equal.conversations).isEmpty();
        assertThat(worse.conversations).isEmpty();
    }

    @Test
    void anEqualThatCannotBeReachedIsNoReasonToWait() throws InterruptedException {
        mx(exchange(10, "192.0.2.9"), exchange(10, "192.0.2.1"));
        assertThat(outcome()).isEqualTo("failed 5.4.6 looped");
    }

    @Test
    void aBackupWaitsForTheBetterExchanger() throws InterruptedException {
        mx(exchange(10, "192.0.2.9"), exchange(20, "192.0.2.1"));
        assertThat(outcome()).isEqualTo("deferred 4.4.1 unreachable CONNECT");
        // Now the better one is tried last, because it failed lately; it is still the only one that may take the mail.
        FakeServer better = bench.serverAt("192.0.2.9");
        assertThat(outcome()).isEqualTo("delivered");
        assertThat(better.transactions).hasSize(1);
    }

    @Test
    void whereANextHopIsOurselvesAnotherWayMayBeRight() throws InterruptedException {
        FakeServer other = bench.serverAt("192.0.2.2");
        bench.ways = List.of(bench.way("one", "192.0.2.1", "192.0.2.3"), bench.way("two", "192.0.2.2"));
        assertThat(outcome()).isEqualTo("delivered");
        assertThat(other.transactions).hasSize(1);
        assertThat(Objects.requireNonNull(bench.network.servers.get(Bench.ADDRESS)).transactions).isEmpty();
    }

    @Test
    void whereDnsNamesUsBestNoOtherWayIsTried() throws InterruptedException {
        FakeServer other = bench.serverAt("192.0.2.2");
        bench.ways = List.of(way("example.org", exchange(10, "192.0.2.1")), bench.way("two", "192.0.2.2"));
        assertThat(outcome()).isEqualTo("failed 5.4.6 looped");
        assertThat(other.conversations).isEmpty();
    }

    @Test
    void anotherWayThatIsSilentIsWaitedFor() throws InterruptedException {
        bench.ways = List.of(bench.way("one", "192.0.2.1"), bench.way("two", "192.0.2.9"));
        assertThat(outcome()).isEqualTo("deferred 4.4.1 unreachable CONNECT");
    }
}
