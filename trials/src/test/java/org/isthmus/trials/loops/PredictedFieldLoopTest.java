// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static org.assertj.core.api.Assertions.assertThat;

import org.isthmus.trials.peers.Behaviour;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Sink;
import org.junit.jupiter.api.Test;

/// Loops of the field (L01 to L38) that a configuration makes. Each is a topology of the catalogue or a scenario of its own.
class PredictedFieldLoopTest {
    private static TopologyRun.Result play(String name) {
        return TopologyRun.play(Topology.all().stream().filter(topology -> topology.name().equals(name)).findFirst().orElseThrow());
    }

    private static void assertPredicted(TopologyRun.Result result, String id) {
        assertThat(result.prediction().loops()).contains(id);
    }

    /// Q190021: "Forward all to host" was set to the own address, and inbound mail circled until "Too Many Hops".
    @Test
    void l05ForwardAllToOurselvesIsRefusedAtLoadAndNeverGoesRound() {
        TopologyRun.Result result = play("loop-05-smarthost-is-our-listener");
        assertPredicted(result, "LP02");
        assertThat(result.prediction().problems()).anyMatch(problem -> problem.isError() && problem.id().equals("LP02"));
        assertThat(result.passes()).isZero();
        assertThat(result.end()).startsWith("refused 550 5.4.6");
    }

    /// The same, begun by DNS long after the load.
    @Test
    void l05ForwardAllToAHostThatHasBecomeOurselves() {
        TopologyRun.Result result = play("loop-08-smarthost-by-dns");
        assertPredicted(result, "LP02");
        assertThat(result.prediction().problems()).noneMatch(problem -> problem.isError());
        assertThat(result.passes()).isZero();
    }

    /// Q156063, Q171032: domains of the site that the routing table did not have were rerouted to the connector itself several times.
    @Test
    void l06AnOwnDomainThatTheConfigurationForgotIsFoundByItsMx() {
        TopologyRun.Result result = play("loop-14-forgotten-domain");
        assertPredicted(result, "LP04");
        assertThat(result.passes()).isZero();
    }

    /// Q241213, Q258203: each of two servers of a shared domain sends the other what it does not know.
    @Test
    void l20AnAddressThatIsUnknownOnBothSidesIsPredicted() {
        assertPredicted(play("loop-26-unknown-on-both-sides"), "LP06");
    }

    /// Q160534, Q262124: of two ways one had a smaller size limit; mail bounced between them up to the hop limit, and the report blamed something else.
    @Test
    void l23APermanentFailureIsNoReasonToReroute() {
        LoopWorld.run("""
                next-hops { first { url = "smtp://192.0.2.31:25" }, second { url = "smtp://192.0.2.32:25" } }
                routes = [{ to = "*", via = first, cost = 1 }, { to = "*", via = second, cost = 2 }]
                """, loops -> {
            Sink first = loops.started("first", "192.0.2.31:25");
            first.behave(Behaviour.at(Behaviour.Stage.END, new Behaviour.Act.Say("552 5.3.4 too large for this way")));
            Sink second = loops.started("second", "192.0.2.32:25");
            Ledger.Entry entry = loops.send("x@far.example");
            assertThat(entry.end()).isEqualTo(Ledger.End.PROMISED);
            assertThat(first.sessions()).isEqualTo(1);
            assertThat(second.sessions()).as("the other way is for servers that cannot be reached").isZero();
            assertThat(loops.stored()).singleElement().satisfies(report -> assertThat(report).contains("Status: 5.3.4", "552 5.3.4 too large for this way"));
        });
    }
}
