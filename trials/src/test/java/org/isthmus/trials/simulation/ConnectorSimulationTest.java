// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.isthmus.platform.Platform;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.slf4j.LoggerFactory;

/// The real server in a simulated world: sites, traffic and trouble of many seeds, and what must hold after each.
///
/// {@code -Disthmus.seeds=N} runs so many seeds, {@code -Disthmus.long=true} 20,000; {@code -Disthmus.from=N} begins with that one. {@code -Dseed=N} runs one seed again, with
/// what the server logs. {@code seeds.txt} has the seeds that found something once; they run too.
class ConnectorSimulationTest {
    private static final long SEEDS = 1_000;
    private static final long LONG = 20_000;
    private static final Logger LOG = (Logger) LoggerFactory.getLogger("org.isthmus");

    /// A run is full of trouble that a server has to log; it would fill the screen.
    @BeforeAll
    static void becomeSilent() {
        LOG.setLevel(Long.getLong("seed") == null ? Level.OFF : Level.INFO);
    }

    @AfterAll
    static void becomeLoud() {
        LOG.setLevel(null);
    }

    @Test
    @DisabledIfSystemProperty(named = "seed", matches = ".*")
    void whatItPromisesHoldsInManyWorlds() {
        long from = Long.getLong("isthmus.from", 0);
        long seeds = Long.getLong("isthmus.seeds", Boolean.getBoolean("isthmus.long") ? LONG : SEEDS);
        Tally tally = ConnectorSimulation.run(LongStream.range(from, from + seeds), ConnectorSubject::new);
        System.out.println("the connector in simulated worlds: " + tally);
        assertThat(tally.of("runs")).isEqualTo(seeds);
        if (seeds >= 200) {
            for (String reached : List.of("promised", "refused", "broken_off", "deliveries", "reports", "crashes", "kills", "duplicates", "still waiting", "failed starts", "stops", "meddlings")) {
                assertThat(tally.of(reached)).as(reached).isPositive();
            }
        }
    }

    @Test
    @DisabledIfSystemProperty(named = "seed", matches = ".*")
    void seedsThatFoundSomethingOnceFindNothingNow() throws IOException {
        List<Long> seeds;
        try (InputStream file = Objects.requireNonNull(ConnectorSimulationTest.class.getResourceAsStream("seeds.txt"))) {
            seeds = new String(file.readAllBytes(), UTF_8).lines().map(line -> line.replaceFirst("#.*", "").strip()).filter(line -> !line.isEmpty()).map(Long::valueOf).toList();
        }
        Tally tally = ConnectorSimulation.run(seeds.stream().mapToLong(Long::longValue), ConnectorSubject::new);
        assertThat(tally.of("runs")).isEqualTo(seeds.size());
    }

    @Test
    @EnabledIfSystemProperty(named = "seed", matches = "\\d+")
    void theSeedThatWasAskedFor() {
        System.out.println(ConnectorSimulation.run(Long.getLong("seed", 0), new ConnectorSubject()));
    }

    @Test
    @DisabledIfSystemProperty(named = "seed", matches = ".*")
    void aSeedRunsTheSameWayAgain() {
        for (long seed = 0; seed < 5; seed++) {
            assertThat(ConnectorSimulation.run(seed, new ConnectorSubject()).toString()).isEqualTo(ConnectorSimulation.run(seed, new ConnectorSubject()).toString());
        }
    }

    /// A trial that cannot fail shows nothing.
    @Test
    @DisabledIfSystemProperty(named = "seed", matches = ".*")
    void aServerThatPromisesBeforeItHasCommittedIsFound() {
        for (long seed = 0; seed < 300; seed++) {
            try {
                ConnectorSimulation.run(seed, new ConnectorSubject(ConnectorSimulationTest::unforced));
            } catch (AssertionError found) {
                if (String.valueOf(found.getMessage()).contains("LOST: ")) {
                    return;
                }
            }
        }
        fail("300 seeds did not find that what was promised is lost");
    }

    private static Platform unforced(Platform platform) {
        return new Platform(platform.time(), platform.entropy(), platform.threads(), platform.network(), platform.dns(), new ForgetfulDisk(platform.disk()));
    }
}
