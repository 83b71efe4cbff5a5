// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Platform;
import org.isthmus.spool.JournalSpool;
import org.isthmus.tracking.FactSink;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;

/// The pieces of which the trials of the spool are made: small segments, so that a short workload fills, empties and recycles many of them.
final class Trial {
    static final Path FOLDER = Path.of("/var/lib/isthmus/spool");
    static final JournalSpool.Options OPTIONS = new JournalSpool.Options(32 * 1024, Duration.ofMillis(1), 4096, 0);

    private Trial() {}

    static JournalSpool open(Platform platform, Disk disk, FactSink sink) throws IOException {
        return JournalSpool.open(
                disk, platform.time(), platform.entropy(), platform.threads(), FOLDER, (QueuedMessage message) -> {}, sink, Writer::encode, OPTIONS);
    }

    /// A workload that was run once in a world, with all that it did to the disk.
    record Recording(long seed, RecordedDisk disk, Ledger ledger, List<Forced> forced) {
        /// How far the sink was durable after so many changes of the disk.
        record Forced(long at, Sink survivor) {}

        Sink sinkAt(long at) {
            Sink sink = new Sink();
            for (Forced one : forced) {
                sink = one.at() <= at ? one.survivor() : sink;
            }
            return sink.survivor();
        }
    }

    /// Runs writers side by side on a good disk.
    /// @param bend may plant a fault between the spool and the disk
    static Recording record(long seed, int writers, int actions, UnaryOperator<Disk> bend) {
        World world = new World(seed);
        SimulatedHost host = world.host("server", "192.0.2.1");
        Ledger ledger = new Ledger();
        RecordedDisk disk = new RecordedDisk(host.disk(), ledger);
        List<Recording.Forced> forced = new ArrayList<>();
        Sink sink = new Sink();
        FactSink watched = watched(sink, disk, forced);
        world.run(() -> {
            Platform platform = host.platform();
            JournalSpool spool = open(platform, bend.apply(disk), watched);
            write(host, spool, ledger, world, writers, actions, "a");
            spool.close();
        });
        return new Recording(seed, disk, ledger, forced);
    }

    private static FactSink watched(Sink sink, RecordedDisk disk, List<Recording.Forced> forced) {
        return new FactSink() {
            @Override
            public void accept(long sequence, byte[] facts) {
                sink.accept(sequence, facts);
            }

            @Override
            public long durable() {
                return sink.durable();
            }

            @Override
            public void force() {
                sink.force();
                forced.add(new Recording.Forced(disk.size(), sink.survivor()));
            }
        };
    }

    /// Lets writers work side by side and waits for them.
    /// @return how many things were refused
    static int write(SimulatedHost host, JournalSpool spool, Ledger ledger, World world, int writers, int actions, String round) throws InterruptedException {
        Channel<Integer> ended = world.threads().channel(writers);
        for (int i = 0; i < writers; i++) {
            Writer writer = new Writer(round + i, spool, ledger, world.chance("writer " + round + i));
            if (i == 0) {
                writer.adopt(ledger.standing());
            }
            host.start("writer " + i, () -> ended.offer(writer.run(actions)));
        }
        int refusals = 0;
        for (int i = 0; i < writers; i++) {
            refusals += ended.receive();
        }
        return refusals;
    }
}
