// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.isthmus.config.Problem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/// The catalogue of loops: every folder of `src/test/topologies` is predicted and then played with real connectors on the simulated network.
class TopologyTest {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger("org.isthmus");
    /// Layers that this release has. What a later one stops circles until the hop limit.
    private static final Set<String> LANDED = Set.of("nothing", "loopback", "aliases", "L0", "L1", "L2", "L3", "L4", "L5", "L7");

    /// Connectors that circle have a lot to say.
    @BeforeAll
    static void becomeSilent() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void becomeLoud() {
        LOG.setLevel(null);
    }

    static List<Topology> all() {
        return Topology.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void itIsPredictedAndStopped(Topology topology) {
        TopologyRun.Result result = TopologyRun.play(topology);
        assertThat(finds(result)).as(result.prediction().problems().toString()).isEqualTo(new TreeSet<>(topology.finds()));
        if (!LANDED.contains(topology.stoppedBy())) {
            return;
        }
        assertThat(result.passes()).as("passes").isLessThanOrEqualTo(topology.passes());
        if (topology.end().equals("stopped")) {
            assertThat(result.end()).containsAnyOf("returned 5.4.6", "refused there 550 5.4.6");
            assertThat(result.passes()).as("passes").isPositive();
        } else {
            assertThat(result.end()).startsWith(topology.end());
        }
    }

    private static Set<String> finds(TopologyRun.Result result) {
        Set<String> finds = new TreeSet<>();
        for (Problem problem : result.prediction().problems()) {
            if (problem.severity() != Problem.Severity.NOTE) {
                String at = problem.at() == null ? "" : " " + problem.at().toString().replace("/etc/isthmus/", "");
                finds.add(problem.id() + " " + problem.severity().name().toLowerCase(java.util.Locale.ROOT) + at);
            }
        }
        return finds;
    }

    @Test
    void theCatalogueIsLargeEnough() {
        List<Topology> loops = all().stream().filter(topology -> !topology.isSound()).toList();
        assertThat(loops).hasSizeGreaterThanOrEqualTo(40);
        assertThat(loops.stream().filter(topology -> !topology.finds().isEmpty())).as("predicted").hasSizeGreaterThanOrEqualTo(30);
        assertThat(loops.stream().filter(topology -> topology.guilty().contains(".conf:") || topology.guilty().contains("aliases:"))).as("the guilty setting is named")
                .allMatch(topology -> topology.finds().isEmpty() || topology.finds().stream().anyMatch(find -> find.endsWith(topology.guilty())));
        assertThat(all().stream().filter(Topology::isSound)).hasSizeGreaterThanOrEqualTo(15).allMatch(topology -> topology.finds().isEmpty());
    }

    @Test
    void everyCheckOfPredictionHasATopology() {
        Set<String> ids = new TreeSet<>();
        all().stream().flatMap(topology -> topology.finds().stream()).forEach(find -> ids.add(find.substring(0, 4)));
        assertThat(ids).containsExactlyElementsOf(Stream.of("LP01", "LP02", "LP03", "LP04", "LP05", "LP06", "LP07", "LP08", "LP09", "LP10", "LP11", "LP12", "LP13", "LP17", "LP18").toList());
    }
}
