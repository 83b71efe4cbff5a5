// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.isthmus.trials.loops.LoopWorld.DOOR;
import static org.isthmus.trials.loops.LoopWorld.OUTSIDE;
import static org.isthmus.trials.loops.LoopWorld.at;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.isthmus.explain.Explainer;
import org.isthmus.explain.Explanation;
import org.isthmus.explain.Probe;
import org.isthmus.explain.Question;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.transit.Step;
import org.isthmus.trials.peers.Ledger.End;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Sink;
import org.isthmus.trials.world.SimulatedHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Loops that are found before any mail has gone round: by the site identity (layer 2) and on the wire (layer 3). A letter's passes are how often the connector accepts it; the
/// first is its submission.
class WireLoopTest {
    private static final Function<String, String> UNCHANGED = line -> line;

    private static void dangling(LoopWorld loops, String address) {
        loops.world.zone().add("dangling.example MX 10 mx.dangling.example\nmx.dangling.example A " + address);
    }

    /// The letter was refused as a loop without a second pass; its sender has been told.
    private static void assertReturned(LoopWorld loops) throws Exception {
        assertThat(loops.accepted()).as("passes").isEqualTo(1);
        assertThat(loops.stored()).singleElement().satisfies(report -> assertThat(report).contains("Status: 5.4.6", "Final-Recipient: rfc822; x@dangling.example"));
        assertThat(loops.connector().queue().list(Selector.ALL, 10)).isEmpty();
    }

    @Test
    void theMxIsOurOwnInterface() {
        LoopWorld.run("", loops -> {
            dangling(loops, "10.0.0.5");
            Ledger.Entry entry = loops.send("x@dangling.example");
            assertThat(entry.end()).isEqualTo(End.REFUSED);
            assertThat(entry.refused().get("x@dangling.example")).startsWith("550 5.4.6 mail loop").contains("(trace ");
            assertThat(loops.accepted()).isZero();
        });
    }

    @Test
    void theMxIsOurUndeclaredMappedAddress() {
        LoopWorld.run("", loops -> {
            loops.world.network().map(at(OUTSIDE + ":25"), DOOR);
            dangling(loops, OUTSIDE);
            assertThat(loops.send("x@dangling.example").end()).isEqualTo(End.PROMISED);
            assertReturned(loops);
        });
    }

    @Test
    void aProxyInBetweenWithAnotherBannerHidesNothing() {
        LoopWorld.run("", loops -> {
            loops.proxy(OUTSIDE + ":25", DOOR, line -> line.replace("mx1.example.com", "gate.provider.example").replace("Isthmus", "Other"));
            dangling(loops, OUTSIDE);
            loops.send("x@dangling.example");
            assertReturned(loops);
        });
    }

    @Test
    void aSmarthostOnPort2525ThatIsMappedToUs() {
        LoopWorld.run("""
                next-hops { provider { url = "smtp://198.51.100.9:2525" } }
                routes = [{ to = "*", via = provider }]
                """, loops -> {
            loops.world.network().map(at(OUTSIDE + ":2525"), DOOR);
            loops.send("x@dangling.example");
            assertReturned(loops);
            assertThat(loops.stored().getFirst()).doesNotContain("10.0.0.5");
        });
    }

    @Test
    void anotherWayBehindASmarthostThatIsOurselvesIsTaken() throws Exception {
        LoopWorld.run("""
                next-hops { provider { url = "smtp://198.51.100.9:2525" }, second { url = "smtp://192.0.2.33:25" } }
                routes = [{ to = "*", via = provider, cost = 1 }, { to = "*", via = second, cost = 2 }]
                """, loops -> {
            loops.world.network().map(at(OUTSIDE + ":2525"), DOOR);
            Sink second = loops.started("second", "192.0.2.33:25");
            loops.send("x@far.example");
            assertThat(second.deliveries()).hasSize(1);
            assertThat(loops.accepted()).isEqualTo(1);
        });
    }

    @Test
    void mailForARelayDomainTurnsAroundToItsServer() {
        LoopWorld.run("""
                next-hops { client { url = "smtp://192.0.2.44:25" } }
                domains { "client.example" { kind = relay, deliver-to = client } }
                routes = [{ to = "client.example", via = mx }, { to = "*", via = mx }]
                """, loops -> {
            loops.world.network().map(at(OUTSIDE + ":25"), DOOR);
            loops.world.zone().add("client.example MX 10 mx.client.example\nmx.client.example A " + OUTSIDE);
            Sink client = loops.started("client", "192.0.2.44:25");
            loops.send("x@client.example");
            assertThat(client.deliveries()).hasSize(1);
            assertThat(loops.accepted()).isEqualTo(1);
            long connections = loops.world.network().connects();
            loops.send("y@client.example");
            assertThat(client.deliveries()).hasSize(2);
            assertThat(loops.world.network().connects() - connections).as("the client's, and at most one to the server: it was learned").isLessThanOrEqualTo(2);
        });
    }

    @Test
    void aBackupForSomebodyWaitsForTheBetterExchanger() {
        LoopWorld.run("", loops -> {
            loops.world.network().map(at(OUTSIDE + ":25"), DOOR);
            loops.world.zone().add("far.example MX 10 mail.far.example\nfar.example MX 20 mx.far.example\nmail.far.example A 192.0.2.50\nmx.far.example A " + OUTSIDE);
            loops.send("x@far.example");
            assertThat(loops.connector().queue().list(Selector.ALL, 10)).as("it waits").hasSize(1);
            Sink better = loops.started("mail.far.example", "192.0.2.50:25");
            loops.world.time().sleep(Duration.ofMinutes(7));
            assertThat(better.deliveries()).hasSize(1);
            assertThat(loops.accepted()).isEqualTo(1);
        });
    }

    @Test
    void mailThatMayLeaveUnderThePolicySendMakesItsTrip() {
        LoopWorld.run("""
                routes = [{ to = "example.com", via = mx }, { to = "*", via = mx }]
                loop { loopback = send, predict = no }
                """, loops -> {
            loops.world.network().map(at(OUTSIDE + ":25"), DOOR);
            loops.world.zone().add("example.com MX 10 mx.example.com\nmx.example.com A " + OUTSIDE);
            loops.send("bob@example.com");
            assertThat(loops.store.deliveries()).hasSize(1);
            assertThat(loops.accepted()).isEqualTo(2);
        });
    }

    // What must not be taken for ourselves.

    @Test
    void twoHostsWithEqualNamesDeliverToEachOther() {
        LoopWorld.run("", loops -> {
            Sink namesake = loops.started("mx1.example.com", "192.0.2.60:25");
            loops.world.zone().add("far.example MX 10 mx.far.example\nmx.far.example A 192.0.2.60");
            loops.send("x@far.example");
            assertThat(namesake.deliveries()).hasSize(1);
        });
    }

    @Test
    void anotherSiteWithIsthmusAndTheSameNameIsAskedAndGetsItsMail() {
        LoopWorld.run("", loops -> {
            Sink farStore = loops.sink("far store", "192.0.2.71:24", true);
            farStore.start();
            SimulatedHost far = loops.world.host("far", "192.0.2.70");
            far.start("main", () -> {
                try {
                    LoopWorld.start(far, """
                            connector { hostname = "mx1.example.com", data = "/data" }
                            listeners { internet { address = "192.0.2.70:25" } }
                            domains { "far.example" { recipients = any, deliver-to = store } }
                            next-hops { store { url = "lmtp://192.0.2.71:24" } }
                            """);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }).join();
            loops.world.zone().add("far.example MX 10 mx.far.example\nmx.far.example A 192.0.2.70");
            loops.send("x@far.example");
            loops.send("y@far.example");
            assertThat(farStore.deliveries()).hasSize(2);
        });
    }

    @Test
    void aFilterOnAnotherPortOfTheSameHostIsNotUs() {
        LoopWorld.run("""
                next-hops { filter { url = "smtp://10.0.0.5:10025" } }
                routes = [{ to = "far.example", via = filter }, { to = "*", via = mx }]
                """, loops -> {
            Sink filter = loops.started("mx1.example.com", "10.0.0.5:10025");
            loops.send("x@far.example");
            assertThat(filter.deliveries()).hasSize(1);
        });
    }

    // What stands between.

    private static void far(LoopWorld loops) {
        loops.world.zone().add("far.example MX 10 mx.far.example\nmx.far.example A 192.0.2.80");
    }

    /// Another site's Isthmus, at 192.0.2.90, whose store is given back.
    private static Sink otherSite(LoopWorld loops) throws Exception {
        Sink farStore = loops.sink("far store", "192.0.2.91:24", true);
        farStore.start();
        SimulatedHost far = loops.world.host("far", "192.0.2.90");
        far.start("main", () -> {
            try {
                LoopWorld.start(far, """
                        connector { hostname = "mx.far.example", data = "/data" }
                        listeners { internet { address = "192.0.2.90:25" } }
                        domains { "far.example" { recipients = any, deliver-to = store } }
                        next-hops { store { url = "lmtp://192.0.2.91:24" } }
                        """);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }).join();
        return farStore;
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "the keyword away", "the command garbled", "the answer garbled", "the answer away"})
    void aFirewallThatTakesLosesNoMail(String takes) {
        LoopWorld.run("", loops -> {
            far(loops);
            Sink store = otherSite(loops);
            loops.proxy("192.0.2.80:25", at("192.0.2.90:25"),
                    switch (takes) {
                        case "the keyword away" -> line -> line.equals("250 XSITE") ? "250 XXXXXXXA" : line;
                        case "the answer garbled" -> line -> line.replaceAll("XSITE (\\S+) (\\S+)", "XXXXX XXXXXXXX XXXXX");
                        case "the answer away" -> line -> line.contains(" XSITE ") ? "" : line;
                        default -> UNCHANGED;
                    },
                    takes.equals("the command garbled") ? line -> line.replace("XSITE", "XXXXX") : UNCHANGED);
            loops.send("x@far.example");
            loops.world.time().sleep(Duration.ofMinutes(1));
            assertThat(store.deliveries()).hasSize(1);
        });
    }

    /// An attacker's server passes our question on to ourselves and back. For that moment it is a way to us; afterwards it is what it was.
    @Test
    void aForwardedChallengeRefusesNoMailAfterItHasEnded() {
        LoopWorld.run("", loops -> {
            Sink victim = loops.started("mx.victim.example", "192.0.2.95:25");
            loops.world.zone().add("""
                    evil.example   MX 10 mx.evil.example
                    mx.evil.example A 192.0.2.80
                    victim.example MX 10 mx.victim.example
                    mx.victim.example A 192.0.2.80
                    """);
            loops.world.network().map(at("192.0.2.80:25"), DOOR);
            assertThat(loops.send("x@evil.example").end()).isEqualTo(End.PROMISED);
            assertThat(loops.stored()).as("while it lasts, mail for it would come back").hasSize(1);
            loops.world.network().map(at("192.0.2.80:25"), at("192.0.2.95:25"));
            loops.send("y@evil.example");
            loops.send("z@victim.example");
            assertThat(victim.deliveries()).as("a moment later").hasSize(2);
        });
    }

    @Test
    void recordedAnswersProveNothing() {
        LoopWorld.run("", loops -> {
            far(loops);
            Sink store = otherSite(loops);
            // As our own listener would have answered another question.
            loops.proxy("192.0.2.80:25", at("192.0.2.90:25"), line -> line.contains(" XSITE ") ? "250 2.0.0 XSITE 0d2a1d9c Ehcpw8JjGimRB_3L" : line);
            loops.send("x@far.example");
            assertThat(store.deliveries()).hasSize(1);
        });
    }

    @Test
    void turnedOffItAsksNobody() {
        LoopWorld.run("loop { xsite = off, trace = off, hop-limit = 30 }", loops -> {
            loops.world.network().map(at(OUTSIDE + ":25"), DOOR);
            dangling(loops, OUTSIDE);
            loops.send("x@dangling.example");
            assertThat(loops.stored()).as("nobody recognises anybody, and the signed trace has to, when the message is back").singleElement(STRING).contains("Status: 5.4.6", "mail loop");
        });
    }

    // The probe, and what was learned.

    @Test
    void theProbeTellsDoorsApartAndSendsNoMail() {
        LoopWorld.run("""
                next-hops { provider { url = "smtp://192.0.2.33:587" }, gone { url = "smtp://192.0.2.34:25" } }
                domains { "client.example" { kind = relay, front-doors = [filter.example] } }
                routes = [{ to = "gone.example", via = gone }, { to = "*", via = provider }]
                """, loops -> {
            loops.world.network().map(at(OUTSIDE + ":25"), DOOR);
            loops.world.zone().add("""
                    example.com    MX 10 mx.example.com
                    example.com    MX 20 mx1.example.com
                    mx.example.com A  198.51.100.9
                    mx1.example.com A 10.0.0.5
                    client.example MX 5 filter.example
                    filter.example A 192.0.2.35
                    """);
            Sink filter = loops.started("mx1.example.com", "192.0.2.35:25");
            Sink provider = loops.started("relay.provider.example", "192.0.2.33:587");
            AtomicReference<Probe.Report> report = new AtomicReference<>();
            loops.connectorHost.start("probe", () -> {
                try {
                    report.set(loops.connector().probe());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }).join();
            assertThat(report.get().doors()).extracting(door -> door.why().split(":")[0] + " " + door.verdict()).containsExactlyInAnyOrder(
                    "example.com MX 10 mx.example.com OURSELVES",
                    "example.com MX 20 mx1.example.com DECLARED",
                    "client.example MX 5 filter.example NAMESAKE",
                    "front-doors of client.example NAMESAKE",
                    "next-hops.gone SILENT",
                    "next-hops.provider STRANGER");
            assertThat(report.get().surprises()).isTrue();
            assertThat(report.get().identity()).anySatisfy(entry -> assertThat(entry.left()).isPositive());
            assertThat(filter.deliveries()).isEmpty();
            assertThat(provider.deliveries()).isEmpty();
            assertThat(filter.problems()).isEmpty();
        });
    }

    @Test
    void whatWasLearnedIsExplainedAsItHappens() {
        LoopWorld.run("""
                next-hops { client { url = "smtp://192.0.2.44:25" } }
                domains { "client.example" { kind = relay, deliver-to = client } }
                routes = [{ to = "client.example", via = mx }, { to = "*", via = mx }]
                """, loops -> {
            loops.world.network().map(at(OUTSIDE + ":25"), DOOR);
            loops.world.zone().add("client.example MX 10 mx.client.example\nmx.client.example A " + OUTSIDE);
            loops.started("client", "192.0.2.44:25");
            loops.send("x@client.example");
            Question question = new Question("x@client.example", "anna@example.com", LoopWorld.at("10.0.0.21:0").getAddress(), "internet", OptionalLong.empty());
            Explainer explainer = new Explainer(loops.connectorHost.platform(), loops.connector().configuration(), loops.connector().addresses(), loops.connector().learned());
            AtomicReference<Explanation> explanation = new AtomicReference<>();
            loops.connectorHost.start("explain", () -> {
                try {
                    explanation.set(explainer.explain(question));
                } catch (java.io.IOException e) {
                    throw new AssertionError(e);
                }
            }).join();
            assertThat(explanation.get().prospects().getFirst().outcome()).isEqualTo("deliver by client");
            assertThat(explanation.get().prospects().getFirst().steps()).flatExtracting(Step::evidence).anyMatch(words -> words.contains("is listener internet") && words.contains("learned on the wire"));
        });
    }
}
