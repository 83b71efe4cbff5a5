// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.isthmus.transit.DeliveryAttempt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Connections that carry several messages.
class ReuseTest {
    private final Bench bench = new Bench();

    private void deliver(int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            assertThat(Check.words(bench.deliver())).containsExactly("delivered");
        }
    }

    @Test
    void oneConnectionCarriesSeveralMessages() throws InterruptedException {
        deliver(3);
        assertThat(bench.server.conversations).hasSize(1);
        assertThat(bench.server.heard()).filteredOn(line -> line.startsWith("EHLO")).hasSize(1);
        assertThat(bench.server.transactions).hasSize(3);
    }

    @Test
    void withoutReuseEachMessageHasItsOwnAndEndsItWithQuit() throws InterruptedException {
        bench.reuse = false;
        deliver(2);
        assertThat(bench.server.conversations).hasSize(2).allMatch(c -> c.lines.getLast().equals("QUIT") && c.closedByClient);
    }

    @Test
    void ahundredMessagesAreEnoughForOneConnection() throws InterruptedException {
        deliver(101);
        assertThat(bench.server.conversations).hasSize(2);
        assertThat(bench.server.conversations.getFirst().lines.getLast()).isEqualTo("QUIT");
    }

    @Test
    void aConnectionIsNotKeptForMoreThanFiveMinutesOfUse() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            deliver(1);
            bench.network.sleep(Duration.ofSeconds(4));
        }
        assertThat(bench.server.conversations).hasSize(2);
    }

    @Test
    void idleConnectionsEndInWordsWhenTheirTimeIsOver() throws InterruptedException {
        deliver(1);
        assertThat(bench.started).hasSize(1);
        bench.started.removeFirst().run();
        assertThat(bench.server.conversations.getFirst().lines.getLast()).isEqualTo("QUIT");
        assertThat(bench.server.conversations.getFirst().closedByClient).isTrue();
        // The watcher has ended; the next one that is kept needs another.
        deliver(1);
        assertThat(bench.started).hasSize(1);
        assertThat(bench.server.conversations).hasSize(2);
    }

    @Test
    void idleConnectionsEndWhenAsked() throws InterruptedException {
        deliver(1);
        bench.courier.closeIdle();
        assertThat(bench.server.conversations.getFirst().lines.getLast()).isEqualTo("QUIT");
        bench.started.removeFirst().run();
    }

    @Test
    void aConnectionThatWasClosedMeanwhileIsReplacedSilently() throws InterruptedException {
        deliver(1);
        bench.server.conversations.getFirst().closed = true;
        DeliveryAttempt attempt = bench.deliver();
        assertThat(Check.words(attempt)).containsExactly("delivered");
        assertThat(attempt.tried()).extracting(DeliveryAttempt.Try::what).containsOnly("connected");
        assertThat(bench.server.conversations).hasSize(2);
        assertThat(bench.server.transactions).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"421 4.4.2 Idle too long\r\n", "250 surprise\r\n", "x"})
    void aConnectionOnWhichThePeerSpokeUnaskedIsReplaced(String unasked) throws InterruptedException {
        deliver(1);
        bench.server.conversations.getFirst().out.append(unasked);
        deliver(1);
        assertThat(bench.server.conversations).hasSize(2);
        assertThat(bench.server.conversations.getFirst().lines).filteredOn(line -> line.startsWith("MAIL")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"503 5.5.1 Sender already specified\r\n", "421 4.7.0 One message a session\r\n", "421 4.7.0 One message a session\r\n<close>", "<close>", "no reply\r\n"})
    void aServerThatTakesOneMessageASessionGetsANewOne(String second) throws InterruptedException {
        for (String offer : new String[] {"PIPELINING", "SIZE"}) {
            Bench one = new Bench();
            one.server.offering(offer).on("MAIL", line -> one.server.conversations.getLast().lines.stream().filter(l -> l.startsWith("MAIL")).count() > 1 ? second : null);
            one.to(250);
            DeliveryAttempt attempt = one.deliver();
            assertThat(Check.words(attempt)).containsOnly("delivered");
            assertThat(one.server.conversations).hasSize(3);
            assertThat(attempt.tried()).extracting(DeliveryAttempt.Try::what).containsOnly("connected");
        }
    }

    @Test
    void aKeptConnectionThatHangsIsTroubleOfTheServer() throws InterruptedException {
        deliver(1);
        bench.server.on("MAIL", FakeServer.HANG);
        DeliveryAttempt attempt = bench.deliver();
        assertThat(Check.words(attempt)).containsExactly("deferred 4.4.2 unreachable MAIL");
        assertThat(attempt.took()).isEqualTo(bench.timeouts.command());
    }

    @Test
    void aConnectionIsSharedOnlyByMessagesOfTheSameHopProtocolAndSource() throws InterruptedException {
        deliver(1);
        bench.ways = java.util.List.of(bench.way("other", "192.0.2.1"));
        deliver(1);
        bench.source = java.net.InetAddress.ofLiteral("198.51.100.7");
        deliver(1);
        bench.lmtp();
        bench.ways = java.util.List.of(bench.way("other", "192.0.2.1"));
        deliver(1);
        assertThat(bench.server.conversations).hasSize(4);
        deliver(1);
        assertThat(bench.server.conversations).hasSize(4);
    }

    @Test
    void aBrokenConnectionIsNeverKept() throws InterruptedException {
        bench.server.on("END", "<close>");
        bench.deliver();
        bench.server.on("END", "250 2.0.0 Ok\r\n");
        deliver(1);
        assertThat(bench.server.conversations).hasSize(2).allMatch(c -> c.closed || !c.closedByClient);
    }
}
