// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.isthmus.config.Settings;
import org.isthmus.directory.AddressKey;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.tracking.Event;
import org.isthmus.tracking.Tracker;
import org.isthmus.transit.Report;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Alerts as they reach people. One actor decides, writes and posts; what is raised while it is busy waits in a bounded channel.
public final class AlertDesk implements Alerts, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(AlertDesk.class);
    /// Letters at once within an hour; the rest goes into the digest.
    static final int MOST_LETTERS = 5;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int INBOX = 1000;
    private static final int MOST_NOTES = 500;
    private static final int MOST_KNOWN = 5000;
    private static final int MOST_UNSENT = 20;
    private static final Duration AGAIN = Duration.ofSeconds(30);

    private final Supplier<Settings> settings;
    private final Time time;
    private final Tracker tracker;
    private final Outbox outbox;
    private final Consumer<Alert> hooks;
    private final Channel<Item> inbox;
    private final Threads threads;
    private Threads.@Nullable Actor actor;

    /// When each was last raised, the one that was quiet for longest first.
    private final Map<String, Duration> raised = new LinkedHashMap<>();
    private final Deque<Duration> letters = new ArrayDeque<>();
    private final Map<String, Note> notes = new LinkedHashMap<>();
    private final Deque<Report> unsent = new ArrayDeque<>();
    private long unnoted;
    private int written;
    private @Nullable Duration digest;

    private sealed interface Item {
        record Raised(Alert alert) implements Item {}

        record Noted(Alert alert) implements Item {}

        record Stop() implements Item {}
    }

    private record Note(long count, Alert last) {}

    /// @param outbox where letters to the postmaster are posted
    /// @param hooks hears of each alert, for webhooks; must not wait
    public AlertDesk(Supplier<Settings> settings, Time time, Threads threads, Tracker tracker, Outbox outbox, Consumer<Alert> hooks) {
        this.settings = settings;
        this.time = time;
        this.threads = threads;
        this.tracker = tracker;
        this.outbox = outbox;
        this.hooks = hooks;
        this.inbox = threads.channel(INBOX);
    }

    /// Begins.
    public void start() {
        actor = threads.start("alerts", this::work);
    }

    @Override
    public void raise(Alert alert) {
        if (!inbox.offer(new Item.Raised(alert))) {
            LOG.warn("too many alerts at once; not told: {}", alert.subject());
        }
    }

    @Override
    public void note(Alert note) {
        if (!inbox.offer(new Item.Noted(note))) {
            LOG.warn("too many alerts at once; not noted: {}", note.subject());
        }
    }

    private void work() {
        try {
            while (true) {
                Item item = digest == null && unsent.isEmpty() ? inbox.receive() : inbox.receive(untilNextDuty());
                if (item instanceof Item.Stop) {
                    return;
                }
                if (item != null) {
                    take(item);
                }
                duties();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration untilNextDuty() {
        if (!unsent.isEmpty()) {
            return AGAIN;
        }
        Duration left = digest == null ? HOUR : digest.minus(time.elapsed());
        return left.isNegative() ? Duration.ZERO : left;
    }

    private void take(Item item) {
        try {
            switch (item) {
                case Item.Raised(Alert alert) -> decide(alert);
                case Item.Noted(Alert alert) -> later(alert);
                case Item.Stop stop -> { }
            }
        } catch (RuntimeException e) {
            LOG.error("internal error in an alert", e);
        }
    }

    private void decide(Alert alert) {
        Duration now = time.elapsed();
        Duration before = raised.remove(alert.about());
        raised.put(alert.about(), now);
        if (raised.size() > MOST_KNOWN) {
            raised.remove(raised.keySet().iterator().next());
        }
        while (!letters.isEmpty() && now.minus(letters.getFirst()).compareTo(HOUR) >= 0) {
            letters.removeFirst();
        }
        boolean fresh = before != null && now.minus(before).compareTo(HOUR) < 0;
        if (fresh || letters.size() >= MOST_LETTERS) {
            LOG.info("for the next digest: {}", alert.subject());
            later(alert);
            return;
        }
        letters.addLast(now);
        LOG.warn("alert: {}", alert.subject());
        tracker.record(new Event.Noted(alert.at(), "alert", alert.subject()));
        hooks.accept(alert);
        if (!isPostmasters(alert)) {
            post(alert.subject(), alert.text());
        }
    }

    private boolean isPostmasters(Alert alert) {
        return alert.concerned() != null && AddressKey.same(alert.concerned(), settings.get().connector().postmaster());
    }

    private void later(Alert alert) {
        if (isPostmasters(alert)) {
            return;
        }
        Note before = notes.get(alert.about());
        if (before == null && notes.size() >= MOST_NOTES) {
            unnoted++;
        } else {
            notes.put(alert.about(), new Note(before == null ? 1 : before.count() + 1, alert));
        }
        if (digest == null) {
            digest = time.elapsed().plus(HOUR);
        }
    }

    private void duties() {
        try {
            if (digest != null && time.elapsed().compareTo(digest) >= 0) {
                digest = null;
                digest();
            }
            send();
        } catch (RuntimeException e) {
            LOG.error("internal error in a digest", e);
        }
    }

    private void digest() {
        StringBuilder text = new StringBuilder("What happened within the hour, beyond what you were told at once.\n\n");
        notes.forEach((about, note) -> {
            text.append(note.count() == 1 ? "once" : note.count() + " times").append(", last at ").append(note.last().at()).append(":\n  ")
                    .append(note.last().subject()).append("\n\n");
        });
        if (unnoted > 0) {
            text.append("and ").append(unnoted).append(" others, too many to name; isthmus loops list has them.\n\n");
        }
        text.append("isthmus loops list shows all; isthmus loops show ID tells the whole of one.\n");
        int count = notes.size();
        notes.clear();
        unnoted = 0;
        post("loop control, hourly digest: " + count + (count == 1 ? " matter" : " matters"), text.toString());
    }

    private void post(String subject, String text) {
        Instant now = time.now();
        unsent.addLast(PostmasterLetter.write(settings.get(), now, String.valueOf(++written), subject, text));
        if (unsent.size() > MOST_UNSENT) {
            unsent.removeFirst();
        }
        send();
    }

    private void send() {
        while (!unsent.isEmpty()) {
            try {
                outbox.post(unsent.getFirst());
                unsent.removeFirst();
            } catch (IOException e) {
                LOG.warn("a letter to the postmaster cannot be stored now: {}", e.toString());
                return;
            }
        }
    }

    /// Writes what waits for the next digest now, and ends.
    @Override
    public void close() {
        Threads.Actor working = actor;
        if (working == null) {
            return;
        }
        try {
            inbox.send(new Item.Stop());
            working.join();
            if (digest != null) {
                digest();
            }
        } catch (InterruptedException e) {
            working.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
