// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SIGKILL to the real process, again and again at random moments under load, on one data folder. What a client was told is kept is delivered, or its sender is told that it cannot be; nothing is
/// delivered that was not sent; and a duplicate is only what RFC 1047 cannot avoid. The last tests plant what must never be, to see that it would be found: a spool that is wiped, and one that is
/// put back as it was before.
class KillIT {
    private static final int KILLS = Integer.getInteger("isthmus.kills", Boolean.getBoolean("isthmus.long") ? 1000 : 25);
    private static final long SEED = Long.getLong("isthmus.seed", System.nanoTime());

    @TempDir
    Path folder;

    /// A server between clients and three others, and what happened to it.
    private static final class Rig implements AutoCloseable {
        private final MailSink first = new MailSink("127.0.0.1", 0);
        private final MailSink second = new MailSink("127.0.0.1", 20);
        private final MailSink senders = new MailSink("127.0.0.1", 20);
        private final Isthmus isthmus;
        private final Load load = new Load(List.of("one.example", "two.example"), SEED);
        private final List<Instant> deaths = new ArrayList<>();

        Rig(Path folder) throws IOException {
            isthmus = new Isthmus(folder);
            configure("");
        }

        void configure(String more) throws IOException {
            isthmus.configure("""
                    listeners { internet { address = "127.0.0.1:0" } }
                    domains {
                      "one.example" { recipients = any, deliver-to = first }
                      "two.example" { recipients = any, deliver-to = second }
                    }
                    next-hops { first { url = "smtp://127.0.0.1:%d" }, second { url = "smtp://127.0.0.1:%d" }, senders { url = "smtp://127.0.0.1:%d" } }
                    routes = [{ to = "sender.example", via = senders }]
                    queue { retry = [1s] }
                    """.formatted(first.port(), second.port(), senders.port()) + more);
        }

        void kill() throws IOException, InterruptedException {
            isthmus.kill();
            deaths.add(Instant.now());
            load.server(null);
            for (MailSink sink : sinks()) {
                sink.settle();
            }
        }

        void acknowledged(int more) throws InterruptedException {
            int enough = load.acknowledged().size() + more;
            Running.waitUntil("messages to be acknowledged", () -> load.refusal() + "\n" + isthmus.lines(), () -> load.acknowledged().size() >= enough);
        }

        List<MailSink> sinks() {
            return List.of(first, second, senders);
        }

        KillLedger ledger(Duration writtenDown) {
            List<MailSink.Delivery> deliveries = sinks().stream().flatMap(sink -> sink.deliveries().stream()).toList();
            return new KillLedger(load.sent(), load.acknowledged(), deliveries, senders.reports(), deaths, writtenDown);
        }

        KillLedger ledger() {
            return ledger(KillLedger.WRITTEN_DOWN);
        }

        /// Waits until everything that is owed has arrived; how long depends on the backlog, so it may go on as long as it goes forward.
        void drained() throws InterruptedException {
            int missing = ledger().owed().size();
            while (missing > 0) {
                int before = missing;
                Running.waitUntil("more deliveries", () -> ledger().owed() + "\n" + isthmus.lines(), () -> ledger().owed().size() < before);
                missing = ledger().owed().size();
            }
            // What was taken but never acknowledged is delivered too, because the answer may have been lost on the way; nothing may stay behind.
            emptied();
        }

        void emptied() throws InterruptedException {
            Running.waitUntil("an empty queue", () -> isthmus.lines(), this::isEmpty);
        }

        private boolean isEmpty() {
            try {
                Running.Result status = isthmus.cli("status", "-o", "json");
                return status.exit() == 0 && status.output().replaceAll("\\s", "").contains("\"messages\":0");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() throws Exception {
            load.close();
            isthmus.close();
            for (MailSink sink : sinks()) {
                sink.close();
            }
        }
    }

    @Test
    void noAcknowledgedMessageIsLostHoweverOftenTheProcessIsKilled() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        try (Rig rig = new Rig(folder)) {
            rig.isthmus.start();
            // An orderly stop, because it leaves the class archive that makes later starts quick.
            assertThat(rig.isthmus.stop()).as("%s", rig.isthmus.lines()).isZero();
            rig.load.start(12);
            for (int kill = 0; kill < KILLS; kill++) {
                live(rig, random);
            }
            rig.load.close();
            rig.isthmus.start();
            rig.drained();
            assertThat(rig.isthmus.stop()).as("%s", rig.isthmus.lines()).isZero();
            judge(rig);
            Running.Result verified = rig.isthmus.cli("spool", "verify");
            assertThat(verified.exit()).as(verified.output()).isZero();
        }
    }

    private static void live(Rig rig, SplittableRandom random) throws Exception {
        rig.isthmus.launch();
        // One in six does not live to see its listeners: it dies in recovery.
        if (random.nextInt(6) == 0) {
            Thread.sleep(random.nextInt(900));
        } else {
            rig.load.server(rig.isthmus.awaitReady().get("internet"));
            // Counted in messages rather than in seconds, so that a slow machine means a longer test and not an easier one.
            rig.acknowledged(random.nextInt(40));
            Thread.sleep(random.nextInt(100));
        }
        rig.kill();
    }

    private static void judge(Rig rig) {
        KillLedger ledger = rig.ledger();
        System.out.printf("%d kills: %d messages acknowledged of %d sent, %d lost, %d duplicates, %d reports; seed %d%n",
                KILLS, rig.load.acknowledged().size(), rig.load.sent().size(), ledger.owed().size(), ledger.duplicates(), rig.senders.reports().size(), SEED);
        assertThat(rig.load.acknowledged().size()).as("enough load to mean something; latest refusal: " + rig.load.refusal()).isGreaterThan(KILLS);
        assertThat(rig.senders.reports()).as("failures to report").isNotEmpty();
        assertThat(ledger.findings()).as("seed " + SEED).isEmpty();
    }

    /// Deliveries to one domain and to the senders wait, those to the other are made: so messages and reports are in the spool when it is wiped.
    @Test
    void aWipedSpoolIsFoundAsLossesAndAsFailuresThatNobodyWasToldOf() throws Exception {
        try (Rig rig = new Rig(folder)) {
            rig.configure("delivery.suspended = [\"one.example\", \"sender.example\"]");
            rig.load.server(rig.isthmus.start().get("internet"));
            rig.load.start(4);
            rig.acknowledged(100);
            rig.load.close();
            Running.waitUntil("ghosts to be refused", () -> rig.ledger().owed(), () -> rig.ledger().owed().stream().noneMatch(one -> one.contains("user") && one.contains("two.example")));
            rig.kill();
            wipe(rig.isthmus.data().resolve("spool"));
            rig.configure("");
            rig.isthmus.start();
            rig.emptied();
            assertThat(rig.ledger().findings()).anyMatch(found -> found.startsWith("LOST: ")).anyMatch(found -> found.startsWith("failed and never reported: "));
        }
    }

    @Test
    void aSpoolThatIsPutBackIsFoundAsDuplicates() throws Exception {
        try (Rig rig = new Rig(folder)) {
            rig.configure("delivery.suspended = [\"*\"]");
            rig.load.server(rig.isthmus.start().get("internet"));
            rig.load.start(4);
            rig.acknowledged(30);
            rig.load.close();
            rig.kill();
            Path spool = rig.isthmus.data().resolve("spool");
            Path aside = folder.resolve("aside");
            copy(spool, aside);
            rig.configure("");
            rig.isthmus.start();
            rig.drained();
            assertThat(rig.ledger().findings()).isEmpty();
            rig.kill();
            wipe(spool);
            copy(aside, spool);
            rig.isthmus.start();
            rig.emptied();
            assertThat(rig.ledger(Duration.ZERO).findings()).anyMatch(found -> found.startsWith("delivered again though the first was long written down"));
        }
    }

    private static void wipe(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(one);
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path one : all.toList()) {
                Files.copy(one, to.resolve(from.relativize(one)));
            }
        }
    }
}
