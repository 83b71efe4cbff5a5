// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.FileDirectory;
import org.isthmus.loop.Alert;
import org.isthmus.loop.Alerts;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.platform.Platform;
import org.isthmus.predict.Foresight;
import org.isthmus.predict.KnownForwards;
import org.isthmus.predict.Prediction;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.isthmus.trials.world.Zone;
import org.junit.jupiter.api.Test;

/// Prediction beside a running server, while DNS changes under it.
class ForesightTest {
    private static final String CONFIGURATION = """
            connector { hostname = "mx.site.example", data = "/data", postmaster = "postmaster@site.example" }
            listeners { internet { address = "192.0.2.25:25" } }
            domains { "site.example" { recipients = "pattern:u*", deliver-to = store } }
            next-hops { store { url = "lmtp://10.0.0.9:24" } }
            routes = [ { to = "partner.example", via = mx }, { to = "*", via = mx } ]
            """;
    private static final String ZONE = """
            mx.site.example A 192.0.2.25
            site.example MX 10 mx.site.example
            partner.example 600 MX 10 mx.partner.example
            mx.partner.example A 198.51.100.1
            """;

    private final World world = new World(1);
    private final SimulatedHost host = world.host("connector", "192.0.2.25");
    private final LiveConfig config = new LiveConfig(new Snapshot(1, ConfigLoader.parse(CONFIGURATION).orThrow()));
    private final List<Alert> raised = new ArrayList<>();
    private final List<Prediction> predictions = new ArrayList<>();
    private final List<String> turns = new ArrayList<>();

    private Foresight foresight;

    private void run(World.Body body) {
        world.zone().add(ZONE);
        Platform platform = host.platform();
        Alerts alerts = new Alerts() {
            @Override
            public void raise(Alert alert) {
                raised.add(alert);
            }

            @Override
            public void note(Alert note) {
                throw new AssertionError("nothing is for the digest");
            }
        };
        foresight = new Foresight(new Foresight.Parts(config, snapshot -> SiteIdentity.of(snapshot.settings(), Map.of(), host.addresses()),
                new FileDirectory(platform.disk(), platform.time()), KnownForwards.NONE, platform, alerts));
        foresight.listen((before, now) -> {
            predictions.add(now);
            turns.add((before == null ? "start" : before.isAcyclic() ? "sound" : "circles") + " -> " + (now.isAcyclic() ? "sound" : "circles"));
        });
        world.run(() -> {
            host.start("foresight", foresight::start);
            world.time().sleep(Duration.ofMinutes(1));
            body.run();
            foresight.close();
            // A loop that was told by nobody after this would be an actor that does not end.
            world.time().sleep(Duration.ofMinutes(1));
        });
    }

    @Test
    void aLoopThatBeginsByItselfIsToldOnceAndItsEndIsHeard() {
        run(() -> {
            assertThat(raised).isEmpty();
            world.zone().remove("partner.example").add("partner.example 600 MX 10 mx.site.example");
            world.time().sleep(Duration.ofMinutes(90));
            assertThat(raised).singleElement().satisfies(alert -> {
                assertThat(alert.subject()).contains("LP04", "partner.example");
                assertThat(alert.text()).contains("isthmus.conf:5", "partner.example MX 10 mx.site.example (TTL 600 s", "+-> we", "take us out of its MX");
            });
            world.zone().remove("partner.example").add("partner.example 600 MX 10 mx.partner.example");
            world.time().sleep(Duration.ofMinutes(90));
        });
        assertThat(raised).hasSize(1);
        assertThat(turns.getFirst()).isEqualTo("start -> sound");
        assertThat(turns).containsOnlyOnce("sound -> circles").containsOnlyOnce("circles -> sound");
    }

    @Test
    void answersThatExpireAreAskedAgainSooner() {
        run(() -> world.time().sleep(Duration.ofHours(3)));
        // The zone's TTL is five minutes, and nothing is asked more often than that.
        assertThat(predictions).hasSizeBetween(30, 40);
    }

    @Test
    void silenceOfDnsIsNoNewsAndTheConfigurationAloneIsNoAlert() {
        run(() -> {
            world.zone().trouble("", Zone.Trouble.SERVFAIL);
            world.time().sleep(Duration.ofHours(3));
            assertThat(predictions.getLast().unanswered()).isNotEmpty();
            assertThat(predictions.getLast().isAcyclic()).isTrue();
        });
        assertThat(raised).isEmpty();
    }

    @Test
    void aReloadIsFollowedAtOnce() {
        run(() -> {
            assertThat(predictions).hasSize(1);
            config.replace(new Snapshot(2, ConfigLoader.parse(CONFIGURATION.replace("\"partner.example\"", "\"new.example\"")).orThrow()));
            world.zone().add("new.example A 192.0.2.25");
            foresight.reconfigured();
            world.time().sleep(Duration.ofMinutes(1));
        });
        assertThat(predictions).hasSize(2);
        assertThat(raised).singleElement().satisfies(alert -> assertThat(alert.subject()).contains("LP11", "new.example"));
    }

    /// What no configuration of ours shows: the stranger's forward is learned from the loop that it made, and predicted from then on.
    @Test
    void aForwardAtAStrangerIsPredictedOnceItHasMadeALoop() {
        TopologyRun.Result result = TopologyRun.play(Topology.all().stream().filter(one -> one.name().equals("loop-40-a-strangers-forward")).findFirst().orElseThrow());
        assertThat(result.prediction().loops()).isEmpty();
        assertThat(result.later().problems()).anySatisfy(problem -> {
            assertThat(problem.id()).isEqualTo("LP17");
            assertThat(problem.at()).hasToString("/etc/isthmus/aliases:1");
            assertThat(problem.evidence()).anyMatch(line -> line.startsWith("mail to anna@far.example came back, last seen "));
        });
    }
}
