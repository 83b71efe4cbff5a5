// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.isthmus.main.Connector;
import org.isthmus.trials.peers.Client;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Ledger.End;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.world.SimulatedHost;
import org.junit.jupiter.api.Test;

/// Mail that comes back, end to end: passes are counted where they go over the wire, at the server that sends them back.
final class ReturnsTest {
    private static final String FAR = "far.example MX 10 mx.far.example\nmx.far.example A 198.51.100.7";
    private static final Duration WHILE = Duration.ofMinutes(2);

    private static String text(byte[] content) {
        return new String(content, ISO_8859_1);
    }

    /// An alias that leads out: {@code fan@site.example} stands for {@code bob@far.example}.
    private static final String RELAY = """
            routes = [{ to = "*", via = mx }]
            """;

    /// bob@far.example forwards to bob2@far.example of the same provider, whose mail the site relays, and so on: the copy comes back to be sent to where it came from.
    @Test
    void aForwarderAtAThirdPartyThatSendsItBackIsCutAtTheFirstReturn() {
        ReturnWorld.run(RELAY + "trusted-networks += \"198.51.100.7/32\"", returns -> {
            returns.world.zone().add(FAR);
            ReturnWorld.Machine forwarder = returns.machine("far", "198.51.100.7:25", ReturnWorld.INTERNET, (got, to) -> new Letter("back", got.from(), List.of(to), ReturnWorld.relayed(got.content())));
            assertThat(returns.send(returns.letter("anna@site.example", List.of("bob@far.example"))).end()).isEqualTo(End.PROMISED);
            returns.pass(WHILE);
            assertThat(forwarder.sink.deliveries()).as("passes at the wire").hasSize(1);
            assertThat(forwarder.refusals).singleElement().satisfies(reply -> assertThat(reply).startsWith("550 5.4.6 mail loop").contains("bob@far.example", "(trace "));
            assertThat(text(forwarder.sink.deliveries().getFirst().content())).contains("X-Trace-Site: ");
            assertThat(returns.tracked()).contains("row 3: this copy was sent by the same way before, and came back", "refused with 5.4.6: it would circle", "ledger: pass 0 left as");
        });
    }

    @Test
    void aForwarderThatStripsHeadersIsCutAfterFivePasses() {
        ReturnWorld.run(RELAY + "trusted-networks += \"198.51.100.7/32\"", returns -> {
            returns.world.zone().add(FAR);
            ReturnWorld.Machine forwarder = returns.machine("far", "198.51.100.7:25", ReturnWorld.INTERNET, (got, to) -> new Letter("back", got.from(), List.of(to), ReturnWorld.stripped(got.content())));
            returns.send(returns.letter("anna@site.example", List.of("bob@far.example")));
            returns.pass(WHILE);
            assertThat(forwarder.sink.deliveries().size()).as("passes at the wire").isBetween(2, 5);
            assertThat(forwarder.refusals).singleElement().satisfies(reply -> assertThat(reply).startsWith("550 5.4.6 mail loop"));
        });
    }

    /// A route error between two connectors: each sends the other's mail back.
    @Test
    void twoConnectorsThatSendEachOtherTheSameMailStopAtTheFirstReturn() {
        ReturnWorld.run("""
                next-hops.other { url = "smtp://203.0.113.9:25" }
                routes = [{ to = "client.example", via = other }, { to = "*", via = mx }]
                trusted-networks += "203.0.113.9/32"
                """, returns -> {
            SimulatedHost host = returns.world.host("other", "203.0.113.9");
            Connector other = returns.start(host, """
                    connector { hostname = mx.other.example, data = "/data", postmaster = "postmaster@other.example" }
                    listeners { internet { address = "203.0.113.9:25" } }
                    trusted-networks = ["192.0.2.0/24"]
                    next-hops.back { url = "smtp://192.0.2.1:25" }
                    routes = [{ to = "*", via = back }]
                    """);
            returns.send(returns.letter("anna@site.example", List.of("bob@client.example")));
            returns.pass(WHILE);
            assertThat(other.counters().accepted()).as("passes at the wire").isEqualTo(1);
            assertThat(returns.connector().counters().accepted()).as("the submission, and the other's report").isEqualTo(2);
            assertThat(returns.mailOf("anna@site.example")).singleElement().satisfies(report -> assertThat(report).contains("Status: 5.4.6", "bob@client.example"));
        });
    }

    /// Only one of two recipients circles: the other gets the mail, and one report tells of the first.
    @Test
    void ofMixedRecipientsTheGoodOnesAreServedAndOneReportTellsOfTheOthers() {
        ReturnWorld.run(RELAY + "trusted-networks += \"198.51.100.7/32\"", returns -> {
            returns.world.zone().add(FAR + "\nnear.example MX 10 mx.near.example\nmx.near.example A 198.51.100.8");
            ReturnWorld.Machine near = returns.machine("near", "198.51.100.8:25", ReturnWorld.INTERNET, (got, to) -> null);
            ReturnWorld.Machine far = returns.machine("far", "198.51.100.7:25", ReturnWorld.INTERNET,
                    (got, to) -> new Letter("back", got.from(), List.of(to, "cleo@near.example"), ReturnWorld.relayed(got.content())));
            returns.send(returns.letter("anna@site.example", List.of("bob@far.example")));
            returns.pass(WHILE);
            assertThat(far.sink.deliveries()).as("passes at the wire").hasSize(1);
            assertThat(far.refusals).isEmpty();
            assertThat(near.sink.deliveries()).hasSize(1);
            assertThat(returns.tracked()).contains("row 5: our token does not name this recipient", "given up with 5.4.6");
            assertThat(returns.mailOf("anna@site.example")).singleElement()
                    .satisfies(report -> assertThat(report).contains("Status: 5.4.6", "Final-Recipient: rfc822; bob@far.example").doesNotContain("Final-Recipient: rfc822; cleo"));
        });
    }

    @Test
    void aLoopIsKnownAfterARestartBetweenThePasses() {
        ReturnWorld.run(RELAY + "trusted-networks += \"198.51.100.7/32\"", returns -> {
            returns.world.zone().add(FAR);
            ReturnWorld.Machine far = returns.machine("far", "198.51.100.7:25", ReturnWorld.INTERNET, (got, to) -> null);
            returns.send(returns.letter("anna@site.example", List.of("bob@far.example")));
            returns.pass(WHILE);
            byte[] content = far.sink.deliveries().getFirst().content();
            returns.killAndStart();
            Letter back = new Letter("back", "anna@site.example", List.of("bob@far.example"), ReturnWorld.relayed(content));
            Ledger.Entry entry = returns.send(back, "198.51.100.7", ReturnWorld.INTERNET, Client.Manner.PLAIN);
            assertThat(entry.end()).isEqualTo(End.REFUSED);
            assertThat(entry.reply()).startsWith("550 5.4.6 mail loop");
        });
    }

    /// RFC 3030: the answer comes with the chunk that completes the header, and the body stays where it is.
    @Test
    void aLoopIsRefusedAtTheFirstChunk() {
        ReturnWorld.run(RELAY + "trusted-networks += \"198.51.100.7/32\"", returns -> {
            returns.world.zone().add(FAR);
            ReturnWorld.Machine far = returns.machine("far", "198.51.100.7:25", ReturnWorld.INTERNET, (got, to) -> null);
            returns.send(ReturnWorld.with(returns.letter("anna@site.example", List.of("bob@far.example")), text -> text + "a line\r\n".repeat(10_000)));
            returns.pass(WHILE);
            Letter back = new Letter("back", "anna@site.example", List.of("bob@far.example"), far.sink.deliveries().getFirst().content());
            Ledger.Entry entry = returns.send(back, "198.51.100.7", ReturnWorld.INTERNET, Client.Manner.CHUNKED);
            assertThat(entry.reply()).startsWith("550 5.4.6 mail loop");
            assertThat(entry.at()).isNotNull();
        });
    }

    /// The seed's trip: it leaves the site and comes home.
    @Test
    void mailForTheSiteThatWasAllowedOutIsDeliveredWhenItComesHome() {
        ReturnWorld.run("""
                next-hops.filter { url = "smtp://198.51.100.5:25" }
                routes = [{ to = "site.example", via = filter }, { to = "*", via = mx }]
                loop.loopback = send
                """, returns -> {
            ReturnWorld.Machine filter = returns.machine("filter", "198.51.100.5:25", ReturnWorld.INTERNET, (got, to) -> new Letter("home", got.from(), List.of(to), ReturnWorld.relayed(got.content())));
            returns.send(returns.letter("anna@site.example", List.of("ben@site.example")));
            returns.pass(WHILE);
            assertThat(filter.sink.deliveries()).hasSize(1);
            assertThat(filter.refusals).isEmpty();
            assertThat(returns.mailOf("ben@site.example")).hasSize(1);
            assertThat(returns.connector().returns().loopbackReturned()).isEqualTo(1);
        });
    }

    /// LP16: the rule against strangers with our senders does not stop what our own trace proves to have left here, and stops the token on other content.
    @Test
    void aSenderOfOursIsTakenFromAStrangerOnlyForMailThatLeftHere() {
        ReturnWorld.run("""
                next-hops.filter { url = "smtp://198.51.100.5:25" }
                routes = [{ to = "site.example", via = filter }, { to = "*", via = mx }]
                loop.loopback = send
                checks.own-sender = true
                """, returns -> {
            ReturnWorld.Machine filter = returns.machine("filter", "198.51.100.5:25", ReturnWorld.INTERNET, (got, to) -> new Letter("home", got.from(), List.of(to), ReturnWorld.relayed(got.content())));
            returns.send(returns.letter("anna@site.example", List.of("ben@site.example")));
            returns.pass(WHILE);
            assertThat(filter.refusals).isEmpty();
            assertThat(returns.mailOf("ben@site.example")).hasSize(1);
            byte[] left = filter.sink.deliveries().getFirst().content();
            Letter forged = ReturnWorld.with(new Letter("forged", "anna@site.example", List.of("ben@site.example"), left), text -> text + "and pay this\r\n");
            assertThat(returns.send(forged, "198.51.100.66", ReturnWorld.INTERNET, Client.Manner.PLAIN).reply()).startsWith("550 5.7.1 anna@site.example is a sender of this site");
            Letter bare = returns.letter("anna@site.example", List.of("ben@site.example"));
            assertThat(returns.send(bare, "198.51.100.66", ReturnWorld.INTERNET, Client.Manner.PLAIN).reply()).startsWith("550 5.7.1");
            assertThat(returns.mailOf("ben@site.example")).hasSize(1);
        });
    }

    /// L20: a server inside that returns what it does not know.
    @Test
    void aServerInsideThatReturnsItsMailIsCutAtTheFirstReturn() {
        ReturnWorld.run("""
                next-hops.groupware { url = "smtp://10.0.0.30:25" }
                domains."group.example" { kind = authoritative, recipients = any, deliver-to = groupware }
                """, returns -> {
            ReturnWorld.Machine groupware = returns.machine("groupware", "10.0.0.30:25", ReturnWorld.INSIDE, (got, to) -> new Letter("back", got.from(), List.of(to), ReturnWorld.relayed(got.content())));
            returns.send(returns.letter("anna@site.example", List.of("ghost@group.example")));
            returns.pass(WHILE);
            assertThat(groupware.sink.deliveries()).hasSize(1);
            assertThat(groupware.refusals).singleElement().satisfies(reply -> assertThat(reply).startsWith("550 5.4.6"));
        });
    }

    /// One recipient circles and another does not, so the message is taken, and the report about the first is ours: with the way that the message went.
    @Test
    void theReportShowsTheCircle() {
        ReturnWorld.run(RELAY + "trusted-networks += \"198.51.100.7/32\"", returns -> {
            returns.world.zone().add(FAR);
            ReturnWorld.Machine far = returns.machine("far", "198.51.100.7:25", ReturnWorld.INTERNET,
                    (got, to) -> new Letter("back", got.from(), List.of(to, "ben@site.example"), ReturnWorld.relayed(got.content())));
            returns.send(returns.letter("anna@site.example", List.of("bob@far.example")));
            returns.pass(WHILE);
            assertThat(far.sink.deliveries()).hasSize(1);
            assertThat(far.refusals).isEmpty();
            assertThat(returns.mailOf("ben@site.example")).hasSize(1);
            assertThat(returns.mailOf("anna@site.example")).singleElement().satisfies(report -> assertThat(report.replace("\r\n ", " "))
                    .contains("Your message did not reach some or all of the intended recipients.", "Status: 5.4.6",
                            "X-Loop-Path: mx1.site.example -> forwarder.example -> mx1.site.example"));
            // The postmaster's letter has the times that the servers wrote.
            assertThat(returns.mailOf("postmaster@site.example")).singleElement().satisfies(letter -> assertThat(letter)
                    .contains("forwarder.example  2030-01-01T00:00:00Z", "Sent back by: forwarder.example"));
        });
    }
}
