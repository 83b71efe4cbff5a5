// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.isthmus.config.Settings;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tracking log: day files of JSON lines in {@code <data>/tracking}, written by one actor.
///
/// Facts from the journal come through {@link #accept}, in order, and are all kept: each carries its journal sequence, {@link #durable} tells the last one that would
/// survive a crash, and what is repeated after a start is recognised by its sequence and not written twice. Refusals and notes come through {@link #record}, which never
/// waits; when too many wait to be written, further ones are counted, and the count is recorded. Everything is forced within a second, or at {@link #force}.
///
/// Trouble with the disk never stops mail. A failed write or force leaves the file behind; what was not durable is written again to a new one, after a second and then
/// ever more seldom, and kept in memory until then, up to a bound; beyond it, it is counted as lost.
public final class TrackingLog implements Tracker, FactSink, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(TrackingLog.class);
    private static final Duration FORCE_EVERY = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration RETAIN_EVERY = Duration.ofHours(1);
    private static final int FORCE_AT = 1 << 20;
    private static final int MOST_PENDING = DayFiles.TAIL / 2;
    private static final int LONGEST_RECORD = DayFiles.TAIL / 4;
    private static final int INBOX = 8192;
    private static final int MOST_NOTES = 4096;
    private static final int AT_ONCE = 512;
    /// So long the writer lets others gather before it writes: being woken for each message would cost more than the writing.
    private static final Duration GATHER = Duration.ofMillis(10);
    private static final Needle ROUTED = new Needle("\"event\":\"routed\"");
    /// Octets of a line within which its kind stands.
    private static final int HEAD = 80;

    private final DayFiles files;
    private final MailLog mailLog;
    private final Counters.Tally tally = new Counters.Tally();
    private final Supplier<Settings.Tracking> limits;
    private final Supplier<Settings.Log> log;
    private final Time time;
    private final Threads threads;
    private final Channel<Item> inbox;
    private final AtomicInteger notesWaiting = new AtomicInteger();
    private final AtomicLong notesDropped = new AtomicLong();
    private final Glance glance = new Glance();
    private final Pending pending = new Pending();
    private final Threads.Actor writer;

    private volatile long lastAccepted;
    private volatile long durable;
    private volatile boolean closed;
    private long lastWritten;
    private Duration lastForce;
    private Duration forceEvery = FORCE_EVERY;
    private Duration lastRetain;
    private @Nullable IOException trouble;

    private sealed interface Item {
        record Facts(long sequence, byte[] lines) implements Item {}

        record Note(byte[] line) implements Item {}

        record Force(Channel<Result> done) implements Item {}

        record Stop() implements Item {}
    }

    private record Result(@Nullable IOException failure) {}

    private TrackingLog(Path data, Supplier<Settings.Tracking> limits, Supplier<Settings.Log> log, Disk disk, Time time, Threads threads) throws IOException {
        files = new DayFiles(folder(data), disk);
        mailLog = new MailLog(disk);
        this.limits = limits;
        this.log = log;
        this.time = time;
        this.threads = threads;
        inbox = threads.channel(INBOX);
        durable = files.recover();
        lastAccepted = durable;
        lastWritten = durable;
        lastForce = time.elapsed();
        lastRetain = time.elapsed();
        Instant now = time.now();
        files.retain(now, limits.get().keep(), limits.get().room().octets());
        files.resume(now, durable);
        writer = threads.startOnOwnThread("tracking", this::write);
    }

    /// Opens the log of a data folder, makes it whole if a crash tore its end, and starts the writer.
    /// @param limits asked each time, so that a reload takes effect
    /// @param log likewise, for the mail log
    public static TrackingLog open(
            Path data, Supplier<Settings.Tracking> limits, Supplier<Settings.Log> log, Disk disk, Time time, Threads threads) throws IOException {
        return new TrackingLog(data, limits, log, disk, time, threads);
    }

    /// Where the day files of a data folder are.
    public static Path folder(Path data) {
        return data.resolve("tracking");
    }

    @Override
    public void record(Event event) {
        if (closed) {
            return;
        }
        if (notesWaiting.incrementAndGet() > MOST_NOTES || !inbox.offer(new Item.Note(Facts.encode(event)))) {
            notesWaiting.decrementAndGet();
            notesDropped.incrementAndGet();
        }
    }

    /// Waits only if the disk has been slow for thousands of records.
    @Override
    public void accept(long sequence, byte[] facts) {
        if (closed || sequence <= lastAccepted) {
            return;
        }
        lastAccepted = sequence;
        try {
            inbox.send(new Item.Facts(sequence, facts));
        } catch (InterruptedException e) {
            // The journal still has it and repeats it at the next start; later ones must not hide the gap.
            closed = true;
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public long durable() {
        return durable;
    }

    /// @throws IOException if the disk does not take it now
    @Override
    public void force() throws IOException {
        Channel<Result> done = threads.channel(1);
        try {
            if (!closed) {
                inbox.send(new Item.Force(done));
            }
            Result result = null;
            while (result == null) {
                result = done.receive(FORCE_EVERY);
                if (result == null && closed) {
                    throw new IOException("the tracking log is closed");
                }
            }
            if (result.failure() != null) {
                throw new IOException("tracking is not durable: " + result.failure().getMessage(), result.failure());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /// What was counted since the start; behind the events by a second at most.
    public Counters counters() {
        return tally.counters();
    }

    /// Writes and forces what has come so far, and ends.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        try {
            inbox.send(new Item.Stop());
            writer.join();
        } catch (InterruptedException e) {
            writer.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        List<Item> items = new ArrayList<>();
        try {
            boolean going = true;
            while (going) {
                Item first = inbox.receive(untilNextDuty());
                if (first != null) {
                    items.add(first);
                    gather(first);
                    inbox.drainTo(items, AT_ONCE);
                }
                for (Item item : items) {
                    going &= takeSafely(item);
                }
                items.clear();
                duties();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closed = true;
            force(time.now());
            files.close();
            mailLog.close();
        }
    }

    private void gather(Item first) throws InterruptedException {
        switch (first) {
            case Item.Facts facts -> time.sleep(GATHER);
            case Item.Note note -> time.sleep(GATHER);
            case Item.Force force -> {}
            case Item.Stop stop -> {}
        }
    }

    private Duration untilNextDuty() {
        Duration next = pending.isEmpty() && notesDropped.get() == 0 ? lastRetain.plus(RETAIN_EVERY) : lastForce.plus(forceEvery);
        Duration wait = next.minus(time.elapsed());
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    /// A line that cannot be understood must not end the writer.
    private boolean takeSafely(Item item) {
        try {
            return take(item);
        } catch (RuntimeException e) {
            LOG.error("internal error while tracking", e);
            tally.lost(1);
            return true;
        }
    }

    /// @return false when it is time to end
    private boolean take(Item item) {
        switch (item) {
            case Item.Facts facts -> facts(facts);
            case Item.Note note -> {
                notesWaiting.decrementAndGet();
                add(-1, note.line());
            }
            case Item.Force wanted -> {
                force(time.now());
                wanted.done().offer(new Result(trouble));
            }
            case Item.Stop stop -> {
                return false;
            }
        }
        return true;
    }

    private void facts(Item.Facts facts) {
        if (facts.lines().length > LONGEST_RECORD) {
            tally.lost(1);
        } else {
            add(facts.sequence(), facts.lines());
        }
        lastWritten = facts.sequence();
    }

    private void add(long sequence, byte[] lines) {
        if (pending.size() > MOST_PENDING) {
            pending.drop(tally);
        }
        int start = 0;
        while (start < lines.length) {
            int end = start;
            while (end < lines.length && lines[end] != '\n') {
                end++;
            }
            pending.add(sequence, end + 1 < lines.length, lines, start, end);
            look(lines, start, end);
            start = end + 1;
        }
        if (pending.size() > FORCE_AT && trouble == null) {
            force(time.now());
        }
    }

    private void look(byte[] lines, int start, int end) {
        // How a recipient was routed concerns no counter, and what follows its outcome concerns no mail log either: the steps are the longest part of all that is recorded.
        boolean routed = ROUTED.find(lines, start, Math.min(end, start + HEAD)) >= 0;
        if (routed && log.get().mailLog() == null) {
            return;
        }
        if (glance.at(lines, start, end - start, routed)) {
            tally.count(glance);
            mailLog.add(glance);
        }
    }

    private void duties() {
        if (!pending.isEmpty() || notesDropped.get() > 0) {
            if (time.elapsed().minus(lastForce).compareTo(forceEvery) >= 0) {
                force(time.now());
            }
        }
        if (time.elapsed().minus(lastRetain).compareTo(RETAIN_EVERY) >= 0) {
            retain(time.now());
        }
    }

    /// Makes everything durable, or notes the trouble.
    private void force(Instant now) {
        lastForce = time.elapsed();
        noteDropped(now);
        mailLog.write(log.get().mailLog());
        try {
            if (files.isOver(now, limits.get().room().octets()) || !files.isOpen()) {
                turnOver(now);
            }
            if (!pending.isEmpty()) {
                files.append(pending.bytes());
                files.force();
            }
            pending.clear();
            durable = lastWritten;
            if (trouble != null) {
                LOG.info("tracking is written again");
                trouble = null;
                forceEvery = FORCE_EVERY;
            }
        } catch (IOException e) {
            // Nobody knows what a failed force left on the disk: the file is left, and all that was not durable is written to a new one.
            files.close();
            if (trouble == null) {
                LOG.error("cannot write the tracking log; mail goes on: {}", e.toString());
            } else {
                // Each try may leave a file behind.
                forceEvery = forceEvery.compareTo(LONGEST_PAUSE) < 0 ? forceEvery.multipliedBy(2) : LONGEST_PAUSE;
            }
            trouble = e;
        }
    }

    private void turnOver(Instant now) throws IOException {
        files.begin(now, durable);
        retain(now);
    }

    private void retain(Instant now) {
        lastRetain = time.elapsed();
        try {
            files.retain(now, limits.get().keep(), limits.get().room().octets());
        } catch (IOException e) {
            LOG.warn("cannot delete old tracking files: {}", e.toString());
        }
    }

    private void noteDropped(Instant now) {
        long dropped = notesDropped.getAndSet(0);
        if (dropped > 0) {
            tally.lost(dropped);
            byte[] line = Facts.encode(new Event.Noted(now, "tracking-lost", dropped + " events were not kept: too many at once"));
            pending.add(-1, false, line, 0, line.length - 1);
        }
    }

    /// Lines that are not durable yet.
    private static final class Pending {
        private byte[] bytes = new byte[64 << 10];
        private int length;
        private long lines;

        boolean isEmpty() {
            return length == 0;
        }

        int size() {
            return length;
        }

        void add(long sequence, boolean more, byte[] from, int start, int end) {
            byte[] head = sequence < 0 ? new byte[] {'{'}
                    : (DayFiles.SEQUENCE + sequence + "," + (more ? DayFiles.MORE : "")).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            int needed = length + head.length + end - start;
            if (needed > bytes.length) {
                bytes = java.util.Arrays.copyOf(bytes, Math.max(needed, bytes.length * 2));
            }
            System.arraycopy(head, 0, bytes, length, head.length);
            // The brace that begins the line is replaced by the head.
            System.arraycopy(from, start + 1, bytes, length + head.length, end - start - 1);
            bytes[needed - 1] = '\n';
            length = needed;
            lines++;
        }

        ByteBuffer bytes() {
            return ByteBuffer.wrap(bytes, 0, length);
        }

        void clear() {
            length = 0;
            lines = 0;
        }

        void drop(Counters.Tally tally) {
            tally.lost(lines);
            clear();
        }
    }
}
