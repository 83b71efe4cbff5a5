// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.platform.Platform;
import org.isthmus.platform.Threads;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.Reply;
import org.isthmus.spool.Draft;
import org.isthmus.spool.JournalSpool;
import org.isthmus.spool.Spool;
import org.isthmus.tracking.FactSink;
import org.isthmus.tracking.Facts;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Settlement;

/// Measures the spool on a real disk; run by hand. Arguments: folder, writers, bytes of content, seconds, {@code settle} or {@code keep}.
final class SpoolLoad {
    private static final Path NOWHERE = Path.of("/tmp");

    private SpoolLoad() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = arguments.length > 0 ? Path.of(arguments[0]) : NOWHERE;
        int writers = Integer.parseInt(arguments[1]);
        byte[] content = new byte[Integer.parseInt(arguments[2])];
        long seconds = Long.parseLong(arguments[3]);
        boolean settles = arguments[4].equals("settle");
        Arrays.fill(content, (byte) 'x');
        try (LivePlatform live = LivePlatform.open()) {
            Platform platform = live.platform();
            long start = System.nanoTime();
            JournalSpool spool = JournalSpool.open(
                    platform.disk(), platform.time(), platform.entropy(), platform.threads(), folder, message -> {}, FactSink.NONE, Facts::encode, JournalSpool.Options.DEFAULT);
            System.out.printf("open %d ms, %s%n", (System.nanoTime() - start) / 1_000_000, spool.recovered());
            start = System.nanoTime();
            AtomicLong replayed = new AtomicLong();
            spool.replay(message -> replayed.incrementAndGet());
            System.out.printf("replay %d in %d ms%n", replayed.get(), (System.nanoTime() - start) / 1_000_000);
            for (int round = 0; round < 3; round++) {
                measure(platform, spool, writers, content, Duration.ofSeconds(seconds), settles);
            }
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            System.out.printf("heap %d MiB for %d messages%n", (runtime.totalMemory() - runtime.freeMemory()) >> 20, spool.room().messages());
            spool.close();
        }
    }

    private static void measure(Platform platform, JournalSpool spool, int writers, byte[] content, Duration time, boolean settles) throws InterruptedException {
        AtomicLong count = new AtomicLong();
        long start = System.nanoTime();
        long end = start + time.toNanos();
        List<Threads.Actor> actors = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            actors.add(platform.threads().start("writer " + i, () -> {
                while (System.nanoTime() < end) {
                    write(spool, content, settles);
                    count.incrementAndGet();
                }
            }));
        }
        for (Threads.Actor actor : actors) {
            actor.join();
        }
        double took = (System.nanoTime() - start) / 1e9;
        System.out.printf("%d writers, %d bytes: %.0f messages/s, %.3f ms each%n", writers, content.length, count.get() / took, writers * took * 1000 / count.get());
    }

    private static void write(JournalSpool spool, byte[] content, boolean settles) {
        Envelope envelope = new Envelope(new ReversePath.To(Mailbox.of("sender@example.org")), MailParameters.NONE,
                List.of(Recipient.of(Mailbox.of("someone@example.net"), RcptParameters.NONE)));
        ContentFacts facts = new ContentFacts(content.length, org.isthmus.smtp.BodyType.SEVENBIT, false, 200, "<message@example.org>", "subject", 1, Priority.NORMAL, 0);
        try (Draft draft = spool.draft(content.length)) {
            draft.content().write(content);
            QueuedMessage message = draft.commit(envelope, new Origin.Report(null), facts, List.of(List.of()));
            if (settles) {
                Peer peer = new Peer("mx.example.net", new java.net.InetSocketAddress("192.0.2.1", 25));
                RecipientState done = new RecipientState.Settled(new Outcome.Delivered(peer, Reply.of(250, "2.0.0", "taken"), false, false));
                spool.settle(message.id(), new Spool.Settling(List.of(new Settlement(0, done)), List.of(), List.of(), List.of()));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
