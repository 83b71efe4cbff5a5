// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.isthmus.loop.PairRate;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;
import org.isthmus.trials.peers.Behaviour;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Ledger.End;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.peers.Sink;
import org.junit.jupiter.api.Test;

/// Loops that make new messages, of which no trace tells: reports, receipts, machines that answer. Layer 6 of loop control. The real connector, in a simulated world.
class AnsweringMachinesTest {
    private static final String PARTNER = """
            next-hops { partner { url = "smtp://192.0.2.33:25" } }
            routes = [{ to = "*", via = partner }]
            """;
    private static final String OUTSIDE = "192.0.2.33";
    private static final String INSIDE = "10.0.0.21";
    private static final String STRANGER = "203.0.113.66";
    private static final Selector HELD = new Selector(Set.of(), Set.of(), Set.of(), null, "answer each other", null, true);

    private static Letter letter(String id, String from, String to, String fields) {
        String author = from.isEmpty() ? "daemon@remote.example" : from;
        String text = "From: <" + author + ">\r\nTo: <" + to + ">\r\nSubject: Question\r\nDate: Tue, 24 Nov 2026 08:00:00 +0000\r\nMessage-ID: <" + id + "@remote.example>\r\n" + fields
                + "\r\nHow is the weather?\r\n";
        return new Letter(id, from, List.of(to), text.getBytes(ISO_8859_1));
    }

    private static List<String> texts(Sink sink) {
        return sink.deliveries().stream().map(delivery -> new String(delivery.content(), ISO_8859_1)).toList();
    }

    private static long held(LoopWorld loops) throws Exception {
        return loops.connector().queue().list(Selector.ALL, 1000).stream().flatMap(message -> message.states().stream())
                .filter(state -> state instanceof RecipientState.Held held && held.by().equals(PairRate.NAME)).count();
    }

    // ---- reports

    /// L10: a report meets a full mailbox, and is reported about, endlessly.
    @Test
    void l10AReportThatMeetsAFullMailboxEndsThere() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            loops.store.behave(Behaviour.at(Behaviour.Stage.RECIPIENT, new Behaviour.Act.Say("550 5.2.2 mailbox full")));
            loops.offerFrom(OUTSIDE, letter("r1", "", "anna@example.com", "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n"));
            loops.settle();
            assertThat(partner.deliveries()).isEmpty();
            assertThat(loops.store.deliveries()).isEmpty();
            assertThat(loops.connector().queue().list(Selector.ALL, 10)).isEmpty();
            assertThat(loops.connector().counters().reports()).isZero();
        });
    }

    /// L07, L08: a report is a new message, and so is what answers it; the third in a row is not made. The machine shows no trait at all, and answers the author.
    @Test
    void l07L08PingPongOfReportsAndAnswersEndsAfterThreeMessages() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            loops.store.behave(Behaviour.refusing(all -> true));
            Robot robot = new Robot(loops, "tickets@remote.example", partner, OUTSIDE);
            robot.fields = Robot::thread;
            loops.offerFrom(OUTSIDE, letter("q1", "tickets@remote.example", "bob@example.com", ""));
            int answers = Robot.play(loops, 20, robot);
            assertThat(answers).isEqualTo(1);
            assertThat(partner.deliveries()).as("reports").hasSize(1);
            assertThat(loops.accepted()).as("the question, and the answer to its report").isEqualTo(2);
            assertThat(loops.connector().queue().list(Selector.ALL, 10)).isEmpty();
        });
    }

    /// The same with a machine that answers to the address that does not exist, by the thread that our report began.
    @Test
    void anAnswerAmongOthersEndsAfterTwoReports() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            loops.store.behave(Behaviour.refusing(all -> true));
            Robot robot = new Robot(loops, "tickets@remote.example", partner, OUTSIDE);
            robot.fields = Robot::thread;
            robot.to = message -> "bob@example.com";
            loops.offerFrom(OUTSIDE, letter("q1", "tickets@remote.example", "bob@example.com", ""));
            Robot.play(loops, 20, robot);
            assertThat(partner.deliveries()).as("reports").hasSize(2);
            assertThat(loops.accepted()).isEqualTo(3);
        });
    }

    /// L09: a relay changed the null reverse-path into an address. Ours keeps it, octet for octet, and a report that lost it elsewhere begins no new row.
    @Test
    void l09TheNullReversePathStaysWhatItIs() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            loops.offerFrom(OUTSIDE, letter("r1", "", "anna@example.com", "Auto-Submitted: auto-replied\r\n"));
            loops.offerFrom(INSIDE, letter("r2", "", "x@remote.example", ""));
            loops.settle();
            assertThat(loops.store.deliveries()).singleElement().matches(delivery -> delivery.from().isEmpty());
            assertThat(partner.deliveries()).singleElement().matches(delivery -> delivery.from().isEmpty());
        });
    }

    @Test
    void l09AReportWhoseReversePathWasChangedElsewhereIsStillAReport() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            loops.store.behave(Behaviour.refusing(all -> true));
            loops.offerFrom(OUTSIDE, letter("q1", "alice@remote.example", "bob@example.com", ""));
            loops.settle();
            byte[] report = partner.deliveries().getFirst().content();
            loops.offerFrom(OUTSIDE, new Letter("bent", "unknown@remote.example", List.of("bob@example.com"), report));
            loops.settle();
            assertThat(partner.deliveries()).as("no report about the report").hasSize(1);
        });
    }

    /// L11: an automatic reply answered reports, because their author was a postmaster.
    @Test
    void l11AReportSaysWhatItIs() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            loops.store.behave(Behaviour.refusing(all -> true));
            loops.offerFrom(OUTSIDE, letter("q1", "alice@remote.example", "bob@example.com", ""));
            loops.settle();
            assertThat(partner.deliveries()).singleElement().matches(delivery -> delivery.from().isEmpty());
            assertThat(texts(partner).getFirst()).contains("Auto-Submitted: auto-replied", "Content-Type: multipart/report; report-type=delivery-status;", "In-Reply-To: <q1@remote.example>");
        });
    }

    /// L12: receipts were answered with receipts. A machine's mail asks for none that we would give.
    @Test
    void l12AMachineGetsNoReceipt() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            loops.offerFrom(OUTSIDE, letter("m1", "alice@remote.example", "anna@example.com", "Auto-Submitted: auto-replied\r\nReturn-Receipt-To: <alice@remote.example>\r\n"
                    + "Disposition-Notification-To: <alice@remote.example>\r\n"));
            loops.settle();
            assertThat(loops.store.deliveries()).hasSize(1);
            assertThat(partner.deliveries()).isEmpty();
        });
    }

    /// L13: reports and notices went to mailing lists in spite of Precedence. A list hears of failures at its own address for them, and nobody else does.
    @Test
    void l13AListHearsOfFailuresAtItsAddressForThem() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            loops.store.behave(Behaviour.refusing(all -> true));
            String list = "List-Id: <l.remote.example>\r\nList-Post: <mailto:l@remote.example>\r\nPrecedence: list\r\nReply-To: <l@remote.example>\r\n";
            Letter posted = letter("p1", "carl@remote.example", "anna@example.com", list);
            loops.offerFrom(OUTSIDE, new Letter("p1", "l-bounces@remote.example", posted.to(), posted.content()));
            loops.offerFrom(OUTSIDE, letter("p2", "l@remote.example", "anna@example.com", list));
            loops.settle();
            assertThat(partner.deliveries()).singleElement().matches(delivery -> delivery.recipients().equals(List.of("l-bounces@remote.example")));
        });
    }

    /// L14: a report reached a list server, which took it for a command and answered to a postmaster who did not exist, which bounced.
    @Test
    void l14AListServerGetsNoReports() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            loops.store.behave(Behaviour.refusing(all -> true));
            Robot robot = new Robot(loops, "l-request@remote.example", partner, OUTSIDE);
            loops.offerFrom(OUTSIDE, letter("c1", "l-request@remote.example", "anna@example.com", ""));
            assertThat(Robot.play(loops, 10, robot)).isZero();
            assertThat(partner.deliveries()).isEmpty();
        });
    }

    /// The ladder: sender, postmaster, nobody.
    @Test
    void aReportThatCannotBeDeliveredIsToldToThePostmasterOnce() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            partner.behave(Behaviour.refusing(all -> true));
            loops.store.behave(Behaviour.refusing(recipient -> recipient.startsWith("bob")));
            loops.offerFrom(OUTSIDE, letter("q1", "forged@remote.example", "bob@example.com", ""));
            loops.settle();
            assertThat(loops.store.deliveries()).singleElement().matches(delivery -> delivery.recipients().equals(List.of("postmaster@example.com")) && delivery.from().isEmpty());
            assertThat(texts(loops.store).getFirst()).contains("A report that this mail system had to send could not be delivered", "Message-ID: <q1@remote.example>");
        });
    }

    @Test
    void aNoticeThatCannotBeDeliveredIsTheEnd() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            partner.behave(Behaviour.refusing(all -> true));
            loops.store.behave(Behaviour.refusing(all -> true));
            loops.offerFrom(OUTSIDE, letter("q1", "forged@remote.example", "bob@example.com", ""));
            loops.settle();
            assertThat(loops.store.deliveries()).isEmpty();
            assertThat(loops.connector().queue().list(Selector.ALL, 10)).isEmpty();
            assertThat(loops.connector().counters().reports()).as("to the sender, to the postmaster, and no more").isEqualTo(2);
        });
    }

    // ---- machines that answer each other

    private static Robot away(LoopWorld loops, String address, Sink mailbox, String client) {
        Robot robot = new Robot(loops, address, mailbox, client);
        robot.from = "";
        robot.subject = subject -> "Automatic reply: " + subject;
        robot.fields = message -> "Auto-Submitted: auto-replied\r\n";
        return robot;
    }

    /// Releases what is held and looks that nothing is lost.
    private static void assertNothingIsLost(LoopWorld loops, Sink partner, Robot... robots) throws Exception {
        long held = held(loops);
        assertThat(held).isPositive();
        int before = partner.deliveries().size() + loops.store.deliveries().size();
        assertThat(loops.connector().queue().release(HELD, false, "test")).isEqualTo((int) held);
        loops.settle();
        assertThat(partner.deliveries().size() + loops.store.deliveries().size()).isEqualTo(before + (int) held);
        assertThat(loops.connector().queue().list(Selector.ALL, 10)).isEmpty();
        for (Robot robot : robots) {
            assertThat(robot.ledger().entries()).allMatch(entry -> entry.end() == End.PROMISED);
        }
    }

    @Test
    void twoVacationRespondersAreHeldAndNothingIsLost() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            Robot anna = away(loops, "anna@example.com", loops.store, INSIDE);
            Robot bert = away(loops, "bert@remote.example", partner, OUTSIDE);
            loops.offerFrom(INSIDE, letter("q1", "anna@example.com", "bert@remote.example", ""));
            int answers = Robot.play(loops, 100, anna, bert);
            assertThat(answers).isBetween(11, 20);
            assertThat(held(loops)).isEqualTo(1);
            assertNothingIsLost(loops, partner, anna, bert);
        });
    }

    @Test
    void aTicketSystemAndAResponderAreHeldAndNothingIsLost() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            Robot tickets = new Robot(loops, "tickets@example.com", loops.store, INSIDE);
            tickets.subject = subject -> "[Ticket#4711] " + subject;
            tickets.fields = message -> "Auto-Submitted: auto-generated\r\nX-Mailer: tickets\r\n";
            Robot bert = away(loops, "bert@remote.example", partner, OUTSIDE);
            loops.offerFrom(OUTSIDE, letter("q1", "bert@remote.example", "tickets@example.com", ""));
            int answers = Robot.play(loops, 100, tickets, bert);
            assertThat(answers).isBetween(11, 20);
            assertNothingIsLost(loops, partner, tickets, bert);
        });
    }

    @Test
    void machinesThatHideWhatTheyAreAreHeldAndNothingIsLost() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            Robot anna = new Robot(loops, "anna@example.com", loops.store, INSIDE);
            anna.subject = subject -> "Re: Question";
            Robot bert = new Robot(loops, "bert@remote.example", partner, OUTSIDE);
            bert.subject = anna.subject;
            loops.offerFrom(INSIDE, letter("q1", "anna@example.com", "bert@remote.example", ""));
            int answers = Robot.play(loops, 100, anna, bert);
            assertThat(answers).isBetween(11, 20);
            assertNothingIsLost(loops, partner, anna, bert);
        });
    }

    @Test
    void otherMailOfTheTwoGoesOnWhileTheirMachinesAreHeld() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            Robot anna = away(loops, "anna@example.com", loops.store, INSIDE);
            Robot bert = away(loops, "bert@remote.example", partner, OUTSIDE);
            loops.offerFrom(INSIDE, letter("q1", "anna@example.com", "bert@remote.example", ""));
            Robot.play(loops, 100, anna, bert);
            long held = held(loops);
            int there = partner.deliveries().size();
            int here = loops.store.deliveries().size();
            loops.offerFrom(INSIDE, letter("q2", "anna@example.com", "bert@remote.example", ""));
            loops.offerFrom(OUTSIDE, letter("q3", "bert@remote.example", "anna@example.com", ""));
            loops.offerFrom(OUTSIDE, letter("q4", "bert@remote.example", "carla@example.com", "Auto-Submitted: auto-replied\r\n"));
            loops.settle();
            assertThat(held(loops)).isEqualTo(held);
            assertThat(partner.deliveries()).hasSize(there + 1);
            assertThat(loops.store.deliveries()).hasSize(here + 2);
        });
    }

    /// A storm of alarms, each of which is acknowledged.
    @Test
    void aMonitoringStormIsNotHeld() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            Robot acknowledges = away(loops, "duty@remote.example", partner, OUTSIDE);
            for (int i = 0; i < 150; i++) {
                Letter alarm = letter("a" + i, "monitor@example.com", "duty@remote.example", "Auto-Submitted: auto-generated\r\n");
                assertThat(loops.offerFrom(INSIDE, alarm).end()).isEqualTo(End.PROMISED);
                if (i % 3 > 0) {
                    loops.world.time().sleep(Duration.ofSeconds(2));
                    acknowledges.turn();
                }
            }
            loops.settle();
            acknowledges.turn();
            loops.settle();
            assertThat(held(loops)).isZero();
            assertThat(partner.deliveries()).hasSize(150);
            assertThat(loops.store.deliveries()).hasSize(150);
        });
    }

    /// A stranger who knows both addresses writes as either of them.
    @Test
    void forgedPairsHoldNobodysMailButTheStrangers() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", OUTSIDE + ":25");
            for (int i = 0; i < 60; i++) {
                loops.offerFrom(STRANGER, letter("f" + i, "bert@remote.example", "anna@example.com", "Auto-Submitted: auto-replied\r\n"));
                loops.offerFrom(STRANGER, letter("g" + i, "anna@example.com", "bert@example.com", "Auto-Submitted: auto-replied\r\n"));
                loops.offerFrom(INSIDE, letter("h" + i, "anna@example.com", "bert@remote.example", "Auto-Submitted: auto-replied\r\n"));
            }
            loops.settle();
            for (QueuedMessage message : loops.connector().queue().list(Selector.ALL, 1000)) {
                assertThat(message.facts().messageId()).startsWith("<f");
            }
            assertThat(held(loops)).isPositive();
            assertThat(partner.deliveries()).hasSize(60);
            int before = loops.store.deliveries().size();
            Ledger.Entry real = loops.offerFrom(OUTSIDE, letter("real", "bert@remote.example", "anna@example.com", "Auto-Submitted: auto-replied\r\n"));
            loops.settle();
            assertThat(real.end()).isEqualTo(End.PROMISED);
            assertThat(loops.store.deliveries()).hasSize(before + 1);
        });
    }
}
