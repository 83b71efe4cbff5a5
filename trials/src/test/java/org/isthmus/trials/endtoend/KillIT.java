// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SIGKILL to the real process, again and again at random moments under load, on one data folder. What a client was told is kept is delivered; nothing is delivered that was not sent; and a
/// duplicate is only what RFC 1047 cannot avoid: at most one per recipient in each life of the process.
class KillIT {
    private static final int KILLS = Integer.getInteger("isthmus.kills", Boolean.getBoolean("isthmus.long") ? 1000 : 25);
    private static final long SEED = Long.getLong("isthmus.seed", System.nanoTime());

    @TempDir
    Path folder;

    @Test
    void noAcknowledgedMessageIsLostHoweverOftenTheProcessIsKilled() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        try (MailSink first = new MailSink("127.0.0.1", 0);
                MailSink second = new MailSink("127.0.0.1", 20);
                Isthmus isthmus = new Isthmus(folder);
                Load load = new Load(List.of("one.example", "two.example"), SEED)) {
            isthmus.configure("""
                    listeners { internet { address = "127.0.0.1:0" } }
                    domains {
                      "one.example" { recipients = any, deliver-to = first }
                      "two.example" { recipients = any, deliver-to = second }
                    }
                    next-hops { first { url = "smtp://127.0.0.1:%d" }, second { url = "smtp://127.0.0.1:%d" } }
                    queue { retry = [1s] }
                    """.formatted(first.port(), second.port()));
            isthmus.start();
            // An orderly stop, because it leaves the class archive that makes later starts quick.
            assertThat(isthmus.stop()).as("%s", isthmus.lines()).isZero();
            load.start(12);
            for (int kill = 0; kill < KILLS; kill++) {
                isthmus.launch();
                // One in six does not live to see its listeners: it dies in recovery.
                if (random.nextInt(6) == 0) {
                    Thread.sleep(random.nextInt(900));
                } else {
                    load.server(isthmus.awaitReady().get("internet"));
                    // Counted in messages rather than in seconds, so that a slow machine means a longer test and not an easier one.
                    int enough = load.acknowledged().size() + random.nextInt(40);
                    Running.waitUntil("messages to be acknowledged", () -> load.refusal() + "\n" + isthmus.lines(), () -> load.acknowledged().size() >= enough);
                    Thread.sleep(random.nextInt(100));
                }
                isthmus.kill();
                load.server(null);
                first.settle();
                second.settle();
            }
            load.close();
            isthmus.start();
            drained(isthmus, load, first, second);
            assertThat(isthmus.stop()).as("%s", isthmus.lines()).isZero();
            judge(load, first, second);
            Running.Result verified = isthmus.cli("spool", "verify");
            assertThat(verified.exit()).as(verified.output()).isZero();
        }
    }

    /// Waits until everything that is owed has arrived; how long depends on the backlog, so it may go on as long as it goes forward.
    private static void drained(Isthmus isthmus, Load load, MailSink... sinks) throws Exception {
        int missing = missing(load, sinks).size();
        while (missing > 0) {
            int before = missing;
            Running.waitUntil("more deliveries", () -> missing(load, sinks) + "\n" + isthmus.lines(), () -> missing(load, sinks).size() < before);
            missing = missing(load, sinks).size();
        }
        // What was taken but never acknowledged is delivered too, because the answer may have been lost on the way; nothing may stay behind.
        Running.waitUntil("an empty queue", () -> "", () -> empty(isthmus));
    }

    private static boolean empty(Isthmus isthmus) {
        try {
            Running.Result status = isthmus.cli("status", "-o", "json");
            return status.exit() == 0 && status.output().replaceAll("\\s", "").contains("\"messages\":0");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Set<String> missing(Load load, MailSink... sinks) {
        Set<String> missing = new HashSet<>();
        load.acknowledged().forEach((id, entry) -> entry.recipients().forEach(recipient -> missing.add(id + " " + recipient)));
        for (MailSink sink : sinks) {
            sink.deliveries().forEach(delivery -> missing.remove(delivery.id() + " " + delivery.recipient()));
        }
        return missing;
    }

    private static void judge(Load load, MailSink... sinks) {
        assertThat(load.acknowledged().size()).as("enough load to mean something; latest refusal: " + load.refusal()).isGreaterThan(KILLS);
        assertThat(missing(load, sinks)).as("acknowledged and not delivered, seed " + SEED).isEmpty();
        Map<String, Integer> perLife = new HashMap<>();
        for (MailSink sink : sinks) {
            for (MailSink.Delivery delivery : sink.deliveries()) {
                Load.Entry entry = load.sent().get(delivery.id());
                assertThat(entry).as("delivered but never sent: " + delivery).isNotNull();
                assertThat(delivery.hash()).as("changed on the way: " + delivery).isEqualTo(entry.hash());
                assertThat(entry.recipients()).as("somebody else's: " + delivery).contains(delivery.recipient());
                perLife.merge(delivery.id() + " " + delivery.recipient() + " in life " + delivery.life(), 1, Integer::sum);
            }
        }
        long extra = perLife.size() - perLife.keySet().stream().map(key -> key.substring(0, key.indexOf(" in life "))).distinct().count();
        System.out.printf("%d kills: %d messages acknowledged of %d sent, %d duplicates; seed %d%n", KILLS, load.acknowledged().size(), load.sent().size(), extra, SEED);
        perLife.values().removeIf(count -> count == 1);
        assertThat(perLife).as("delivered more than once by one process, seed " + SEED).isEmpty();
    }
}
