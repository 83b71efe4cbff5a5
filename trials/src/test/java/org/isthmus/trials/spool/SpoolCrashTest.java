// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Platform;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.spool.JournalSpool;
import org.isthmus.trials.world.SimulatedDisk;
import org.junit.jupiter.api.Test;

/// The power goes at every moment of a workload. Whatever the disk keeps of what was not forced, all that was promised is there afterwards, whole, and nothing that
/// was settled comes back.
final class SpoolCrashTest {

    @Test
    void nothingPromisedIsLostWhereverThePowerGoes() throws IOException {
        int states = 0;
        for (long seed = 1; states < Integer.getInteger("isthmus.crash.states", 20_000); seed++) {
            states += crashEverywhere(Trial.record(seed, 3, 60, UnaryOperator.identity()), 1);
        }
        System.out.println("spool: crash states " + states);
        assertThat(states).isGreaterThanOrEqualTo(20_000);
    }

    private static int crashEverywhere(Trial.Recording recording, int variants) throws IOException {
        try (LivePlatform live = LivePlatform.open()) {
            int states = 0;
            for (int n = 0; n <= recording.disk().size(); n++) {
                for (int variant = 0; variant < variants; variant++) {
                    crash(recording, n, variant, live.platform());
                    states++;
                }
            }
            return states;
        }
    }

    private static void crash(Trial.Recording recording, int n, int variant, Platform platform) throws IOException {
        SimulatedDisk disk = new SimulatedDisk(recording.seed() * 1_000_003 + n * 101L + variant);
        try {
            Map<Path, Disk.File> open = recording.disk().replay(n, disk);
            disk.cutPowerAfter(0);
            recording.disk().attempt(n, disk, open);
            disk.crash();
            if (variant % 3 == 1) {
                crashAgain(disk, variant, platform);
            }
            Sink sink = recording.sinkAt(n);
            Ledger.Standing standing = recording.ledger().standing(n);
            try (JournalSpool spool = Trial.open(platform, disk, sink)) {
                standing.check(spool, sink.lines());
                assertThat(spool.recovered().damaged()).isEmpty();
                Writer.commit(spool, "afterwards", standing);
            }
            // And once more, after it has gone on a little and ended in good order.
            Sink again = sink.survivor();
            try (JournalSpool spool = Trial.open(platform, disk, again)) {
                standing.check(spool, again.lines());
                assertThat(spool.recovered().damaged()).isEmpty();
                assertThat(spool.recovered().unfinished()).isZero();
            }
        } catch (AssertionError | RuntimeException | IOException e) {
            throw new AssertionError("seed " + recording.seed() + ", power gone after change " + n + " of " + recording.disk().size() + ", variant " + variant + ": " + e, e);
        }
    }

    private static void crashAgain(SimulatedDisk disk, int n, Platform platform) {
        disk.cutPowerAfter(n % 17);
        try (JournalSpool spool = Trial.open(platform, disk, new Sink())) {
            spool.ids();
        } catch (IOException e) {
            // The power is off.
        }
        disk.crash();
    }
}
