// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Ledger.End;
import org.isthmus.trials.peers.Sink;
import org.isthmus.trials.world.Zone;
import org.junit.jupiter.api.Test;

/// Loops that the old connector is on record for, each with the number under which the field's failures are counted here: none goes round once.
class FieldLoopTest {
    @Test
    void l02AWildcardMxOfTheSiteCatchesNoOtherDomain() {
        LoopWorld.run("", loops -> {
            loops.world.zone().add("""
                    *.site.example    MX 10 mx1.example.com
                    mx1.example.com   A 10.0.0.5
                    far.example       MX 10 mx.far.example
                    mx.far.example    A 192.0.2.10
                    """);
            Sink far = loops.started("mx.far.example", "192.0.2.10:25");
            loops.send("x@far.example");
            assertThat(far.deliveries()).as("far.example, not far.example.site.example").hasSize(1);
            assertThat(loops.send("x@nowhere.example").refused().get("x@nowhere.example")).startsWith("550 5.1.2 ").contains("does not exist");
        });
    }

    @Test
    void l02WhatTheWildcardCatchesIsRefusedAndTheTraceNamesDomainHostAndAddress() {
        LoopWorld.run("", loops -> {
            loops.world.zone().add("*.site.example MX 10 mx1.example.com\nmx1.example.com A 10.0.0.5");
            Ledger.Entry entry = loops.send("x@typo.site.example");
            assertThat(entry.refused().get("x@typo.site.example")).startsWith("550 5.4.6 mail loop: mail for x@typo.site.example would come back to this server");
            assertThat(loops.accepted()).isZero();
        });
    }

    @Test
    void l03WithTheBetterExchangerDownItWaitsAndDoesNotComeToItself() {
        LoopWorld.run("", loops -> {
            loops.world.zone().add("""
                    far.example      MX 10 mail.far.example
                    far.example      MX 20 mx1.example.com
                    far.example      MX 30 worse.example
                    mail.far.example A 192.0.2.10
                    mx1.example.com  A 10.0.0.5
                    worse.example    A 192.0.2.12
                    """);
            Sink worse = loops.started("worse.example", "192.0.2.12:25");
            assertThat(loops.send("x@far.example").end()).isEqualTo(End.PROMISED);
            assertThat(loops.accepted()).isEqualTo(1);
            assertThat(loops.connector().queue().list(Selector.ALL, 10)).hasSize(1);
            Sink better = loops.started("mail.far.example", "192.0.2.10:25");
            loops.world.time().sleep(Duration.ofMinutes(10));
            assertThat(better.deliveries()).hasSize(1);
            assertThat(worse.deliveries()).as("it is worse than we are").isEmpty();
        });
    }

    @Test
    void l03WithTheBetterExchangerUnknownToDnsForAMomentNoLoopIsClaimed() {
        LoopWorld.run("", loops -> {
            loops.world.zone().add("far.example MX 10 mail.far.example\nfar.example MX 20 mx1.example.com\nmx1.example.com A 10.0.0.5\nmail.far.example A 192.0.2.10")
                    .trouble("mail.far.example", Zone.Trouble.SERVFAIL);
            Sink better = loops.started("mail.far.example", "192.0.2.10:25");
            assertThat(loops.send("x@far.example").end()).isEqualTo(End.PROMISED);
            assertThat(loops.connector().queue().list(Selector.ALL, 10)).hasSize(1);
            loops.world.zone().calm("mail.far.example");
            loops.world.time().sleep(Duration.ofMinutes(10));
            assertThat(better.deliveries()).hasSize(1);
        });
    }

    @Test
    void l04AnAddressRecordOfTheDomainThatIsOursIsSeenWithoutAnMx() {
        LoopWorld.run("", loops -> {
            loops.world.zone().add("domain.example A 10.0.0.5");
            assertThat(loops.send("x@domain.example").refused().get("x@domain.example")).startsWith("550 5.4.6 ");
            assertThat(loops.accepted()).isZero();
        });
    }

    @Test
    void l05ForwardAllToAHostThatDnsTurnsIntoOurselves() {
        LoopWorld.run("""
                next-hops { all { url = "smtp://relay.provider.example:25" } }
                routes = [{ to = "*", via = all }]
                """, loops -> {
            loops.world.zone().add("relay.provider.example A 192.0.2.10");
            Sink provider = loops.started("relay.provider.example", "192.0.2.10:25");
            loops.send("x@far.example");
            assertThat(provider.deliveries()).hasSize(1);
            loops.world.zone().remove("relay.provider.example").add("relay.provider.example A 10.0.0.5");
            loops.world.time().sleep(Duration.ofMinutes(10));
            assertThat(loops.send("x@far.example").refused().get("x@far.example")).as("DNS has changed").startsWith("550 5.4.6 ");
            assertThat(loops.accepted()).isEqualTo(1);
        });
    }

    @Test
    void l34WhatIsALoopIsNotCalledAConnectionThatFailed() {
        LoopWorld.run("", loops -> {
            loops.world.network().map(LoopWorld.at(LoopWorld.OUTSIDE + ":25"), LoopWorld.DOOR);
            loops.world.zone().add("far.example MX 10 mx.far.example\nmx.far.example A " + LoopWorld.OUTSIDE);
            loops.send("x@far.example");
            assertThat(loops.stored()).singleElement().satisfies(report -> assertThat(report).contains("Status: 5.4.6").doesNotContain("onnection"));
        });
    }

    @Test
    void l37LocalhostAsANextHopIsOurselvesAndCrashesNothing() {
        LoopWorld.run("""
                next-hops { here { url = "smtp://localhost:25" } }
                routes = [{ to = "far.example", via = here }, { to = "*", via = mx }]
                """, loops -> {
            loops.world.zone().add("other.example MX 10 mx.other.example\nmx.other.example A 192.0.2.10\nlocalhost.example MX 10 localhost");
            Sink other = loops.started("mx.other.example", "192.0.2.10:25");
            assertThat(loops.send("x@far.example").refused().get("x@far.example")).startsWith("550 5.4.6 ");
            assertThat(loops.send("x@localhost.example").refused().get("x@localhost.example")).startsWith("550 5.4.6 ");
            loops.send("x@other.example");
            assertThat(other.deliveries()).hasSize(1);
        });
    }
}
