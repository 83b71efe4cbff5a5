// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.isthmus.address.Mailbox;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Snapshot;
import org.isthmus.loop.SiteKeys;
import org.isthmus.loop.TraceStamp;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Time;
import org.isthmus.trace.SealedToken;
import org.isthmus.trace.TraceKey;
import org.isthmus.transit.DeliveryRequest;
import org.isthmus.transit.Stamp;

/// How much processor time a trace costs: run by hand, not a test. It prints microseconds of CPU for each message, the median of eleven rounds after a warm-up.
///
/// `java -cp gateway/target/test-classes:gateway/target/classes:standards/target/classes:(libraries) org.isthmus.deliver.TraceCost`
final class TraceCost {
    private static final int TURNS = 50_000;
    private static final int ROUNDS = 16;
    private static final int WARM_UP = 5;

    private final Bench bench = new Bench();
    private final byte[] buffer = new byte[8192];
    private final Random random = new Random(1);
    private final Time time = new Time() {
        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public Duration elapsed() {
            return Duration.ZERO;
        }

        @Override
        public void sleep(Duration duration) {}
    };
    private final SiteKeys keys = SiteKeys.ephemeral(new Entropy() {
        @Override
        public void fill(byte[] into) {
            random.nextBytes(into);
        }

        @Override
        public long below(long bound) {
            return random.nextLong(bound);
        }
    }, time);
    private final Stamp stamp = new TraceStamp(new LiveConfig(new Snapshot(1, ConfigLoader.parse("connector.hostname = mx1.example.com").orThrow())), keys, time);
    private long sum;

    private interface Work {
        long once(int turn) throws IOException;
    }

    public static void main(String[] args) throws IOException {
        new TraceCost().run();
    }

    private void run() throws IOException {
        StringBuilder text = new StringBuilder("Received: from client.example ([192.0.2.7])\r\n\tby mx1.example.com with ESMTP id ")
                .append(bench.request().message().id()).append(";\r\n\tSat, 20 Jun 2026 10:00:00 +0000\r\n");
        for (int i = 0; text.length() < 2000; i++) {
            text.append("X-Header-").append(i).append(": something that is said about this message\r\n");
        }
        text.append("\r\n");
        while (text.length() < 4096) {
            text.append("A line of the message, which nobody looks at.\r\n");
        }
        bench.content = text.toString().getBytes(US_ASCII);
        Mailbox bob = Mailbox.of("bob@example.org");
        DeliveryRequest request = bench.request();
        measure("4 KiB as it is", turn -> drain(Edition.plain(new ByteArrayInputStream(bench.content), request).open(List.of())));
        for (int count : new int[] {1, 6, 20}) {
            List<Mailbox> recipients = java.util.Collections.nCopies(count, bob);
            measure("4 KiB with a trace for " + count, turn -> {
                Stamp.Trace trace = stamp.trace(request.message(), request.ways().getFirst(), count).orElseThrow();
                return drain(Edition.traced(new ByteArrayInputStream(bench.content), request, trace).open(recipients));
            });
        }
        SealedToken sealed = SealedToken.parse(stamp.trace(request.message(), request.ways().getFirst(), 1).orElseThrow().token(List.of(bob))).orElseThrow();
        measure("a token checked", turn -> keys.check(SealedToken.parse(sealed.text()).orElseThrow(), TraceKey.Use.TRANSFER).hashCode());
    }

    private long drain(InputStream content) throws IOException {
        long octets = 0;
        for (int count = content.read(buffer); count >= 0; count = content.read(buffer)) {
            octets += count;
        }
        return octets;
    }

    private void measure(String what, Work work) throws IOException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        double[] rounds = new double[ROUNDS - WARM_UP];
        for (int round = 0; round < ROUNDS; round++) {
            long before = threads.getCurrentThreadCpuTime();
            for (int turn = 0; turn < TURNS; turn++) {
                sum += work.once(turn);
            }
            if (round >= WARM_UP) {
                rounds[round - WARM_UP] = (threads.getCurrentThreadCpuTime() - before) / 1000.0 / TURNS;
            }
        }
        java.util.Arrays.sort(rounds);
        System.out.printf("%-28s %6.2f us   (%d)%n", what, rounds[rounds.length / 2], sum & 1);
    }
}
