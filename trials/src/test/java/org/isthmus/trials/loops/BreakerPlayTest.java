// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.isthmus.loop.Circuit;
import org.isthmus.schedule.LoopControl;
import org.isthmus.trials.peers.Behaviour;
import org.isthmus.trials.peers.Behaviour.Act;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Sink;
import org.junit.jupiter.api.Test;

/// The circuit breaker and its alerts in the whole connector.
class BreakerPlayTest {
    private static final String ZONE = """
            remote.example MX 10 mx.remote.example
            mx.remote.example A 198.51.100.7
            other.example MX 10 mx.other.example
            mx.other.example A 198.51.100.8
            nat.example MX 10 mx.nat.example
            mx.nat.example A 198.51.100.99
            """;
    private static final String GOOD = """
            next-hops.provider { url = "smtp://198.51.100.7:25" }
            routes = [{ to = "other.example", via = mx }, { to = "*", via = provider }]
            """;
    private static final String BAD = """
            next-hops.provider { url = "smtp://192.0.2.1:25" }
            routes = [{ to = "other.example", via = mx }, { to = "*", via = provider }]
            """;
    private static final int MANY = 1000;

    private final Stage stage = new Stage(1, ZONE);
    private final Sink remote = stage.sink("mx.remote.example", "198.51.100.7", 25, false, Behaviour.COMPLIANT);
    private final Sink other = stage.sink("mx.other.example", "198.51.100.8", 25, false, Behaviour.COMPLIANT);

    /// L2. What loop-control.md, section 10, asks for: one alert, none lost, and no message has made the trip.
    @Test
    void aThousandMessagesIntoALoopOfABadChangeAreHeldAndDeliveredAfterTheRepair() {
        stage.play(GOOD, List.of(remote, other), () -> {
            stage.reload(BAD);
            List<String> answers = stage.send("ann@site.example", users(MANY, "remote.example"));
            assertThat(answers.stream().filter(answer -> answer.startsWith("550 5.4.6")).count()).as("proof, each refused while its client held it").isEqualTo(3);
            assertThat(answers.stream().filter(answer -> answer.startsWith("250")).count()).isEqualTo(MANY - 3);
            stage.pass(Duration.ofMinutes(5));
            assertThat(stage.held()).isEqualTo(MANY - 3);
            assertThat(stage.alerts()).hasSize(1);
            assertThat(stage.alerts().getFirst()).contains("remote.example", "L2", "isthmus loops release").doesNotContain("L4");
            assertThat(stage.send("ann@site.example", List.of("x@other.example")).getFirst()).as("mail for others goes on").startsWith("250");
            stage.reload(GOOD);
            stage.pass(Duration.ofMinutes(1));
            assertThat(Stage.letters(remote)).hasSize(MANY - 3).allSatisfy((letter, count) -> assertThat(count).isEqualTo(1));
            assertThat(Stage.letters(other)).hasSize(1);
            stage.nothingIsLeft();
            assertThat(stage.alerts()).as("still one").hasSize(1);
        });
    }

    /// Mail that was accepted before the change, and waits: three have their report, the rest goes after the repair.
    @Test
    void mailThatWasQueuedBeforeTheBadChangeIsHeldToo() {
        stage.play(GOOD, List.of(remote, other), () -> {
            remote.behave(Behaviour.at(Behaviour.Stage.MAIL, new Act.Say("451 4.3.2 not now")));
            stage.send("ann@site.example", users(100, "remote.example"));
            stage.pass(Duration.ofSeconds(30));
            stage.reload(BAD);
            stage.pass(Duration.ofMinutes(10));
            assertThat(stage.held()).isEqualTo(97);
            List<String> reports = stage.mailOf("ann@site.example");
            assertThat(reports).hasSize(3).allSatisfy(report -> assertThat(report).contains("Status: 5.4.6", "X-Loop-Path: mx1.site.example -> "));
            remote.behave(Behaviour.COMPLIANT);
            stage.reload(GOOD);
            stage.pass(Duration.ofMinutes(1));
            assertThat(Stage.letters(remote)).hasSize(97);
            stage.nothingIsLeft();
        });
    }

    /// L3: nothing in configuration or DNS says that the address is ours, only the wire does.
    @Test
    void aLoopThatOnlyTheWireShowsIsHeldAfterThreeProofsWithoutATrip() {
        stage.play("routes = [{ to = \"*\", via = mx }]", List.of(remote, other), () -> {
            stage.proxy("nat", Stage.at("198.51.100.99", 25), Stage.INTERNET);
            stage.send("ann@site.example", users(200, "nat.example"));
            stage.pass(Duration.ofMinutes(2));
            assertThat(stage.held()).isEqualTo(197);
            assertThat(stage.mailOf("ann@site.example")).hasSize(3).allSatisfy(report -> assertThat(report).contains("Status: 5.4.6"));
            assertThat(stage.alerts()).hasSize(1);
            assertThat(stage.alerts().getFirst()).contains("L3", "198.51.100.99", "nat.example MX 10 mx.nat.example");
            stage.world.zone().remove("mx.nat.example").add("mx.nat.example A 198.51.100.7");
            // DNS has healed by itself; a probe at this layer costs nothing, so the breaker finds out without being told.
            stage.pass(Duration.ofHours(2));
            assertThat(Stage.letters(remote)).hasSize(197);
            stage.nothingIsLeft();
            assertThat(stage.mailOf("ann@site.example")).as("no probe was given up").hasSize(3);
        });
    }

    /// L28, L29: a destination that refuses our every message as circling is not fed, and fills nobody's mailbox with reports.
    @Test
    void aDestinationThatAnswersEveryMessageWithALoopRefusalIsHeld() {
        stage.play(GOOD.replace("via = provider", "via = mx"), List.of(remote, other), () -> {
            remote.behave(Behaviour.at(Behaviour.Stage.END, new Act.Say("554 5.4.6 Too many hops")));
            stage.send("ann@site.example", users(50, "remote.example"));
            stage.pass(Duration.ofMinutes(2));
            int reports = stage.mailOf("ann@site.example").size();
            assertThat(reports).isEqualTo(3);
            assertThat(stage.held()).isEqualTo(47);
            assertThat(stage.send("ann@site.example", List.of("x@other.example")).getFirst()).startsWith("250");
            stage.pass(Duration.ofMinutes(1));
            assertThat(Stage.letters(other)).as("a forged refusal stops mail to its forger alone").hasSize(1);
            remote.behave(Behaviour.COMPLIANT);
            stage.pass(Duration.ofMinutes(10));
            assertThat(Stage.letters(remote)).hasSize(47);
            stage.nothingIsLeft();
        });
    }

    /// L4: neither configuration nor DNS nor the wire says it; the other side sends our mail back. Mail that we relay goes one message at a time on a new way, so no more
    /// than the three that prove it have made the trip.
    @Test
    void aLoopThatOnlyReturningMailShowsCostsThreeTripsAndTheRestIsDeliveredAfterTheRepair() {
        String bad = """
                domains."client.example" { kind = relay }
                next-hops.provider { url = "smtp://10.0.0.30:25", inside = no }
                routes = [{ to = "client.example", via = provider }, { to = "*", via = mx }]
                """;
        Sender back = new Sender();
        Sink provider = stage.sink("provider", "10.0.0.30", 25, false, back);
        stage.play(bad, List.of(remote, other, provider), () -> {
            stage.sendBack(provider, back);
            List<String> answers = stage.send("ann@site.example", users(MANY, "client.example"));
            assertThat(answers).allMatch(answer -> answer.startsWith("250"));
            stage.pass(Duration.ofMinutes(5));
            assertThat(back.refused).as("each proof is refused to who sends it back, and reported by him").hasSize(3).allMatch(reply -> reply.startsWith("550 5.4.6"));
            assertThat(provider.deliveries()).as("trips at the wire").hasSize(3);
            assertThat(stage.held()).isEqualTo(MANY - 3);
            assertThat(stage.alerts()).hasSize(1);
            assertThat(stage.alerts().getFirst()).contains("client.example", "L4", "came back from 10.0.0.30", "mail for all of client.example by provider is held");
            stage.reload(bad.replace("10.0.0.30", "198.51.100.7"));
            stage.pass(Duration.ofMinutes(2));
            assertThat(Stage.letters(remote)).hasSize(MANY - 3).allSatisfy((letter, count) -> assertThat(count).isEqualTo(1));
            stage.nothingIsLeft();
            assertThat(stage.alerts()).hasSize(1);
        });
    }

    /// The same for mail that is not slowed: the three proofs, and what was under way at the third.
    @Test
    void remoteMailThatComesBackIsHeldAfterThreeProofsAndWhatWasInFlight() {
        Sender back = new Sender();
        Sink provider = stage.sink("provider", "10.0.0.30", 25, false, back);
        stage.play(GOOD.replace("198.51.100.7", "10.0.0.30"), List.of(remote, other, provider), () -> {
            stage.sendBack(provider, back);
            stage.send("ann@site.example", users(MANY, "remote.example"));
            stage.pass(Duration.ofMinutes(5));
            int trips = provider.deliveries().size();
            assertThat(trips).as("three, and at most as many as may be under way at once").isBetween(3, 3 + 2 * 20);
            assertThat(back.refused).hasSize(trips).allMatch(reply -> reply.startsWith("550 5.4.6"));
            assertThat(stage.held()).isEqualTo(MANY - trips);
            assertThat(stage.alerts()).hasSize(1);
            stage.reload(GOOD);
            stage.pass(Duration.ofMinutes(2));
            assertThat(Stage.letters(remote)).hasSize(MANY - trips);
            stage.nothingIsLeft();
        });
    }

    /// A repair that was none: the probe comes back, nothing else is sent, and the next repair delivers.
    @Test
    void aProbeThatComesBackKeepsTheRest() {
        Sender back = new Sender();
        Sink provider = stage.sink("provider", "10.0.0.30", 25, false, back);
        String bad = GOOD.replace("198.51.100.7", "10.0.0.30");
        stage.play(bad, List.of(remote, other, provider), () -> {
            stage.sendBack(provider, back);
            stage.send("ann@site.example", users(100, "remote.example"));
            stage.pass(Duration.ofMinutes(5));
            int trips = provider.deliveries().size();
            int held = stage.held();
            stage.reload(bad + "limits.errors = 19\n");
            stage.pass(Duration.ofMinutes(5));
            assertThat(provider.deliveries()).as("one probe").hasSize(trips + 1);
            assertThat(stage.held()).isEqualTo(held - 1);
            stage.reload(GOOD);
            stage.pass(Duration.ofMinutes(2));
            assertThat(Stage.letters(remote)).hasSize(held - 1);
            stage.nothingIsLeft();
        });
    }

    @Test
    void whatIsReleasedByHandIsTriedWithOneCopyFirst() {
        Sender back = new Sender();
        Sink provider = stage.sink("provider", "10.0.0.30", 25, false, back);
        stage.play(GOOD.replace("198.51.100.7", "10.0.0.30"), List.of(remote, other, provider), () -> {
            stage.sendBack(provider, back);
            stage.send("ann@site.example", users(100, "remote.example"));
            stage.pass(Duration.ofMinutes(5));
            int trips = provider.deliveries().size();
            int held = stage.held();
            LoopControl control = stage.running().loopControl();
            int id = control.list().getFirst().loop().id();
            assertThat(control.show(id).orElseThrow().report()).contains("isthmus loops release " + id);
            stage.onHost(() -> assertThat(control.release(new LoopControl.Choice.Loop(id), false, "root")).contains(new LoopControl.Released(1, held, 0)));
            stage.pass(Duration.ofMinutes(5));
            assertThat(provider.deliveries()).as("the probe came back").hasSize(trips + 1);
            assertThat(stage.held()).isEqualTo(held - 1);
            back.only = to -> false;
            stage.onHost(() -> assertThat(control.release(new LoopControl.Choice.Domain("remote.example"), false, "root").orElseThrow().circuits()).isEqualTo(1));
            stage.pass(Duration.ofMinutes(1));
            assertThat(provider.deliveries()).as("the other side has mended it").hasSize(trips + held);
            stage.nothingIsLeft();
        });
    }

    @Test
    void whatTheLoopbackPolicyHoldsIsReleasedByTheSameCommand() {
        String hold = """
                routes = [{ to = "site.example", via = mx }, { to = "*", via = mx }]
                loop { loopback = hold, predict = no }
                """;
        stage.play(hold, List.of(remote, other), () -> {
            stage.send("ann@site.example", List.of("bob@site.example"));
            stage.pass(Duration.ofSeconds(30));
            assertThat(stage.queued()).isEqualTo(1);
            stage.onHost(() -> assertThat(stage.running().loopControl().release(new LoopControl.Choice.Domain("site.example"), true, "root").orElseThrow().recipients()).isEqualTo(1));
            assertThat(stage.queued()).as("only asked").isEqualTo(1);
            stage.onHost(() -> assertThat(stage.running().loopControl().release(new LoopControl.Choice.Domain("site.example"), false, "root").orElseThrow().recipients()).isEqualTo(1));
            stage.pass(Duration.ofSeconds(30));
            assertThat(Stage.letters(stage.store)).hasSize(1);
            assertThat(stage.loops().loops()).as("nothing has circled").isEmpty();
        });
    }

    /// A stranger makes a forward of his own that leads back, and sends as much through it as he likes: mail to others at the same place goes on.
    @Test
    void aForwardThatLoopsOnPurposeStopsItsOwnMailAlone() {
        Sender back = new Sender();
        back.only = to -> to.startsWith("evil@");
        Sink provider = stage.sink("provider", "10.0.0.30", 25, false, back);
        stage.play(GOOD.replace("198.51.100.7", "10.0.0.30"), List.of(remote, other, provider), () -> {
            stage.sendBack(provider, back);
            stage.send("ann@site.example", java.util.Collections.nCopies(100, "evil@remote.example"));
            stage.pass(Duration.ofMinutes(1));
            int before = provider.deliveries().size();
            stage.send("ann@site.example", users(50, "remote.example"));
            stage.pass(Duration.ofMinutes(1));
            assertThat(provider.deliveries()).hasSize(before + 50);
            assertThat(stage.loops().breaker().circuits()).singleElement().satisfies(circuit -> assertThat(circuit.scope().address()).isEqualTo("evil@remote.example"));
        });
    }

    @Test
    void circuitsAndWhatWasSeenSurviveAKill() {
        stage.play(GOOD, List.of(remote, other), () -> {
            stage.reload(BAD);
            stage.send("ann@site.example", users(20, "remote.example"));
            stage.pass(Duration.ofSeconds(30));
            stage.killAndStart();
            stage.pass(Duration.ofSeconds(5));
            assertThat(stage.loops().breaker().circuits()).singleElement().satisfies(circuit -> {
                assertThat(circuit.scope().domain()).isEqualTo("remote.example");
                assertThat(circuit.state()).isEqualTo(Circuit.State.OPEN);
            });
            assertThat(Stage.domains(stage.loops())).containsExactly("remote.example");
            assertThat(stage.send("ann@site.example", users(5, "remote.example"))).as("accepted and held at once").allMatch(answer -> answer.startsWith("250"));
            assertThat(stage.held()).isEqualTo(22);
            stage.reload(GOOD);
            stage.pass(Duration.ofMinutes(1));
            assertThat(Stage.letters(remote)).hasSize(22);
            stage.nothingIsLeft();
        });
    }

    /// A crash between the closing of a circuit and the release of what it held must leave nothing behind.
    @Test
    void whatIsHeldWithoutACircuitIsReleasedAtTheNextStart() {
        stage.play(GOOD, List.of(remote, other), () -> {
            stage.reload(BAD);
            stage.send("ann@site.example", users(20, "remote.example"));
            stage.pass(Duration.ofSeconds(30));
            assertThat(stage.held()).isEqualTo(17);
            stage.onHost(() -> stage.running().stop(Duration.ofMinutes(1)));
            stage.onHost(() -> stage.host.platform().disk().delete(java.nio.file.Path.of("/data/loops")));
            stage.nextStart(GOOD);
            stage.start();
            stage.pass(Duration.ofMinutes(1));
            assertThat(Stage.letters(remote)).hasSize(17);
            stage.nothingIsLeft();
        });
    }

    @Test
    void aSenderOfHeldMailIsToldOfTheDelayAndNotOfAFailure() {
        stage.play(GOOD, List.of(remote, other), () -> {
            stage.reload(BAD);
            stage.send("ann@site.example", users(10, "remote.example"));
            stage.pass(Duration.ofHours(5));
            assertThat(stage.mailOf("ann@site.example")).hasSize(7).allSatisfy(report -> assertThat(report).contains("Action: delayed", "Status: 4.4.6"));
            stage.pass(Duration.ofDays(6));
            assertThat(stage.held()).as("never given up").isEqualTo(7);
            assertThat(stage.mailOf("ann@site.example")).as("told once").hasSize(7);
        });
    }

    /// Strangers cannot relay, so all they could point at us is refused before loop control is asked; those who may send get a refusal each and the postmaster few letters.
    @Test
    void danglingDomainsByTheThousandOpenNothingAndDoNotBombThePostmaster() {
        StringBuilder zone = new StringBuilder();
        List<String> recipients = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            zone.append("d").append(i).append(".example MX 10 mx1.site.example\n");
            recipients.add("x@d" + i + ".example");
            recipients.add("y@d" + i + ".example");
            recipients.add("z@d" + i + ".example");
        }
        stage.world.zone().add(zone.toString());
        stage.play("routes = [{ to = \"*\", via = mx }]", List.of(remote, other), () -> {
            for (int from = 0; from < recipients.size(); from += 15) {
                assertThat(stage.send("ann@site.example", recipients.subList(from, from + 15))).allMatch(answer -> answer.startsWith("550 5.4.6"));
            }
            stage.pass(Duration.ofMinutes(30));
            assertThat(stage.loops().breaker().circuits()).isEmpty();
            assertThat(stage.alerts()).hasSizeLessThanOrEqualTo(5);
            assertThat(stage.send("ann@site.example", List.of("x@other.example")).getFirst()).startsWith("250");
        });
    }

    /// L33: a refusal, a cut connection and a loop each have their own patience; nothing is tried in a tight circle.
    @Test
    void aHeldMessageIsNotTriedAgainAndAgain() {
        stage.play(GOOD.replace("via = provider", "via = mx"), List.of(remote, other), () -> {
            remote.behave(Behaviour.at(Behaviour.Stage.END, new Act.Say("554 5.4.6 Too many hops")));
            stage.send("ann@site.example", users(20, "remote.example"));
            stage.pass(Duration.ofMinutes(2));
            long before = remote.sessions();
            stage.pass(Duration.ofHours(1));
            assertThat(remote.sessions() - before).as("one probe in five minutes").isLessThanOrEqualTo(13);
            assertThat(stage.held()).isEqualTo(17);
            assertThat(stage.mailOf("ann@site.example")).as("a probe is held again, not reported").hasSize(3);
        });
    }

    @Test
    void nothingLegitimateIsCalledALoop() {
        stage.play(GOOD, List.of(remote, other), () -> {
            remote.behave(Behaviour.at(Behaviour.Stage.RECIPIENT, new Act.Say("550 5.1.1 no such user, loop your own mail")));
            stage.send("ann@site.example", users(20, "remote.example"));
            stage.pass(Duration.ofMinutes(2));
            assertThat(stage.loops().loops()).isEmpty();
            assertThat(stage.alerts()).isEmpty();
            assertThat(stage.ledger.entries(Ledger.End.PROMISED)).hasSize(20);
        });
    }

    /// Takes everything; what it took, the stage sends back.
    static final class Sender implements Behaviour {
        final List<String> refused = new ArrayList<>();
        Predicate<String> only = to -> true;

        @Override
        public Act act(Moment moment) {
            return new Act.Comply();
        }
    }

    private static List<String> users(int count, String domain) {
        return IntStream.range(0, count).mapToObj(i -> "u" + i % 50 + "@" + domain).toList();
    }
}
