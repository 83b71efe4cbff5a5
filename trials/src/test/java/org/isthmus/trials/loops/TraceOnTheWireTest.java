// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.isthmus.trials.loops.LoopWorld.at;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isthmus.address.Mailbox;
import org.isthmus.loop.SiteKeys;
import org.isthmus.loop.TraceCheck;
import org.isthmus.trace.SealedToken;
import org.isthmus.trace.TraceKey.Use;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.peers.Sink;
import org.isthmus.trials.world.SimulatedHost;
import org.junit.jupiter.api.Test;

/// What leaves the connector carries a signed trace, and what arrives with one of somebody else's is treated like any other mail. Layer 4 of loop control.
class TraceOnTheWireTest {
    private static final String PARTNER = """
            next-hops { partner { url = "smtp://192.0.2.33:25" } }
            routes = [{ to = "*", via = partner }]
            """;
    private static final Pattern FIELD = Pattern.compile("(?m)^X-Trace-Site: (\\S+)$");
    private static final Pattern RECEIVED = Pattern.compile(" id [0-9A-Z]{13}\\.([A-Za-z0-9_-]+)\\s");

    private static List<String> all(Pattern pattern, Sink.Delivery delivery) {
        List<String> found = new ArrayList<>();
        Matcher matcher = pattern.matcher(new String(delivery.content(), ISO_8859_1));
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    /// The keys of a connector, as they stand on its disk.
    private static SiteKeys keys(SimulatedHost host) throws InterruptedException {
        AtomicReference<SiteKeys> keys = new AtomicReference<>();
        host.start("keys", () -> keys.set(SiteKeys.open(host.platform().disk(), host.platform().entropy(), host.platform().time(), Path.of("/data")))).join();
        return keys.get();
    }

    private static TraceCheck check(SiteKeys keys, String token) {
        return keys.check(SealedToken.parse(token).orElseThrow(), Use.TRANSFER);
    }

    private static TraceCheck.Ours ours(SiteKeys keys, String token) {
        TraceCheck check = check(keys, token);
        assertThat(check).isInstanceOf(TraceCheck.Ours.class);
        return (TraceCheck.Ours) check;
    }

    @Test
    void whatLeavesCarriesOneTokenInBothPlaces() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", "192.0.2.33:25");
            String hash = loops.send("x@far.example").letter().hash();
            Sink.Delivery delivery = partner.deliveries().getFirst();
            assertThat(all(FIELD, delivery)).hasSize(1).isEqualTo(all(RECEIVED, delivery));
            TraceCheck.Ours ours = ours(keys(loops.connectorHost), all(FIELD, delivery).getFirst());
            assertThat(ours.token().pass()).isZero();
            assertThat(ours.token().names(Mailbox.of("x@far.example"), ours.key())).isTrue();
            assertThat(ours.token().names(Mailbox.of("y@far.example"), ours.key())).isFalse();
            assertThat(partner.problems()).isEmpty();
            assertThat(Letter.hashOf(delivery.content())).as("everything from the letter's first field on").isEqualTo(hash);
        });
    }

    @Test
    void finalDeliveryGetsTheMessageAsItCame() {
        LoopWorld.run(PARTNER, loops -> {
            loops.send("anna@example.com");
            assertThat(loops.stored()).singleElement().satisfies(text -> assertThat(text).doesNotContain("X-Trace-Site"));
            assertThat(all(RECEIVED, loops.store.deliveries().getFirst())).isEmpty();
        });
    }

    @Test
    void switchedOffNothingIsWritten() {
        LoopWorld.run(PARTNER + "loop.trace = off\n", loops -> {
            Sink partner = loops.started("partner", "192.0.2.33:25");
            loops.send("x@far.example");
            assertThat(all(FIELD, partner.deliveries().getFirst())).isEmpty();
            assertThat(all(RECEIVED, partner.deliveries().getFirst())).isEmpty();
        });
    }

    @Test
    void forgedForeignAndSenselessTokensStopNothingAndStay() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", "192.0.2.33:25");
            loops.send("x@far.example");
            String real = all(FIELD, partner.deliveries().getFirst()).getFirst();
            String forged = real.substring(0, 40) + (real.charAt(40) == 'A' ? 'B' : 'A') + real.substring(41);
            String foreign = real.substring(0, 4) + (real.charAt(4) == 'A' ? 'B' : 'A') + real.substring(5);
            List<String> theirs = new ArrayList<>(List.of(forged, foreign, "senseless", "A".repeat(91)));
            for (int i = 0; i < 40; i++) {
                theirs.add(forged);
            }
            StringBuilder fields = new StringBuilder();
            theirs.forEach(token -> fields.append("X-Trace-Site: ").append(token).append("\r\n"));
            fields.append("Received: from x by mx1.example.com with ESMTP id 0123456789ABC.").append(forged).append("; Tue, 01 Jan 2030 00:00:00 +0000\r\n");
            loops.offer(fields.toString(), "x@far.example");
            loops.settle();
            Sink.Delivery second = partner.deliveries().getLast();
            assertThat(partner.deliveries()).hasSize(2);
            List<String> found = all(FIELD, second);
            assertThat(found.subList(1, found.size())).isEqualTo(theirs);
            ours(keys(loops.connectorHost), found.getFirst());
            assertThat(check(keys(loops.connectorHost), forged)).isInstanceOf(TraceCheck.Forged.class);
            assertThat(check(keys(loops.connectorHost), foreign)).isInstanceOf(TraceCheck.Foreign.class);
        });
    }

    @Test
    void aStrippedTokenIsMissedByNobody() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", "192.0.2.33:25");
            loops.send("x@far.example");
            loops.send("x@far.example");
            assertThat(partner.deliveries()).hasSize(2);
            assertThat(all(FIELD, partner.deliveries().get(1))).hasSize(1).isNotEqualTo(all(FIELD, partner.deliveries().get(0)));
        });
    }

    @Test
    void aMessageHasOneLiveTokenHoweverOftenItLeaves() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", "192.0.2.33:25");
            loops.send("list@far.example");
            String first = all(FIELD, partner.deliveries().getFirst()).getFirst();
            // A list sends it back to a member, another address: allowed.
            loops.offer("X-Trace-Site:\r\n " + first + "\r\n", "member@far.example");
            loops.settle();
            List<String> second = all(FIELD, partner.deliveries().getLast());
            assertThat(partner.deliveries()).hasSize(2);
            assertThat(second).hasSize(1).doesNotContain(first);
            assertThat(new String(partner.deliveries().getLast().content(), ISO_8859_1)).doesNotContain(first);
        });
    }

    @Test
    void twoSitesNeverConfuseOneAnother() {
        LoopWorld.run(PARTNER, loops -> {
            SimulatedHost other = loops.world.host("other site", "192.0.2.33");
            Sink behind = loops.started("behind", "192.0.2.44:25");
            other.start("main", () -> {
                try {
                    LoopWorld.start(other, """
                            connector { hostname = "mx1.example.com", data = "/data", postmaster = "postmaster@other.example" }
                            listeners { internet { address = "0.0.0.0:25" } }
                            domains { "far.example" { recipients = any, deliver-to = behind } }
                            next-hops { behind { url = "smtp://192.0.2.44:25", inside = true } }
                            """);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }).join();
            loops.send("x@far.example");
            Sink.Delivery delivery = behind.deliveries().getFirst();
            List<String> tokens = all(FIELD, delivery);
            assertThat(tokens).hasSize(2).isEqualTo(all(RECEIVED, delivery));
            ours(keys(other), tokens.get(0));
            assertThat(check(keys(other), tokens.get(1))).isInstanceOf(TraceCheck.Foreign.class);
            ours(keys(loops.connectorHost), tokens.get(1));
            assertThat(check(keys(loops.connectorHost), tokens.get(0))).isInstanceOf(TraceCheck.Foreign.class);
        });
    }

    @Test
    void aKeyThatChangesWhileAMessageWaitsChangesNothingForIt() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.sink("partner", "192.0.2.33:25", false);
            int before = keys(loops.connectorHost).current().id();
            loops.world.time().sleep(SiteKeys.ROTATION.minus(Duration.ofMinutes(3)));
            loops.offer("", "x@far.example");
            loops.world.time().sleep(Duration.ofMinutes(4));
            assertThat(partner.deliveries()).isEmpty();
            partner.start();
            loops.world.time().sleep(Duration.ofMinutes(20));
            String token = all(FIELD, partner.deliveries().getFirst()).getFirst();
            SiteKeys keys = keys(loops.connectorHost);
            assertThat(ours(keys, token).key().id()).isNotEqualTo(before);
            assertThat(keys.find(before)).isPresent();
        });
    }

    @Test
    void aTokenIsKnownForSixWeeksAndOverTwoChangesOfTheKey() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", "192.0.2.33:25");
            loops.world.time().sleep(Duration.ofDays(25));
            loops.send("x@far.example");
            loops.world.time().sleep(Duration.ofDays(10));
            loops.send("y@far.example");
            loops.world.time().sleep(Duration.ofDays(31));
            loops.send("z@far.example");
            SiteKeys keys = keys(loops.connectorHost);
            List<String> tokens = partner.deliveries().stream().map(delivery -> all(FIELD, delivery).getFirst()).toList();
            assertThat(tokens.stream().map(token -> SealedToken.parse(token).orElseThrow().keyId()).distinct()).hasSize(3);
            assertThat(tokens.stream().map(token -> ours(keys, token).token().uid()).distinct()).hasSize(3);
            loops.world.time().sleep(Duration.ofDays(5));
            assertThat(check(keys, tokens.getFirst())).isInstanceOf(TraceCheck.Expired.class);
        });
    }

    @Test
    void theTokenSurvivesTheDeathOfTheConnector() {
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", "192.0.2.33:25");
            loops.send("x@far.example");
            loops.connectorHost.crash();
            loops.connectorHost.boot();
            String token = all(FIELD, partner.deliveries().getFirst()).getFirst();
            assertThat(partner.address()).isEqualTo(at("192.0.2.33:25"));
            ours(keys(loops.connectorHost), token);
        });
    }
}
