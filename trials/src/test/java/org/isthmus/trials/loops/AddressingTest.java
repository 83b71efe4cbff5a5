// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.peers.Behaviour;
import org.isthmus.trials.peers.Behaviour.Act;
import org.isthmus.trials.peers.Behaviour.Stage;
import org.isthmus.trials.peers.Forwarder;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Sink;
import org.junit.jupiter.api.Test;

/// Aliases, forwards, rewriting and copies in a running connector, with the field's failures that they have caused elsewhere. The site serves site.example with aliases beside
/// example.com; far.example is at 192.0.2.33.
class AddressingTest {
    private static final String SITE = """
            domains { "site.example" { recipients = "pattern:[abc]*", aliases = "file:/conf/aliases", deliver-to = store } }
            next-hops { far { url = "smtp://192.0.2.33:25", inside = false } }
            routes = [{ to = "far.example", via = far }, { to = "*", via = mx }]
            """;
    private static final String FAR = "192.0.2.33:25";

    private static void run(String more, String aliases, LoopWorld.Body body) {
        LoopWorld.run(SITE + more, Map.of("/conf/aliases", aliases), body);
    }

    private static List<String> recipients(Sink sink) {
        // What the postmaster is told of circles is no copy.
        return sink.deliveries().stream().filter(delivery -> !Letter.isAlert(delivery.content())).flatMap(delivery -> delivery.recipients().stream()).sorted().toList();
    }

    private static String text(Sink.Delivery delivery) {
        return new String(delivery.content(), ISO_8859_1);
    }

    @Test
    void everybodyBehindNestedAliasesGetsOneCopyInsideAndOutside() {
        run("", "everyone@site.example: team@site.example, anna@site.example\nteam@site.example: bert@site.example, x@far.example, everyone@site.example\n", loops -> {
            Sink far = loops.started("far", FAR);
            assertThat(loops.send("everyone@site.example").end()).isEqualTo(Ledger.End.PROMISED);
            assertThat(recipients(loops.store)).containsExactly("anna@site.example", "bert@site.example");
            assertThat(recipients(far)).containsExactly("x@far.example");
            assertThat(loops.connector().queue().list(Selector.ALL, 10)).isEmpty();
        });
    }

    /// Expansion and redirection leave a trace: what leaves by a forward carries our token, and everything that had gathered on the way here.
    @Test
    void l08ExpansionKeepsTheTrace() {
        run("", "fwd@site.example: fwd2@site.example\nfwd2@site.example: x@far.example\n", loops -> {
            Sink far = loops.started("far", FAR);
            loops.offer("Received: from a by b; Tue, 01 Jan 2030 00:00:00 +0000\r\nX-Trace-Site: of-somebody-else\r\n", "fwd@site.example");
            loops.settle();
            assertThat(far.deliveries()).singleElement().satisfies(delivery -> {
                assertThat(text(delivery)).contains("X-Trace-Site: of-somebody-else", "Received: from a by b").containsPattern("(?m)^X-Trace-Site: [A-Za-z0-9_-]{50,}$");
                assertThat(text(delivery).split("(?m)^Received:", -1)).hasSize(3);
            });
        });
    }

    /// A forward to an address that is gone: its report comes back to the forwarding mailbox, is forwarded, and ends there.
    @Test
    void l15AForwardToNobodyReportsOnceAndEnds() {
        run("", "lost@site.example: gone@far.example\n", loops -> {
            Sink far = loops.started("far", FAR);
            far.behave(Behaviour.at(Stage.RECIPIENT, new Act.Say("550 5.1.1 no such user")));
            loops.offerAs("lost@site.example", "lost@site.example");
            loops.settle();
            loops.settle();
            // The message, and the report about it; what comes of that is the postmaster's.
            assertThat(far.sessions()).isLessThanOrEqualTo(2);
            assertThat(recipients(loops.store)).containsExactly("postmaster@example.com");
            assertThat(loops.connector().queue().list(Selector.ALL, 10)).isEmpty();
        });
    }

    /// A forward that does not work is never silent: the client hears of it, or the sender does.
    @Test
    void l16AForwardThatCannotWorkIsToldAndNotDropped() {
        run("", "dead@site.example: nobody@site.example\nlater@site.example: gone@far.example\n", loops -> {
            Sink far = loops.started("far", FAR);
            far.behave(Behaviour.at(Stage.RECIPIENT, new Act.Say("550 5.1.1 no such user")));
            assertThat(loops.send("dead@site.example").refused().values()).singleElement().asString().contains("550 5.1.1 nobody can be reached at dead@site.example");
            loops.send("later@site.example");
            assertThat(loops.stored()).singleElement().asString().contains("later@site.example", "Your message did not reach");
        });
    }

    /// A list with members on both sides, one of whom is a list that sends a copy back: the second pass is no loop.
    @Test
    void l18TheSecondPassOfAListIsDelivered() {
        run("", "list@site.example: anna@site.example, list@far.example\n", loops -> {
            Forwarder list = loops.forwarder(FAR, "bert@site.example", content -> content);
            loops.send("list@site.example");
            assertThat(list.forward()).singleElement().satisfies(entry -> assertThat(entry.end()).isEqualTo(Ledger.End.PROMISED));
            loops.settle();
            assertThat(recipients(loops.store)).containsExactly("anna@site.example", "bert@site.example");
        });
    }

    /// A list of ours in a list of theirs in a list of ours: members once, and the trip ends by itself where the list has its own names.
    @Test
    void l19ListsOfOursInOneAnotherEndByThemselves() {
        run("", "one@site.example: anna@site.example, two@site.example\ntwo@site.example: bert@site.example, three@site.example\nthree@site.example: clara@site.example, one@site.example\n", loops -> {
            loops.send("two@site.example");
            assertThat(recipients(loops.store)).containsExactly("anna@site.example", "bert@site.example", "clara@site.example");
        });
    }

    /// An outside address of somebody that is really an address of our own site.
    @Test
    void l21AnAliasToAnotherDomainOfOursNeverLeaves() {
        run("", "user@site.example: user@example.com\nuser2@site.example: user@site.example\n", loops -> {
            Sink far = loops.started("far", FAR);
            loops.send("user2@site.example");
            assertThat(recipients(loops.store)).containsExactly("user@example.com");
            assertThat(far.sessions()).isZero();
            assertThat(loops.accepted()).isEqualTo(1);
        });
    }

    @Test
    void theOwnerOfAListHearsOfItsMembers() {
        run("", "list@site.example: gone@far.example, anna@site.example\nowner-list@site.example: bert@site.example\n", loops -> {
            Sink far = loops.started("far", FAR);
            far.behave(Behaviour.at(Stage.RECIPIENT, new Act.Say("550 5.1.1 no such user")));
            loops.send("list@site.example");
            loops.settle();
            assertThat(loops.store.deliveries()).filteredOn(delivery -> delivery.recipients().contains("anna@site.example"))
                    .singleElement().satisfies(delivery -> assertThat(delivery.from()).isEqualTo("owner-list@site.example"));
            assertThat(loops.store.deliveries()).filteredOn(delivery -> delivery.from().isEmpty())
                    .singleElement().satisfies(report -> assertThat(report.recipients()).containsExactly("bert@site.example"));
        });
    }

    @Test
    void mailThatGoesOutWearsTheMaskAndItsAnswerFindsHome() {
        run("""
                rewrite = [
                  { in = "*@*.site.example", to = "*@site.example", direction = out }
                  { in = "anna@site.example", to = "A.Schmidt@site.example", direction = out, what = [envelope-sender, header-sender] }
                  { in = "A.Schmidt@site.example", to = "anna@site.example", direction = in, what = envelope }
                ]
                """, "", loops -> {
            Sink far = loops.started("far", FAR);
            loops.offerAs("anna@pc7.site.example", "x@far.example");
            loops.settle();
            assertThat(far.deliveries()).singleElement().satisfies(delivery -> {
                assertThat(delivery.from()).isEqualTo("A.Schmidt@site.example");
                assertThat(text(delivery)).contains("From: <A.Schmidt@site.example>").doesNotContain("pc7");
            });
            Forwarder answer = new Forwarder(far, loops.host("192.0.2.33").platform(), loops.world.chance("answer"), LoopWorld.DOOR, "A.Schmidt@site.example", content -> content);
            assertThat(answer.forward()).singleElement().satisfies(entry -> assertThat(entry.end()).isEqualTo(Ledger.End.PROMISED));
            loops.settle();
            assertThat(recipients(loops.store)).containsExactly("anna@site.example");
        });
    }

    @Test
    void aRewrittenMessageIsWholeWhereverItGoes() {
        run("rewrite = [{ in = \"*@example.com\", to = \"*@a-much-longer-name.example.com\", what = headers }]\n", "", loops -> {
            Sink far = loops.started("far", FAR);
            loops.send("x@far.example");
            assertThat(far.problems()).isEmpty();
            assertThat(far.deliveries()).singleElement().satisfies(delivery -> assertThat(text(delivery)).contains("From: <anna@a-much-longer-name.example.com>\r\n"));
        });
    }

    @Test
    void copiesHaveNoSenderAndNobodyHearsOfThem() {
        run("copies = [{ of = \"*@site.example\", to = [\"archive@example.com\", \"log@far.example\"] }]\n", "", loops -> {
            Sink far = loops.started("far", FAR);
            far.behave(Behaviour.at(Stage.RECIPIENT, new Act.Say("550 5.1.1 no such user")));
            loops.send("anna@site.example");
            loops.settle();
            assertThat(loops.store.deliveries()).extracting(Sink.Delivery::from, Sink.Delivery::recipients).containsExactlyInAnyOrder(
                    org.assertj.core.groups.Tuple.tuple("anna@example.com", List.of("anna@site.example")), org.assertj.core.groups.Tuple.tuple("", List.of("archive@example.com")));
            assertThat(far.sessions()).isEqualTo(1);
            assertThat(loops.connector().queue().list(Selector.ALL, 10)).isEmpty();
        });
    }

    /// The archive sends every copy on to somebody of ours: he gets it, and it is not copied again.
    @Test
    void aCopyThatComesBackIsNotCopiedAgain() {
        run("copies = [{ of = \"*@site.example\", to = \"archive@far.example\" }]\n", "", loops -> {
            Forwarder archive = loops.forwarder(FAR, "bert@site.example", content -> content);
            loops.send("anna@site.example");
            assertThat(archive.forward()).singleElement().satisfies(entry -> assertThat(entry.end()).isEqualTo(Ledger.End.PROMISED));
            loops.settle();
            assertThat(archive.forward()).as("a second copy").isEmpty();
            assertThat(recipients(loops.store)).containsExactly("anna@site.example", "bert@site.example");
        });
    }

    /// A stranger's header does not keep mail out of the archive.
    @Test
    void noFieldThatSomebodyWritesStopsACopy() {
        run("copies = [{ of = \"*@site.example\", to = \"archive@far.example\" }]\n", "", loops -> {
            Sink archive = loops.started("archive", FAR);
            loops.send("anna@site.example");
            String token = text(archive.deliveries().getFirst()).lines().filter(line -> line.startsWith("X-Trace-Site:")).findFirst().orElseThrow();
            loops.offer(token + "\r\n", "bert@example.com", "anna@site.example");
            loops.settle();
            assertThat(archive.deliveries()).as("another message with the token of a copy").hasSize(2);
        });
    }

    /// Alias to outside and back: the fixture of layers 4 and 5. One trip, and the sender is told.
    @Test
    void aForwardThatIsForwardedBackMakesOneTrip() {
        run("", "fwd@site.example: x@far.example\n", loops -> {
            Forwarder forwarder = loops.forwarder(FAR, "fwd@site.example", content -> content);
            loops.send("fwd@site.example");
            int trips = 0;
            for (List<Ledger.Entry> told = forwarder.forward(); !told.isEmpty() && trips < 50; told = forwarder.forward()) {
                trips++;
                loops.settle();
            }
            assertThat(trips).isEqualTo(1);
            assertThat(loops.stored()).singleElement().asString().contains("To: <anna@example.com>", "Status: 5.4.6", "fwd@site.example");
        });
    }

    /// The same where the forwarder takes our trace out of it.
    @Test
    void aForwardThatIsForwardedBackWithoutOurTraceMakesFiveTripsAtMost() {
        run("", "fwd@site.example: x@far.example\n", loops -> {
            Forwarder forwarder = loops.forwarder(FAR, "fwd@site.example", Forwarder.without("X-Trace-Site", "Received"));
            loops.send("fwd@site.example");
            int trips = 0;
            for (List<Ledger.Entry> told = forwarder.forward(); !told.isEmpty() && trips < 50; told = forwarder.forward()) {
                trips++;
                loops.settle();
            }
            assertThat(trips).isBetween(1, 5);
        });
    }

    /// What comes back is known though the address in From was rewritten when it left, and is again when it returns.
    @Test
    void aRewrittenMessageThatComesBackIsKnown() {
        run("rewrite = [{ in = \"*@example.com\", to = \"*@mask.example\", direction = out, what = headers }, { in = \"*@mask.example\", to = \"*@example.com\", direction = in, what = headers }]\n",
                "fwd@site.example: x@far.example\n", loops -> {
            Forwarder forwarder = loops.forwarder(FAR, "fwd@site.example", content -> content);
            loops.send("fwd@site.example");
            assertThat(forwarder.forward()).hasSize(1);
            loops.settle();
            assertThat(forwarder.forward()).as("a second trip").isEmpty();
        });
    }
}
