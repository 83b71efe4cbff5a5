// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.isthmus.platform.Connection;
import org.isthmus.trials.peers.Behaviour.Act;
import org.isthmus.trials.peers.Behaviour.Stage;
import org.isthmus.trials.peers.Client.Manner;
import org.isthmus.trials.peers.Ledger.End;
import org.isthmus.trials.world.Chance;
import org.isthmus.trials.world.NetworkFaults;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PeersTest {
    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 25);

    /// What came of a client that sends two letters to a sink.
    private record Outcome(Ledger ledger, Sink sink, List<Letter> letters) {}

    private static Outcome run(long seed, Manner manner, Behaviour behaviour, NetworkFaults faults, Set<String> extensions) {
        World world = new World(seed);
        world.network().faults(faults);
        SimulatedHost server = world.host("sink", "192.0.2.1");
        SimulatedHost client = world.host("client", "192.0.2.2");
        Chance chance = world.chance("letters");
        Ledger ledger = new Ledger();
        Sink sink = new Sink(server.platform(), ADDRESS, false, "sink.example", extensions, behaviour);
        List<Letter> letters = List.of(Letter.random(chance, "1", "a@client.example", List.of("b@sink.example", "c@sink.example"), 20), Letter.random(chance, "2", "", List.of("b@sink.example"), 20));
        world.run(() -> {
            sink.start();
            world.time().sleep(Duration.ofSeconds(1));
            client.start("client", () -> {
                try {
                    new Client(client.platform(), chance, ledger, "client.example").send(ADDRESS, manner, letters);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }).join();
            world.time().sleep(Duration.ofHours(24));
        });
        return new Outcome(ledger, sink, letters);
    }

    private static Outcome run(long seed, Behaviour behaviour) {
        return run(seed, Manner.PLAIN, behaviour, NetworkFaults.CALM, Sink.ALL);
    }

    @ParameterizedTest
    @EnumSource(names = {"PLAIN", "PIPELINED", "CHUNKED", "DRIBBLING"})
    void allArrivesAsItWasSent(Manner manner) {
        for (long seed = 0; seed < 30; seed++) {
            Outcome outcome = run(seed, manner, Behaviour.COMPLIANT, NetworkFaults.CALM, Sink.ALL);
            assertThat(outcome.ledger.entries(End.PROMISED)).hasSize(2);
            assertThat(outcome.sink.problems()).isEmpty();
            assertThat(outcome.sink.deliveries()).extracting(Sink.Delivery::told).containsOnly(Sink.Told.CONFIRMED);
            assertThat(outcome.sink.deliveries()).extracting(Sink.Delivery::recipients).containsExactly(List.of("b@sink.example", "c@sink.example"), List.of("b@sink.example"));
            assertThat(outcome.sink.deliveries()).extracting(delivery -> Letter.hashOf(delivery.content())).containsExactlyElementsOf(outcome.letters.stream().map(Letter::hash).toList());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HANGING", "VANISHING"})
    void badMannersEndAtEachStage(Manner manner) {
        Set<String> seen = new TreeSet<>();
        for (long seed = 0; seed < 300; seed++) {
            Outcome outcome = run(seed, manner, Behaviour.COMPLIANT, NetworkFaults.CALM, Sink.ALL);
            seen.add(outcome.ledger.entries().stream().map(Ledger.Entry::end).toList().toString());
            assertThat(outcome.sink.deliveries()).hasSizeGreaterThanOrEqualTo(outcome.ledger.entries(End.PROMISED).size());
        }
        assertThat(seen).contains("[]", "[BROKEN_OFF]", "[PROMISED, BROKEN_OFF]", "[PROMISED, PROMISED]");
    }

    /// The one thing that all later trials rest on: what the ledger calls promised is there, whatever the network does.
    @Test
    void theLedgerNeverPromisesMoreThanTheSinkKeeps() {
        Set<End> ends = EnumSet.noneOf(End.class);
        for (long seed = 0; seed < 500; seed++) {
            Outcome outcome = run(seed, Manner.values()[(int) (seed % 6)], Behaviour.COMPLIANT, NetworkFaults.stormy(0.15), Sink.ALL);
            for (Ledger.Entry entry : outcome.ledger.entries()) {
                ends.add(entry.end());
                if (entry.end() == End.PROMISED) {
                    assertThat(outcome.sink.deliveries()).anyMatch(delivery -> entry.letter().hash().equals(Letter.hashOf(delivery.content())) && delivery.recipients().equals(entry.recipients()));
                }
            }
        }
        assertThat(ends).contains(End.PROMISED, End.DOUBTFUL, End.BROKEN_OFF);
    }

    @Test
    void aSinkRefusesRecipientsByRule() {
        Outcome outcome = run(1, Behaviour.refusing(to -> to.startsWith("c@")));
        Ledger.Entry first = outcome.ledger.entries().getFirst();
        assertThat(first.recipients()).containsExactly("b@sink.example");
        assertThat(first.refused()).hasEntrySatisfying("c@sink.example", reply -> assertThat(reply).startsWith("550"));
        assertThat(outcome.sink.deliveries().getFirst().recipients()).containsExactly("b@sink.example");
    }

    @Test
    void aSinkRepliesAtEachStageAsTold() {
        for (Stage stage : List.of(Stage.GREETING, Stage.HELLO, Stage.MAIL, Stage.RECIPIENT, Stage.DATA, Stage.END)) {
            Outcome outcome = run(1, Behaviour.at(stage, new Act.Say("451 4.3.0 not " + stage)));
            assertThat(outcome.sink.deliveries()).as("at %s", stage).isEmpty();
            assertThat(outcome.ledger.entries(End.PROMISED)).isEmpty();
            assertThat(outcome.sink.problems()).isEmpty();
        }
    }

    @Test
    void aSinkHangsOrClosesAtEachStage() {
        for (Stage stage : List.of(Stage.GREETING, Stage.HELLO, Stage.MAIL, Stage.RECIPIENT, Stage.DATA, Stage.END)) {
            for (Act act : List.of(new Act.Close(), new Act.Hang(Duration.ofHours(2)), new Act.Say("421 4.3.2 going down"))) {
                Outcome outcome = run(1, Behaviour.at(stage, act));
                assertThat(outcome.ledger.entries(End.PROMISED)).as("%s at %s", act, stage).isEmpty();
                assertThat(outcome.sink.deliveries()).isEmpty();
            }
        }
    }

    @Test
    void anAmbiguousEndKeepsTheMessageAndSaysNothing() {
        Outcome outcome = run(1, Behaviour.at(Stage.END, new Act.KeepAndClose()));
        assertThat(outcome.ledger.entries()).extracting(Ledger.Entry::end).containsExactly(End.DOUBTFUL);
        assertThat(outcome.sink.deliveries()).extracting(Sink.Delivery::told).containsExactly(Sink.Told.NOTHING);
    }

    @Test
    void greylistingLetsTheSecondAttemptIn() {
        Behaviour grey = Behaviour.greylisting(Duration.ofMinutes(5));
        assertThat(grey.act(new Behaviour.Moment(Stage.RECIPIENT, "b@x", "a@y", List.of(), Duration.ofMinutes(1)))).isInstanceOf(Act.Say.class);
        assertThat(grey.act(new Behaviour.Moment(Stage.RECIPIENT, "b@x", "a@y", List.of(), Duration.ofMinutes(7)))).isInstanceOf(Act.Comply.class);
        assertThat(grey.act(new Behaviour.Moment(Stage.RECIPIENT, "c@x", "a@y", List.of(), Duration.ofMinutes(7)))).isInstanceOf(Act.Say.class);
    }

    @Test
    void behavioursCombine() {
        Behaviour both = Behaviour.between(Duration.ZERO, Duration.ofHours(1), Behaviour.at(Stage.DATA, new Act.Close())).or(Behaviour.at(Stage.QUIT, new Act.Close()));
        assertThat(both.act(new Behaviour.Moment(Stage.DATA, "", "", List.of(), Duration.ofMinutes(59)))).isInstanceOf(Act.Close.class);
        assertThat(both.act(new Behaviour.Moment(Stage.DATA, "", "", List.of(), Duration.ofMinutes(60)))).isInstanceOf(Act.Comply.class);
        assertThat(both.act(new Behaviour.Moment(Stage.QUIT, "", "", List.of(), Duration.ofMinutes(60)))).isInstanceOf(Act.Close.class);
    }

    @Test
    void aSinkSeesWhatIsNotAllowed() {
        World world = new World(1);
        SimulatedHost server = world.host("sink", "192.0.2.1");
        SimulatedHost client = world.host("client", "192.0.2.2");
        Sink sink = new Sink(server.platform(), ADDRESS, true, "sink.example", Set.of("8BITMIME"), Behaviour.COMPLIANT);
        world.run(() -> {
            sink.start();
            world.time().sleep(Duration.ofSeconds(1));
            try (Connection connection = client.platform().network().connect(null, ADDRESS, Duration.ofMinutes(1))) {
                byte[] bytes = "EHLO x\r\nMAIL FROM:<a@b>\r\nDATA\r\nRCPT TO:<c@d>\r\nDATA\r\nbare\nline\r\n.\r\nQUIT\r\n".getBytes(US_ASCII);
                connection.write(bytes, 0, bytes.length, Duration.ofMinutes(1));
                world.time().sleep(Duration.ofMinutes(1));
            }
        });
        assertThat(sink.problems()).hasSize(3).anyMatch(p -> p.contains("EHLO to an LMTP")).anyMatch(p -> p.contains("DATA out of order")).anyMatch(p -> p.contains("bare\\nline"));
        assertThat(sink.deliveries()).hasSize(1);
    }

    @Test
    void aLetterIsKnownByWhatFollowsItsNumber() {
        Letter letter = Letter.random(new Chance(1), "77", "a@b", List.of("c@d"), 10);
        byte[] arrived = ("Received: from x\r\n by y\r\n" + new String(letter.content(), US_ASCII)).getBytes(US_ASCII);
        assertThat(Letter.idOf(arrived)).isEqualTo("77");
        assertThat(Letter.hashOf(arrived)).isEqualTo(letter.hash());
        byte[] changed = arrived.clone();
        changed[changed.length - 3]++;
        assertThat(Letter.hashOf(changed)).isNotEqualTo(letter.hash());
        byte[] report = ("From: x\r\n\r\n--part\r\n\r\n" + new String(letter.content(), US_ASCII)).getBytes(US_ASCII);
        assertThat(Letter.idOf(report)).isNull();
        assertThat(Letter.mentioned(report)).isEqualTo("77");
    }
}
