// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.syntax.SipHash;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The entries of a {@link Ledger}: up to eight volumes, what of the newest is not written yet, and the actor that writes it. The lock is never held across the disk.
final class LedgerFiles implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerFiles.class);

    /// Entries that wait for a disk in trouble.
    static final int TAIL = 8192;
    private static final int VOLUMES = 8;
    private static final int BATCH = 256;
    /// Entries that a question looks at, newest first.
    private static final int LOOKED_AT = 64;
    /// More than this would need more than 32 MiB of heap.
    private static final long MOST_OCTETS = 256L << 20;
    private static final Duration AFTER_TROUBLE = Duration.ofMinutes(1);
    /// Entries gather for so long before they are written: one write for many, and what a killed process loses of them is found one pass later.
    private static final Duration GATHER = Duration.ofMillis(100);

    private final Disk disk;
    private final Time time;
    private final Path folder;
    private final LongSupplier limit;
    private final SipHash.Key key;
    private final Channel<Boolean> wake;
    private final Threads.Actor writer;

    private final ReentrantLock lock = new ReentrantLock();
    private final List<LedgerVolume> volumes = new ArrayList<>();
    private final List<LedgerVolume> dropped = new ArrayList<>();
    /// The newest entries, each at the place of its number.
    private final byte[] tail = new byte[TAIL * LedgerRecord.SIZE];
    /// The number of the entry to come.
    private long next;
    /// What has a lower number is in its file, or lost.
    private long written;
    private long lost;
    private boolean closing;
    /// The writer knows that something waits.
    private boolean called;
    private volatile boolean closed;

    LedgerFiles(Disk disk, Time time, Threads threads, Path folder, LongSupplier limit, SipHash.Key key) {
        this.disk = disk;
        this.time = time;
        this.folder = folder;
        this.limit = limit;
        this.key = key;
        load();
        wake = threads.channel(1);
        writer = threads.startOnOwnThread("ledger", this::write);
    }

    private void load() {
        try {
            for (String name : disk.list(folder)) {
                if (name.endsWith(LedgerVolume.SUFFIX)) {
                    load(name);
                }
            }
        } catch (IOException e) {
            LOG.warn("{}: cannot be read ({}); what went out before this start will be known again by its trace alone", folder, e.toString());
        }
        LedgerVolume last = volumes.isEmpty() ? null : volumes.getLast();
        next = last == null ? 0 : last.base + last.count;
        written = next;
        if (last == null || last.isFull()) {
            turn();
        }
    }

    private void load(String name) throws IOException {
        long base = volumes.isEmpty() ? 0 : volumes.getLast().base + volumes.getLast().capacity;
        LedgerVolume volume = LedgerVolume.load(disk, folder, name, base, capacity(), key);
        if (volume == null) {
            LOG.info("{}: not of this ledger; removed", folder.resolve(name));
            disk.delete(folder.resolve(name));
        } else {
            volumes.add(volume);
        }
    }

    private long limit() {
        return Math.min(limit.getAsLong(), MOST_OCTETS);
    }

    boolean isKept() {
        return limit.getAsLong() > 0;
    }

    private int capacity() {
        return (int) Math.max(16, limit() / VOLUMES / LedgerRecord.SIZE - 1);
    }

    /// Begins a new volume. Under the lock, or alone.
    private void turn() {
        int capacity = capacity();
        long number = volumes.isEmpty() ? 1 : volumes.getLast().number + 1;
        long base = volumes.isEmpty() ? 0 : volumes.getLast().base + volumes.getLast().capacity;
        volumes.add(new LedgerVolume(folder, number, base, capacity));
        next = base;
        long octets = volumes.stream().mapToLong(LedgerVolume::octets).sum() + (capacity + 1L) * LedgerRecord.SIZE;
        while (volumes.size() > 1 && (volumes.size() > VOLUMES || octets > limit() + LedgerRecord.SIZE)) {
            LedgerVolume oldest = volumes.removeFirst();
            octets -= oldest.octets();
            dropped.add(oldest);
        }
    }

    /// Adds an entry. Never waits.
    void add(Departure departure) {
        if (!isKept()) {
            return;
        }
        boolean call;
        lock.lock();
        try {
            if (closing) {
                return;
            }
            call = !called;
            called = true;
            if (volumes.getLast().isFull()) {
                turn();
            }
            LedgerVolume active = volumes.getLast();
            int place = active.count++;
            active.add(place, departure, key);
            next = active.base + place;
            if (next - written >= TAIL) {
                // The disk is in trouble: the oldest that waits gives way.
                written = next - TAIL + 1;
                lost++;
            }
            LedgerRecord.write(departure, tail, tailed(next));
            next++;
        } finally {
            lock.unlock();
        }
        if (call) {
            wake.offer(true);
        }
    }

    private static int tailed(long number) {
        return (int) (number % TAIL) * LedgerRecord.SIZE;
    }

    /// A record that may be the one: its place, and its octets if they are in memory.
    private record Candidate(LedgerVolume volume, int place, byte @Nullable [] octets) {}

    /// Reads every entry that was put in under a hash, and perhaps others; newest first, at most {@value #LOOKED_AT}.
    void find(long hash, Consumer<Departure> found) {
        for (Candidate candidate : candidates(hash)) {
            Departure departure = read(candidate);
            if (departure != null) {
                found.accept(departure);
            }
        }
    }

    private List<Candidate> candidates(long hash) {
        List<Candidate> candidates = new ArrayList<>(0);
        lock.lock();
        try {
            for (int i = volumes.size() - 1; i >= 0 && candidates.size() < LOOKED_AT; i--) {
                candidates(volumes.get(i), hash, candidates);
            }
        } finally {
            lock.unlock();
        }
        return candidates;
    }

    /// Adds the newest ones of a volume.
    private void candidates(LedgerVolume volume, long hash, List<Candidate> to) {
        // Nearly always there is none.
        ArrayDeque<Integer> places = new ArrayDeque<>(0);
        volume.index.find(hash, place -> {
            if (places.size() == LOOKED_AT) {
                places.removeFirst();
            }
            places.addLast(place);
        });
        while (!places.isEmpty() && to.size() < LOOKED_AT) {
            int place = places.removeLast();
            long number = volume.base + place;
            to.add(new Candidate(volume, place, number < written ? null : Arrays.copyOfRange(tail, tailed(number), tailed(number) + LedgerRecord.SIZE)));
        }
    }

    private static @Nullable Departure read(Candidate candidate) {
        byte[] octets = candidate.octets();
        if (octets == null) {
            Disk.File file = candidate.volume().file;
            ByteBuffer into = ByteBuffer.allocate(LedgerRecord.SIZE);
            try {
                if (file == null || file.read(into, LedgerVolume.position(candidate.place())) < LedgerRecord.SIZE) {
                    return null;
                }
            } catch (IOException e) {
                LOG.debug("{}: {}", candidate.volume().path, e.toString());
                return null;
            }
            octets = into.array();
        }
        return LedgerRecord.read(octets, 0);
    }

    Ledger.Depth depth() {
        lock.lock();
        try {
            long entries = 0;
            long octets = 0;
            Instant since = null;
            for (LedgerVolume volume : volumes) {
                entries += volume.count;
                octets += volume.octets();
                Instant oldest = volume.oldest;
                since = oldest != null && (since == null || oldest.isBefore(since)) ? oldest : since;
            }
            return new Ledger.Depth(entries, octets, since, lost);
        } finally {
            lock.unlock();
        }
    }

    /// The writing actor.
    private void write() {
        Duration rest = Duration.ZERO;
        try {
            while (!closed) {
                Duration left = rest.minus(time.elapsed());
                if (rest.isZero()) {
                    wake.receive();
                    gather();
                } else if (left.isPositive()) {
                    wake.receive(left);
                    continue;
                }
                rest = drain(rest.isZero()) ? Duration.ZERO : time.elapsed().plus(AFTER_TROUBLE);
            }
        } catch (InterruptedException e) {
            LOG.debug("the writer of {} was interrupted", folder);
        }
    }

    private void gather() throws InterruptedException {
        if (!closed) {
            time.sleep(GATHER);
        }
    }

    /// Writes what waits.
    /// @return whether the disk took it
    private boolean drain(boolean tell) {
        try {
            while (true) {
                removeDropped();
                Batch batch = batch();
                if (batch == null) {
                    return true;
                }
                Disk.File file = batch.volume().opened(disk, key);
                file.write(ByteBuffer.wrap(batch.octets()), LedgerVolume.position(batch.place()));
                done(batch);
                if (batch.fills()) {
                    file.force(true);
                }
            }
        } catch (IOException e) {
            if (tell) {
                LOG.warn("{}: cannot be written ({}); the newest {} entries stay in memory until it can. Mail goes on", folder, e.toString(), TAIL);
            }
            return false;
        }
    }

    /// Records in a row of one volume.
    private record Batch(LedgerVolume volume, int place, byte[] octets, long end, boolean fills) {}

    private @Nullable Batch batch() {
        lock.lock();
        try {
            LedgerVolume volume = null;
            for (LedgerVolume one : volumes) {
                if (written < one.base + one.count) {
                    volume = one;
                    break;
                }
            }
            if (volume == null) {
                called = false;
                return null;
            }
            // Behind the last record of a volume, numbers go on with the first of the next.
            long first = Math.max(written, volume.base);
            long end = Math.min(first + BATCH, volume.base + volume.count);
            byte[] octets = new byte[(int) (end - first) * LedgerRecord.SIZE];
            for (long number = first; number < end; number++) {
                System.arraycopy(tail, tailed(number), octets, (int) (number - first) * LedgerRecord.SIZE, LedgerRecord.SIZE);
            }
            return new Batch(volume, (int) (first - volume.base), octets, end, end == volume.base + volume.capacity);
        } finally {
            lock.unlock();
        }
    }

    private void done(Batch batch) {
        lock.lock();
        try {
            written = Math.max(written, batch.end());
        } finally {
            lock.unlock();
        }
    }

    private void removeDropped() throws IOException {
        List<LedgerVolume> gone;
        lock.lock();
        try {
            gone = List.copyOf(dropped);
            dropped.clear();
        } finally {
            lock.unlock();
        }
        for (LedgerVolume volume : gone) {
            Disk.File file = volume.file;
            if (file != null) {
                file.close();
            }
            disk.delete(volume.path);
        }
    }

    /// Writes down what it has in hand.
    @Override
    public void close() {
        lock.lock();
        try {
            if (closing) {
                return;
            }
            closing = true;
        } finally {
            lock.unlock();
        }
        closed = true;
        wake.offer(true);
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        drain(true);
        for (LedgerVolume volume : volumes) {
            close(volume);
        }
    }

    private static void close(LedgerVolume volume) {
        Disk.File file = volume.file;
        if (file != null) {
            try (file) {
                file.force(true);
            } catch (IOException e) {
                LOG.warn("{}: {}", volume.path, e.toString());
            }
        }
    }
}
