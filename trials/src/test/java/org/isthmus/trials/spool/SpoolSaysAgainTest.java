// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.spool.JournalSpool;
import org.isthmus.transit.QueueId;
import org.isthmus.trials.world.SimulatedDisk.Operation;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.junit.jupiter.api.Test;

/// The process is killed within a write, so that the next start reads what is not on the disk yet, and the force that should bring it there fails. What that start went by must hold after a power cut
/// all the same: a message that was gone stays gone.
final class SpoolSaysAgainTest {
    private int gone;

    @Test
    void whatARecoveryWentByStaysTrueThoughItsForceFailed() {
        for (long seed = 1; seed <= Integer.getInteger("isthmus.again.seeds", 400); seed++) {
            World world = new World(seed);
            long now = seed;
            try {
                world.run(() -> live(world));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + now + ": " + e.getMessage(), e);
            }
        }
        assertThat(gone).as("starts that found something gone").isPositive();
    }

    private void live(World world) throws Exception {
        SimulatedHost host = world.host("server", "192.0.2.1");
        Sink sink = new Sink();
        JournalSpool first = Trial.open(host.platform(), host.disk(), sink);
        Ledger ledger = new Ledger();
        Trial.write(host, first, ledger, world, 3, 15, "a");
        Set<QueueId> before = new HashSet<>(first.ids());
        host.diskLatency(Duration.ofMillis(10));
        Writer writer = new Writer("b", first, ledger, world.chance("b"));
        writer.adopt(ledger.standing());
        host.start("b", () -> writer.run(100));
        world.time().sleep(Duration.ofMillis(20 + world.chance("kill").below(300)));
        host.kill();
        host.diskLatency(Duration.ZERO);
        host.disk().failNth(Operation.FORCE, 1);
        JournalSpool second = Trial.open(host.platform(), host.disk(), sink.survivor());
        List<QueueId> wentBy = second.ids();
        before.removeAll(wentBy);
        gone += before.size();
        world.time().sleep(Duration.ofMinutes(2));
        host.crash();
        host.boot();
        JournalSpool third = Trial.open(host.platform(), host.disk(), new Sink());
        assertThat(third.ids()).isEqualTo(wentBy);
        third.close();
    }
}
