// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.isthmus.message.Header;
import org.isthmus.message.HeaderReader;
import org.isthmus.trials.peers.Client;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.peers.Sink;
import org.isthmus.trials.world.SimulatedHost;

/// A machine that answers every message that reaches its mailbox, as badly as its maker made it.
final class Robot {
    private final LoopWorld loops;
    private final String address;
    private final Sink mailbox;
    private final SimulatedHost machine;
    private final Ledger ledger = new Ledger();
    private int read;

    /// The sender of an answer; by default the robot's own address.
    String from;
    /// Whom it answers: the author of the message, as those machines do that know nothing of envelopes.
    Function<Header, String> to = message -> mailbox(message.text("From"));
    UnaryOperator<String> subject = subject -> "Re: " + subject;
    /// Further fields, whole lines with CRLF.
    Function<Header, String> fields = message -> "";

    /// @param client the address that it sends from
    Robot(LoopWorld loops, String address, Sink mailbox, String client) {
        this.loops = loops;
        this.address = address;
        this.mailbox = mailbox;
        this.from = address;
        this.machine = loops.host(client);
    }

    /// {@code In-Reply-To} and {@code References}, as mail programs write them.
    static String thread(Header message) {
        return "In-Reply-To: " + message.text("Message-ID") + "\r\nReferences: " + message.text("Message-ID") + "\r\n";
    }

    static String mailbox(String from) {
        int open = from.indexOf('<');
        return open < 0 ? from.strip() : from.substring(open + 1, from.indexOf('>', open));
    }

    /// Answers what has come since the last time.
    /// @return how many answers the connector took
    int turn() throws InterruptedException {
        List<Letter> answers = new ArrayList<>();
        List<Sink.Delivery> all = mailbox.deliveries();
        for (; read < all.size(); read++) {
            if (all.get(read).recipients().contains(address)) {
                answers.add(answer(all.get(read).content(), read));
            }
        }
        int before = ledger.entries(Ledger.End.PROMISED).size();
        for (Letter answer : answers) {
            machine.start("answer", () -> {
                try {
                    new Client(machine.platform(), loops.world.chance(answer.id()), ledger, "robot.example").send(LoopWorld.DOOR, Client.Manner.PLAIN, List.of(answer));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }).join();
        }
        return ledger.entries(Ledger.End.PROMISED).size() - before;
    }

    private Letter answer(byte[] content, int number) {
        Header message = HeaderReader.read(content, 0, content.length);
        String recipient = to.apply(message);
        String text = "From: <" + address + ">\r\nTo: <" + recipient + ">\r\nSubject: " + subject.apply(message.text("Subject")) + "\r\nDate: Tue, 24 Nov 2026 08:00:00 +0000\r\nMessage-ID: <"
                + number + "." + address + ">\r\n" + fields.apply(message) + "\r\nI am away, and so is this machine.\r\n";
        return new Letter(address + number, from, List.of(recipient), text.getBytes(ISO_8859_1));
    }

    /// What the connector said to each answer.
    Ledger ledger() {
        return ledger;
    }

    /// Lets robots answer each other until none has anything to say, or for so many rounds.
    /// @return answers that were taken
    static int play(LoopWorld loops, int rounds, Robot... robots) throws InterruptedException {
        int answers = 0;
        for (int round = 0; round < rounds; round++) {
            loops.world.time().sleep(java.time.Duration.ofSeconds(3));
            int now = 0;
            for (Robot robot : robots) {
                now += robot.turn();
            }
            if (now == 0) {
                return answers;
            }
            answers += now;
        }
        return answers;
    }
}
