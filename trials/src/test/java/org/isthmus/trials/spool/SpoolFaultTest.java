// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.isthmus.spool.JournalSpool;
import org.isthmus.trials.world.SimulatedDisk.Operation;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.junit.jupiter.api.Test;

/// The disk fails at each of its calls in turn. Whoever is refused learns it, what was refused does not come back, what was promised is there, and the spool goes on.
final class SpoolFaultTest {
    private static final List<Operation> OPERATIONS = List.of(
            Operation.WRITE, Operation.FORCE, Operation.CREATE, Operation.FORCE_FOLDER, Operation.DELETE, Operation.READ, Operation.OPEN, Operation.LIST, Operation.FACTS);

    @Test
    void aFaultAtAnyCallCostsNoPromise() {
        int faults = 0;
        int refusals = 0;
        for (long seed = 1; seed <= Integer.getInteger("isthmus.fault.seeds", 10); seed++) {
            for (Operation operation : OPERATIONS) {
                for (int n = 1; ; n++) {
                    Run run = new Run(seed, operation, n);
                    run.world();
                    if (!run.failed) {
                        break;
                    }
                    faults++;
                    refusals += run.refusals;
                }
            }
        }
        System.out.println("spool: faults " + faults + ", refusals " + refusals);
        assertThat(faults).isGreaterThan(500);
        assertThat(refusals).isGreaterThan(faults / 10);
    }

    /// One workload with one fault, a power cut, and a restart.
    private static final class Run {
        private final long seed;
        private final Operation operation;
        private final int n;
        private boolean failed;
        private int refusals;
        private Sink sink = new Sink();

        Run(long seed, Operation operation, int n) {
            this.seed = seed;
            this.operation = operation;
            this.n = n;
        }

        void world() {
            World world = new World(seed);
            SimulatedHost host = world.host("server", "192.0.2.1");
            try {
                world.run(() -> run(world, host));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ", " + operation + " " + n + " fails: " + e.getMessage(), e);
            }
        }

        private void run(World world, SimulatedHost host) throws Exception {
            host.disk().failNth(operation, n);
            long before = host.disk().failures();
            Ledger ledger = new Ledger();
            JournalSpool spool = open(host, new Sink());
            refusals = Trial.write(host, spool, ledger, world, 2, 20, "a");
            check(ledger, spool);
            failed = host.disk().failures() > before;
            host.crash();
            host.boot();
            JournalSpool again = open(host, sink.survivor());
            check(ledger, again);
            Ledger.expect(again.recovered().damaged().isEmpty(), "damaged: " + again.recovered().damaged());
            Trial.write(host, again, ledger, world, 2, 5, "b");
            check(ledger, again);
            again.close();
        }

        private void check(Ledger ledger, JournalSpool spool) throws IOException {
            try {
                ledger.standing().check(spool, sink.lines());
            } catch (IOException e) {
                // The fault waited for this; the next reading goes well.
                ledger.standing().check(spool, sink.lines());
            }
        }

        /// A fault may hit the start itself; the next one goes well.
        private JournalSpool open(SimulatedHost host, Sink facts) throws IOException {
            sink = facts;
            try {
                return Trial.open(host.platform(), host.disk(), sink);
            } catch (IOException e) {
                host.kill();
                sink = facts.survivor();
                return Trial.open(host.platform(), host.disk(), sink);
            }
        }
    }
}
