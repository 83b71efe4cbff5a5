// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.isthmus.spool.JournalSpool;
import org.isthmus.transit.QueueId;
import org.isthmus.trials.world.Chance;
import org.isthmus.trials.world.SimulatedDisk.Operation;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.junit.jupiter.api.Test;

/// Long lives: the same spool goes through many rounds of traffic, each ended by a power cut, a kill or in good order, with a clock that jumps and sometimes a disk that
/// fails, and at last everything is settled and nothing is left.
final class SpoolRoundsTest {
    private enum End {
        POWER,
        KILL,
        ORDER
    }

    private final Map<End, Integer> ends = new EnumMap<>(End.class);
    private int refusals;

    @Test
    void aSpoolLivesThroughManyRounds() {
        int seeds = Integer.getInteger("isthmus.rounds.seeds", 250);
        for (long seed = Integer.getInteger("isthmus.rounds.first", 1); seed <= seeds; seed++) {
            World world = new World(seed);
            try {
                world.run(() -> live(world));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("-Disthmus.rounds.seeds: seed " + seed + ": " + e.getMessage(), e);
            }
        }
        System.out.println("spool: seeds " + seeds + ", ends " + ends + ", refusals " + refusals);
        assertThat(ends.keySet()).containsExactly(End.values());
        assertThat(refusals).isPositive();
    }

    private void live(World world) throws Exception {
        SimulatedHost host = world.host("server", "192.0.2.1");
        Chance chance = world.chance("rounds");
        Ledger.Standing standing = new Ledger.Standing();
        Sink sink = new Sink();
        Map<QueueId, String> ids = new HashMap<>();
        int rounds = 2 + chance.below(4);
        for (int round = 0; round < rounds; round++) {
            host.jumpClock(Duration.ofHours(chance.below(100) - 60));
            JournalSpool spool = open(host, sink, standing);
            standing.decide(spool);
            Ledger ledger = new Ledger(standing);
            boolean failing = chance.happens(0.3);
            if (failing) {
                host.disk().failOften(chance.coin() ? Operation.WRITE : Operation.FORCE, 0.1);
            }
            End end = chance.oneOf(End.values());
            ends.merge(end, 1, Integer::sum);
            ledger.endsWith(host.disk()::powerOff);
            if (end == End.POWER && !failing) {
                host.disk().cutPowerAfter(chance.below(150));
            }
            refusals += Trial.write(host, spool, ledger, world, 3, 15, "r" + round + "w");
            host.disk().failOften(Operation.WRITE, 0);
            host.disk().failOften(Operation.FORCE, 0);
            boolean off = host.disk().powerOff();
            standing = ledger.standing();
            if (failing) {
                // The first success says durably that what was refused before does not count.
                Writer.commit(spool, "healed" + round, standing);
            }
            standing.checkNew(ids);
            end(host, spool, off ? End.POWER : end);
            sink = sink.survivor();
        }
        JournalSpool last = open(host, sink, standing);
        standing.decide(last);
        Writer writer = new Writer("last", last, new Ledger(standing), chance);
        writer.adopt(standing);
        writer.drain();
        last.close();
        try (JournalSpool empty = Trial.open(host.platform(), host.disk(), new Sink())) {
            Ledger.expect(empty.ids().isEmpty(), "left: " + empty.ids());
            Ledger.expect(empty.recovered().leftovers() == 0, "leftovers: " + empty.recovered());
        }
    }

    private static JournalSpool open(SimulatedHost host, Sink sink, Ledger.Standing standing) throws IOException {
        JournalSpool spool = Trial.open(host.platform(), host.disk(), sink);
        standing.check(spool, sink.lines());
        Ledger.expect(spool.recovered().damaged().isEmpty(), "damaged: " + spool.recovered().damaged());
        return spool;
    }

    private static void end(SimulatedHost host, JournalSpool spool, End end) throws IOException {
        switch (end) {
            case ORDER -> spool.close();
            case KILL -> host.kill();
            case POWER -> {
                host.crash();
                host.boot();
            }
        }
    }
}
