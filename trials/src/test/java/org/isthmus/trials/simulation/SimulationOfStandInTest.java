// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.stream.LongStream;
import org.isthmus.trials.simulation.StandIn.Flaw;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The simulation itself on trial: it finds nothing wrong with a server that is right, and something with each that is wrong.
class SimulationOfStandInTest {
    private static final int SEEDS = 300;

    @Test
    void aServerThatIsRightPasses() {
        Tally tally = ConnectorSimulation.run(LongStream.range(0, SEEDS), () -> new StandIn(Flaw.NONE));
        assertThat(tally.of("runs")).isEqualTo(SEEDS);
        for (String reached : new String[] {"promised", "doubtful", "refused", "broken_off", "deliveries", "reports", "crashes", "kills", "duplicates", "still waiting", "failed starts"}) {
            assertThat(tally.of(reached)).as(reached).isPositive();
        }
    }

    @Test
    void aSeedRunsTheSameWayAgain() {
        for (long seed = 0; seed < 20; seed++) {
            assertThat(ConnectorSimulation.run(seed, new StandIn(Flaw.NONE)).toString()).isEqualTo(ConnectorSimulation.run(seed, new StandIn(Flaw.NONE)).toString());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aServerThatIsWrongIsFound(Flaw flaw) {
        for (long seed = 0; seed < 2000; seed++) {
            try {
                ConnectorSimulation.run(seed, new StandIn(flaw));
            } catch (AssertionError found) {
                assertThat(found).hasMessageContaining("seed " + seed).hasMessageContaining(ConnectorSimulation.replay(seed));
                return;
            }
        }
        fail("2000 seeds did not find the flaw " + flaw);
    }
}
