// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Outcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever a server says, at whatever stage: every recipient has an outcome, none counts as delivered that the server did not take, and it ends in time.
class HostileReplyTest {
    private static final List<String> STAGES = List.of("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "END", "RSET");

    static Stream<String> shapes() {
        return Stream.of(
                "\r\n", "\n", "\r", "\0\0\0\0\r\n", "2\r\n", "25\r\n", "250", "250\n", "250\r", "250-\r\n", "250-\r\n250-\r\n250-\r\n", "250-a\r\n550 b\r\n",
                "550-a\r\n250 b\r\n", "250 a\r\n250 b\r\n250 c\r\n250 d\r\n", "550 a\r\n250 b\r\n", "250 a\r\n550 b\r\n", "354 a\r\n250 b\r\n", "000 a\r\n",
                "099 a\r\n", "100 a\r\n", "199 a\r\n", "600 a\r\n", "999 a\r\n", "2500 a\r\n", "250a\r\n", "250\ta\r\n", " 250 a\r\n", "-250 a\r\n", "25O a\r\n",
                "\u0662\u0665\u0660 a\r\n", "+25 a\r\n", "2e2 a\r\n", "250 5.1.1 contrary\r\n", "550 2.0.0 contrary\r\n", "450 5.1.1 contrary\r\n",
                "550 5.1.1.1 long\r\n", "550 5.9999.1 wide\r\n", "550 5.\r\n", "550 5.1.1\r\n", "550 5.1.1", "550\r\n", "421\r\n", "221 2.0.0 Bye\r\n<close>",
                "550 \u00e4\u00ff\u0080\r\n", "550 " + "\u001b[2J".repeat(9) + "\r\n", "550 a\rb\r\n", "550 a\nb\r\n", "550-a\n550 b\n",
                "250 " + "x".repeat(100_000) + "\r\n", "550 " + "x".repeat(60_000) + "\r\n", "550-x\r\n".repeat(150) + "550 x\r\n", "250-\r\n".repeat(50_000),
                "x".repeat(1_000_000), "<dribble>250 " + "x".repeat(100), "<dribble>550 slow but complete\r\n", "550 half<dribble> and half\r\n",
                "HTTP/1.1 400 Bad Request\r\n\r\n", "\u0016\u0003\u0001\u0002\u0000\u0001", "* OK IMAP4\r\n", "+OK POP3\r\n", "<close>", "<hang>", "250 a<close>",
                "250 a\r\n<close>", "550 a\r\n<close>", "550 a<hang>", "250-a\r\n<hang>", "250-a\r\n<close>");
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void everyRecipientHasAnOutcomeAndNoneIsBelievedDeliveredWrongly(String shape) throws InterruptedException {
        for (String stage : STAGES) {
            for (boolean lmtp : new boolean[] {false, true}) {
                if (lmtp && stage.equals("END") && isSeveral(shape)) {
                    // One reply too many for one recipient is the reply for the next: nobody can tell.
                    continue;
                }
                for (String offer : List.of("PIPELINING", "CHUNKING", "SIZE")) {
                    Bench bench = new Bench().to(3);
                    if (lmtp) {
                        bench.lmtp();
                    }
                    bench.server.offering(offer).on(lmtp && stage.equals("EHLO") ? "LHLO" : stage, shape);
                    check(bench, stage + (lmtp ? " LMTP " : " ") + offer);
                }
            }
        }
    }

    private static boolean isSeveral(String shape) {
        return shape.matches("(?s)\\d{3} [^\n]*\n\\d{3}[ -].*");
    }

    static IntStream seeds() {
        return IntStream.range(0, 300);
    }

    /// Several stages go wrong at once, and read in pieces.
    @ParameterizedTest
    @MethodSource("seeds")
    void alsoWhenSeveralStagesGoWrong(int seed) throws InterruptedException {
        Random random = new Random(seed);
        List<String> shapes = new ArrayList<>(shapes().filter(shape -> shape.length() < 1000 && !isSeveral(shape)).toList());
        Bench bench = new Bench().to(1 + random.nextInt(5)).exchanges("192.0.2.1", "192.0.2.2");
        if (random.nextBoolean()) {
            bench.lmtp().exchanges("192.0.2.1", "192.0.2.2");
        }
        bench.network.piece = 1 + random.nextInt(20);
        for (FakeServer server : List.of(bench.server, bench.serverAt("192.0.2.2"))) {
            server.offering(random.nextBoolean() ? "PIPELINING" : "X", random.nextBoolean() ? "CHUNKING" : "Y", "LIMITS RCPTMAX=2");
            for (String stage : List.of("CONNECT", "EHLO", "LHLO", "MAIL", "RCPT", "DATA", "END", "RSET", "BDAT")) {
                server.on(stage, line -> random.nextInt(4) == 0 ? shapes.get(random.nextInt(shapes.size())) : null);
            }
        }
        for (int message = 0; message < 3; message++) {
            check(bench, "seed " + seed + " message " + message);
        }
    }

    private static void check(Bench bench, String what) throws InterruptedException {
        bench.network.servers.values().forEach(server -> server.transactions.clear());
        DeliveryAttempt attempt = bench.deliver();
        assertThat(attempt.outcomes()).as(what).hasSize(bench.recipients.size());
        assertThat(attempt.took()).as(what).isLessThan(Duration.ofHours(1));
        List<String> taken = bench.network.servers.values().stream().flatMap(s -> s.transactions.stream()).flatMap(t -> t.rcpts().stream()).toList();
        attempt.outcomes().forEach((number, outcome) -> {
            if (outcome instanceof Outcome.Delivered) {
                assertThat(taken).as(what).anyMatch(rcpt -> rcpt.startsWith("RCPT TO:<" + bench.recipients.get(number).address() + ">"));
            }
            assertThat(Check.words(outcome)).as(what).doesNotContain("local");
        });
        for (FakeServer server : bench.network.servers.values()) {
            server.transactions.forEach(taker -> assertThat(taker.text()).as(what).isEqualTo(Bench.TEXT));
        }
    }
}
