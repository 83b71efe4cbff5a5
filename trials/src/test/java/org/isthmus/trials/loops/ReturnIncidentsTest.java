// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.isthmus.trials.peers.Client;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Ledger.End;
import org.isthmus.trials.peers.Letter;
import org.junit.jupiter.api.Test;

/// The recorded failures of others that have to do with mail that comes back, each under its number: what must not be taken for a loop, and what a loop must not turn into.
final class ReturnIncidentsTest {
    private static final String FAR = "far.example MX 10 mx.far.example\nmx.far.example A 198.51.100.7\nnear.example MX 10 mx.near.example\nmx.near.example A 198.51.100.8";
    private static final String FAR_MAY_RELAY = "trusted-networks += \"198.51.100.7/32\"";
    private static final Duration WHILE = Duration.ofMinutes(2);

    private static byte[] listed(byte[] content) {
        return ("List-Id: <friends.far.example>\r\nPrecedence: list\r\n" + new String(ReturnWorld.relayed(content), ISO_8859_1) + "-- \r\nfriends\r\n").getBytes(ISO_8859_1);
    }

    /// Q166654: a list outside with members on both sides; the second pass of the message is legitimate.
    @Test
    void l18AListWithMembersOnBothSidesOfTheConnector() {
        ReturnWorld.run(FAR_MAY_RELAY, returns -> {
            returns.world.zone().add(FAR);
            ReturnWorld.Machine near = returns.machine("near", "198.51.100.8:25", ReturnWorld.INTERNET, (got, to) -> null);
            ReturnWorld.Machine list = returns.machine("far", "198.51.100.7:25", ReturnWorld.INTERNET,
                    (got, to) -> new Letter("copy", "owner-friends@far.example", List.of("ben@site.example", "anna@site.example", "dora@near.example"), listed(got.content())));
            returns.send(returns.letter("anna@site.example", List.of("friends@far.example")));
            returns.pass(WHILE);
            assertThat(list.refusals).isEmpty();
            assertThat(returns.mailOf("ben@site.example")).hasSize(1);
            assertThat(returns.mailOf("anna@site.example")).hasSize(1);
            assertThat(near.sink.deliveries()).hasSize(1);
        });
    }

    /// The same list is written to ten times, and by somebody who is on it under a second address.
    @Test
    void l28NothingHarmlessIsCalledALoop() {
        ReturnWorld.run(FAR_MAY_RELAY, returns -> {
            returns.world.zone().add(FAR);
            ReturnWorld.Machine near = returns.machine("near", "198.51.100.8:25", ReturnWorld.INTERNET, (got, to) -> null);
            ReturnWorld.Machine list = returns.machine("far", "198.51.100.7:25", ReturnWorld.INTERNET,
                    (got, to) -> new Letter("copy", "owner-friends@far.example", List.of("ben@site.example", "dora@near.example"), listed(got.content())));
            for (int i = 0; i < 10; i++) {
                // One copy direct, one by the list.
                returns.send(returns.letter("anna@site.example", List.of("friends@far.example", "dora@near.example")));
            }
            returns.pass(WHILE);
            assertThat(list.refusals).isEmpty();
            assertThat(near.sink.deliveries()).hasSize(20);
            assertThat(returns.mailOf("ben@site.example")).hasSize(10);
            assertThat(returns.mailOf("anna@site.example")).isEmpty();
        });
    }

    /// A hop limit alone needs hours; the trace needs one return. What strips the trace and keeps Received lines ends at the limit, and is told the count.
    @Test
    void l22AndL38TheHopLimitIsTheLastNetAndSaysWhatItCounted() {
        ReturnWorld.run("loop.hop-limit = 30\n" + FAR_MAY_RELAY, returns -> {
            Letter letter = returns.letter("anna@site.example", List.of("ben@site.example"));
            Ledger.Entry refused = returns.send(ReturnWorld.with(letter, text -> "Received: from a by b; date\r\n".repeat(30) + text));
            assertThat(refused.reply()).startsWith("550 5.4.6 mail loop: the message has passed 30 servers already; the limit is 30");
            Ledger.Entry accepted = returns.send(ReturnWorld.with(letter, text -> "Received: from a by b; date\r\n".repeat(29) + text));
            assertThat(accepted.end()).isEqualTo(End.PROMISED);
        });
    }

    /// Q164838: the verdict is final, whatever else is wrong with the message or with the way.
    @Test
    void l25ALoopIsNeverOverwrittenByALesserError() {
        ReturnWorld.run("limits.message-size = 100 KiB\n" + FAR_MAY_RELAY, returns -> {
            returns.world.zone().add(FAR);
            ReturnWorld.Machine far = returns.machine("far", "198.51.100.7:25", ReturnWorld.INTERNET, (got, to) -> null);
            returns.send(returns.letter("anna@site.example", List.of("bob@far.example")));
            returns.pass(WHILE);
            byte[] content = far.sink.deliveries().getFirst().content();
            Letter grown = ReturnWorld.with(new Letter("grown", "anna@site.example", List.of("bob@far.example"), content), text -> text + "a line\r\n".repeat(20_000));
            assertThat(returns.send(grown, "198.51.100.7", ReturnWorld.INTERNET, Client.Manner.PLAIN).reply()).startsWith("550 5.4.6 mail loop");
            // Among others it is given up at once, although its destination is gone and would only delay it.
            returns.world.zone().remove("mx.far.example");
            Letter mixed = new Letter("mixed", "anna@site.example", List.of("bob@far.example", "ben@site.example"), content);
            assertThat(returns.send(mixed, "198.51.100.7", ReturnWorld.INTERNET, Client.Manner.PLAIN).end()).isEqualTo(End.PROMISED);
            returns.pass(WHILE);
            assertThat(returns.mailOf("ben@site.example")).hasSize(1);
            assertThat(returns.mailOf("anna@site.example")).singleElement().satisfies(report -> assertThat(report).contains("Status: 5.4.6", "bob@far.example"));
        });
    }

    /// RFC 1047: the answer to the last dot is lost, the client sends again, and so often as it likes.
    @Test
    void l32RetriesAfterALostAnswerAreServedAndNotCalledALoop() {
        ReturnWorld.run("", returns -> {
            returns.world.zone().add(FAR);
            ReturnWorld.Machine far = returns.machine("far", "198.51.100.7:25", ReturnWorld.INTERNET, (got, to) -> null);
            Letter letter = returns.letter("anna@site.example", List.of("bob@far.example"));
            for (int retry = 0; retry < 12; retry++) {
                assertThat(returns.send(letter).end()).isEqualTo(End.PROMISED);
                returns.pass(Duration.ofMinutes(30));
            }
            assertThat(far.sink.deliveries()).hasSize(12);
        });
    }

    /// Resent after a failure: KB 2637915 refuses it for ever.
    @Test
    void mailThatIsSentAgainAfterAFailureIsNotALoop() {
        ReturnWorld.run("", returns -> {
            returns.world.zone().add(FAR);
            ReturnWorld.Machine far = returns.machine("far", "198.51.100.7:25", ReturnWorld.INTERNET, (got, to) -> null);
            Letter letter = returns.letter("anna@site.example", List.of("bob@far.example"));
            returns.send(letter);
            returns.pass(WHILE);
            // Somebody inside got a copy from bob with all its trace, and redirects it to him.
            Letter resent = ReturnWorld.with(new Letter("resent", "ben@site.example", List.of("bob@far.example"), far.sink.deliveries().getFirst().content()),
                    text -> "Resent-From: <ben@site.example>\r\nResent-Date: now\r\nResent-To: <bob@far.example>\r\n" + text);
            assertThat(returns.send(resent, "10.0.0.78", ReturnWorld.INSIDE, Client.Manner.PLAIN).end()).isEqualTo(End.PROMISED);
            returns.pass(WHILE);
            assertThat(far.sink.deliveries()).hasSize(2);
        });
    }

    /// An alias that leads out, and a server out there that leads back to the alias.
    @Test
    void l15AForwardThatComesBackToItsAliasIsCutAtTheFirstReturn() {
        ReturnWorld.run("", returns -> {
            returns.world.zone().add(FAR);
            ReturnWorld.Machine far = returns.machine("far", "198.51.100.7:25", ReturnWorld.INTERNET,
                    (got, to) -> new Letter("back", got.from(), List.of("fan@site.example"), ReturnWorld.relayed(got.content())));
            returns.send(returns.letter("anna@site.example", List.of("fan@site.example")));
            returns.pass(WHILE);
            assertThat(far.sink.deliveries()).as("passes at the wire").hasSize(1);
            assertThat(returns.mailOf("anna@site.example")).singleElement().satisfies(report -> assertThat(report).contains("Status: 5.4.6"));
        });
    }

    /// The same where all trace is taken off.
    @Test
    void aForwardThatComesBackStrippedToItsAliasIsCutAfterFivePasses() {
        ReturnWorld.run("", returns -> {
            returns.world.zone().add(FAR);
            ReturnWorld.Machine far = returns.machine("far", "198.51.100.7:25", ReturnWorld.INTERNET,
                    (got, to) -> new Letter("back", got.from(), List.of("fan@site.example"), ReturnWorld.stripped(got.content())));
            returns.send(returns.letter("anna@site.example", List.of("fan@site.example")));
            returns.pass(WHILE);
            assertThat(far.sink.deliveries().size()).as("passes at the wire").isBetween(2, 5);
            assertThat(returns.mailOf("anna@site.example")).singleElement().satisfies(report -> assertThat(report).contains("Status: 5.4.6"));
        });
    }

    /// Of a message from nobody nobody is told.
    @Test
    void aMixedMessageFromNobodyIsServedWithoutAReport() {
        ReturnWorld.run(FAR_MAY_RELAY, returns -> {
            returns.world.zone().add(FAR);
            ReturnWorld.Machine far = returns.machine("far", "198.51.100.7:25", ReturnWorld.INTERNET, (got, to) -> null);
            returns.send(returns.letter("", List.of("bob@far.example")));
            returns.pass(WHILE);
            Letter mixed = new Letter("mixed", "", List.of("bob@far.example", "ben@site.example"), far.sink.deliveries().getFirst().content());
            returns.send(mixed, "198.51.100.7", ReturnWorld.INTERNET, Client.Manner.PLAIN);
            returns.pass(WHILE);
            assertThat(returns.mailOf("ben@site.example")).hasSize(1);
            assertThat(returns.connector().counters().reports()).as("the alert to the postmaster alone").isEqualTo(1);
            assertThat(returns.connector().counters().failed()).isEqualTo(1);
        });
    }

    /// Without its ledger the site believes in the token only so far: one pass more, and all other mail goes on.
    @Test
    void aLostLedgerCostsOnePassMore() {
        ReturnWorld.run(FAR_MAY_RELAY, returns -> {
            returns.world.zone().add(FAR);
            ReturnWorld.Machine far = returns.machine("far", "198.51.100.7:25", ReturnWorld.INTERNET, (got, to) -> null);
            returns.send(returns.letter("anna@site.example", List.of("bob@far.example")));
            returns.pass(WHILE);
            returns.host.kill();
            for (String file : returns.host.disk().list(Path.of("/data/ledger"))) {
                returns.host.disk().delete(Path.of("/data/ledger").resolve(file));
            }
            returns.start();
            for (int pass = 0; pass < 2; pass++) {
                Letter back = new Letter("back", "anna@site.example", List.of("bob@far.example"), ReturnWorld.relayed(far.sink.deliveries().getLast().content()));
                assertThat(returns.send(back, "198.51.100.7", ReturnWorld.INTERNET, Client.Manner.PLAIN).end()).isEqualTo(pass == 0 ? End.PROMISED : End.REFUSED);
                returns.pass(WHILE);
            }
            assertThat(far.sink.deliveries()).as("passes at the wire").hasSize(2);
        });
    }
}
