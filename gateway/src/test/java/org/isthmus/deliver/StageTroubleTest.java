// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Outcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every stage times everything that can go wrong there, at the first of two servers.
class StageTroubleTest {

    /// What the first server does, what becomes of the recipient, and whether the second server is asked.
    record Case(String stage, String answer, String outcome, boolean second, boolean ambiguous) {
        @Override
        public String toString() {
            return stage + " " + answer.replaceAll("\\s+", " ");
        }
    }

    private static Case next(String stage, String answer) {
        return new Case(stage, answer, "delivered", true, false);
    }

    private static Case ends(String stage, String answer, String outcome) {
        return new Case(stage, answer, outcome, false, false);
    }

    static Stream<Case> cases() {
        String huge = "250-" + "x".repeat(200) + "\r\n";
        return Stream.of(
                next("CONNECT", "421 4.3.2 Closing\r\n<close>"), next("CONNECT", "450 4.7.1 Later\r\n"), next("CONNECT", "554 5.7.1 Go away\r\n"),
                next("CONNECT", "521 5.3.2 No mail\r\n"), next("CONNECT", "<close>"), next("CONNECT", "220 h<close>"), next("CONNECT", "<hang>"),
                next("CONNECT", "SSH-2.0-OpenSSH\r\n"), next("CONNECT", "250 Hello\r\n"), next("CONNECT", "354 Hello\r\n"),
                next("CONNECT", "<dribble>" + huge.repeat(10)), next("CONNECT", huge.repeat(1000)),
                next("EHLO", "421 4.3.2 Closing\r\n<close>"), next("EHLO", "450 4.7.1 Later\r\n"), next("EHLO", "<close>"), next("EHLO", "250-a\r\n<close>"),
                next("EHLO", "<hang>"), next("EHLO", "250-a\r\n<hang>"), next("EHLO", "Hello\r\n"), next("EHLO", "220 a\r\n"), next("EHLO", "354 a\r\n"),
                next("EHLO", "250-a\r\n251 b\r\n"), next("EHLO", "<dribble>" + huge.repeat(10)), next("EHLO", huge.repeat(1000)),
                ends("MAIL", "450 4.1.8 Later\r\n", "deferred 4.1.8 replied MAIL"), ends("MAIL", "550 5.1.8 No\r\n", "failed 5.1.8 replied MAIL"),
                ends("MAIL", "503 5.5.1 Order\r\n", "failed 5.5.1 replied MAIL"), ends("MAIL", "451 No status\r\n", "deferred 4.0.0 replied MAIL"),
                next("MAIL", "421 4.3.2 Closing\r\n<close>"), next("MAIL", "<close>"), next("MAIL", "250 2.1<close>"), next("MAIL", "<hang>"),
                next("MAIL", "what\r\n"), next("MAIL", "354 Go\r\n"), next("MAIL", "<dribble>" + huge.repeat(10)), next("MAIL", huge.repeat(1000)),
                ends("RCPT", "450 4.2.1 Later\r\n", "deferred 4.2.1 replied RCPT"), ends("RCPT", "550 5.1.1 No\r\n", "failed 5.1.1 replied RCPT"),
                ends("RCPT", "552 5.2.2 Full\r\n", "deferred 4.2.2 replied RCPT"), ends("RCPT", "452 4.5.3 Too many\r\n", "deferred 4.5.3 replied RCPT"),
                ends("RCPT", "251 2.1.5 Will forward\r\n", "delivered"), ends("RCPT", "252 2.1.5 Cannot verify\r\n", "delivered"),
                next("RCPT", "421 4.3.2 Closing\r\n<close>"), next("RCPT", "<close>"), next("RCPT", "<hang>"), next("RCPT", "what\r\n"),
                next("RCPT", "354 Go\r\n"), next("RCPT", "<dribble>" + huge.repeat(10)), next("RCPT", huge.repeat(1000)),
                ends("DATA", "451 4.3.0 Later\r\n", "deferred 4.3.0 replied DATA"), ends("DATA", "554 5.7.1 No\r\n", "failed 5.7.1 replied DATA"),
                next("DATA", "250 2.0.0 Ok\r\n"), next("DATA", "220 Ok\r\n"), next("DATA", "334 Ok\r\n"), next("DATA", "421 4.3.2 Closing\r\n<close>"),
                next("DATA", "<close>"), next("DATA", "<hang>"), next("DATA", "what\r\n"), next("DATA", "<dribble>" + huge.repeat(10)),
                next("DATA", huge.repeat(1000)),
                ends("DATA", "354 Go\r\n552 5.3.4 Too big\r\n", "failed 5.3.4 replied DATA"), next("DATA", "354 Go\r\n250 2.0.0 Already\r\n"),
                ends("END", "451 4.3.0 Later\r\n", "deferred 4.3.0 replied END_OF_DATA"), ends("END", "554 5.6.0 No\r\n", "failed 5.6.0 replied END_OF_DATA"),
                ends("END", "250-one\r\n250 two\r\n", "delivered"), ends("END", "250\r\n", "delivered"), next("END", "421 4.3.2 Closing\r\n<close>"),
                unknown("END", "<close>", "4.4.2"), unknown("END", "250 2.0.0 Qu<close>", "4.4.2"), unknown("END", "<hang>", "4.4.2"),
                unknown("END", "what\r\n", "4.5.0"), unknown("END", "354 Go\r\n", "4.5.0"), unknown("END", "<dribble>" + huge.repeat(10), "4.4.2"),
                unknown("END", huge.repeat(1000), "4.5.0"));
    }

    private static Case unknown(String stage, String answer, String status) {
        return new Case(stage, answer, "deferred " + status + " unreachable END_OF_DATA", false, true);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void endsAsTheTableSays(Case one) throws InterruptedException {
        check(one, "PIPELINING");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void endsTheSameWithoutPipelining(Case one) throws InterruptedException {
        check(one, "8BITMIME");
    }

    private static void check(Case one, String offer) throws InterruptedException {
        Bench bench = new Bench().exchanges("192.0.2.1", "192.0.2.2");
        FakeServer second = bench.serverAt("192.0.2.2");
        bench.server.offering(offer).on(one.stage(), one.answer());

        DeliveryAttempt attempt = bench.deliver();

        assertThat(Check.words(attempt)).containsExactly(one.outcome());
        assertThat(!second.conversations.isEmpty()).isEqualTo(one.second());
        assertThat(attempt.ambiguous()).isEqualTo(one.ambiguous());
        assertThat(second.transactions).hasSize(one.second() ? 1 : 0);
        assertThat(attempt.took()).isLessThan(Duration.ofMinutes(20));
        assertThat(attempt.tried().getLast().peer().address()).isEqualTo(Bench.at(one.second() ? "192.0.2.2" : "192.0.2.1"));
        assertThat(attempt.conversation()).isNotEmpty().hasSizeLessThanOrEqualTo(20).allMatch(line -> line.length() <= 300);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAIL", "RCPT", "DATA", "END"})
    void aStageThatHangsCostsItsOwnLimitAndNoMore(String stage) throws InterruptedException {
        Bench bench = new Bench();
        bench.server.on(stage, FakeServer.HANG);
        Duration limit = switch (stage) {
            case "DATA" -> bench.timeouts.data();
            case "END" -> bench.timeouts.endOfData();
            default -> bench.timeouts.command();
        };
        assertThat(bench.deliver().took()).isEqualTo(limit);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPeerThatNeverReadsIsLeftAfterTheLimitOfABlock(boolean chunking) throws InterruptedException {
        Bench bench = new Bench();
        bench.content = "line of text\r\n".repeat(100_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        bench.server.reads = 300_000;
        bench.server.offering(chunking ? "CHUNKING" : "PIPELINING");
        DeliveryAttempt attempt = bench.deliver();
        assertThat(Check.words(attempt)).containsExactly("deferred 4.4.2 unreachable DATA_BLOCK");
        assertThat(attempt.took()).isEqualTo(bench.timeouts.dataBlock());
        assertThat(attempt.ambiguous()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCutWithinContentIsNotAmbiguous(boolean chunking) throws InterruptedException {
        Bench bench = new Bench();
        bench.content = "line of text\r\n".repeat(100_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        bench.server.survives = 300_000;
        bench.server.offering(chunking ? "CHUNKING" : "PIPELINING");
        DeliveryAttempt cut = bench.deliver();
        assertThat(Check.words(cut)).containsExactly("deferred 4.4.2 unreachable DATA_BLOCK");
        assertThat(cut.ambiguous()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCutWithinTheLastWriteIsAmbiguous(boolean chunking) throws InterruptedException {
        Bench bench = new Bench();
        bench.server.offering(chunking ? "CHUNKING" : "PIPELINING");
        bench.server.on("QUIT", "221 bye\r\n");
        bench.deliver();
        int before = bench.server.conversations.getFirst().writes.stream().mapToInt(String::length).sum();
        bench.courier.closeIdle();
        bench.server.survives = before - 3;
        DeliveryAttempt attempt = bench.deliver();
        assertThat(Check.words(attempt)).containsExactly("deferred 4.4.2 unreachable END_OF_DATA");
        assertThat(attempt.ambiguous()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAIL", "RCPT", "DATA", "END"})
    void manyRecipientsAllHaveAnOutcomeWhateverHappens(String stage) throws InterruptedException {
        for (String answer : List.of("421 4.3.2 x\r\n<close>", "450 x\r\n", "550 x\r\n", "452 4.5.3 x\r\n", "<close>", "<hang>", "999 x\r\n", "354 x\r\n")) {
            for (boolean lmtp : new boolean[] {true, false}) {
                Bench bench = new Bench().to(250);
                if (lmtp) {
                    bench.lmtp();
                }
                int[] count = {0};
                bench.server.on(stage, line -> ++count[0] % 3 == 0 ? answer : null);
                DeliveryAttempt attempt = bench.deliver();
                assertThat(attempt.outcomes()).hasSize(250);
                long delivered = attempt.outcomes().values().stream().filter(Outcome.Delivered.class::isInstance).count();
                long taken = bench.server.transactions.stream().mapToLong(t -> t.rcpts().size()).sum();
                assertThat(delivered).as(stage + " " + answer + " lmtp=" + lmtp).isBetween(attempt.ambiguous() ? 0 : taken, taken);
            }
        }
    }
}
