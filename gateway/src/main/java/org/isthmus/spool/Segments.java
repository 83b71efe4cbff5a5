// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Entropy;
import org.jspecify.annotations.Nullable;

/// The segment files: makes them, hands them out, takes them back. A segment is made at its full size, filled with zeros and forced, so that a later force writes
/// bytes alone and no file system has to journal a file that grows.
final class Segments {
    /// Spare ones kept; more are deleted.
    private static final int SPARES = 2;

    /// Field: Linux 6.18 spends four to nine times the processor on fresh pages of ext4 when they are written 1 MiB at a time, for it looks for them in one piece.
    private static final int CHUNK = 32 << 10;

    private final Disk disk;
    private final Entropy entropy;
    private final Path folder;
    private final int size;
    private final LongSupplier idFloor;
    private final LongSupplier sequenceFloor;

    // Guarded by this; never held across a call of the disk.
    private final Map<Long, Segment> lives = new LinkedHashMap<>();
    private final Deque<Segment> spares = new ArrayDeque<>();
    private long generation;
    private long number;

    /// @param idFloor the greatest queue id given
    /// @param sequenceFloor the greatest sequence written
    Segments(Disk disk, Entropy entropy, Path folder, int size, LongSupplier idFloor, LongSupplier sequenceFloor) {
        this.disk = disk;
        this.entropy = entropy;
        this.folder = folder;
        this.size = size;
        this.idFloor = idFloor;
        this.sequenceFloor = sequenceFloor;
    }

    /// Takes over what recovery found. In the order of their records.
    synchronized void adopt(Segment segment, long fileNumber) {
        lives.put(segment.life(), segment);
        generation = Math.max(generation, segment.header().generation());
        number = Math.max(number, fileNumber);
    }

    /// Segments with records, oldest first; the last one may be in use.
    synchronized List<Segment> used() {
        return new ArrayList<>(lives.values());
    }

    synchronized boolean exists(long life) {
        return lives.containsKey(life);
    }

    synchronized int spares() {
        return spares.size();
    }

    /// A fresh segment, ready for records of this many bytes. It counts as written until the caller says otherwise.
    Segment take(int needed) throws IOException {
        Segment segment = spare(needed);
        if (segment == null) {
            // Somebody waits for it, so it is small unless it must not be; the keeper makes full ones ahead of need.
            segment = create((int) Math.max(Math.min(size, 4L << 20), Math.addExact(needed, SegmentHeader.FIRST_RECORD)));
        }
        segment.written(true);
        synchronized (this) {
            lives.put(segment.life(), segment);
        }
        return segment;
    }

    private synchronized @Nullable Segment spare(int needed) {
        Segment first = spares.peek();
        return first != null && first.size() - SegmentHeader.FIRST_RECORD >= needed ? spares.poll() : null;
    }

    /// Makes a spare one if there is none.
    void prepare() throws IOException {
        if (spares() == 0) {
            Segment fresh = create(size);
            synchronized (this) {
                spares.add(fresh);
            }
        }
    }

    private Segment create(int bytes) throws IOException {
        Path path = folder.resolve(nextName());
        Disk.File file = disk.create(path);
        try {
            SegmentHeader header = nextHeader(bytes);
            ByteBuffer zeros = ByteBuffer.allocate(Math.min(CHUNK, bytes));
            for (long at = 0; at < bytes; at += zeros.capacity()) {
                file.write(zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at)), at);
            }
            header.write(file);
            writeEnd(file, header);
            file.force(true);
            disk.forceFolder(folder);
            return new Segment(path, file, header);
        } catch (IOException e) {
            discard(path, file);
            throw e;
        }
    }

    private void discard(Path path, Disk.File file) {
        try {
            file.close();
            disk.delete(path);
        } catch (IOException e) {
            // Recovery finds a segment without records and uses it.
        }
    }

    private synchronized String nextName() {
        return String.format("%010d.seg", ++number);
    }

    private synchronized SegmentHeader nextHeader(int bytes) {
        byte[] chance = new byte[8];
        long life;
        do {
            entropy.fill(chance);
            life = ByteBuffer.wrap(chance).getLong();
        } while (life == 0 || lives.containsKey(life));
        return new SegmentHeader(bytes, ++generation, life, idFloor.getAsLong(), sequenceFloor.getAsLong());
    }

    private static void writeEnd(Disk.File file, SegmentHeader header) throws IOException {
        ByteBuffer end = ByteBuffer.allocate(RecordHeader.SIZE);
        new RecordHeader(RecordType.END, 0, 0, 0, 0).write(end, header.life(), new byte[RecordHeader.SIZE]);
        file.write(end.flip(), SegmentHeader.FIRST_RECORD);
    }

    /// Ends a segment's life: nothing in it is needed. When this returns, none of its records can come back. If it fails, it must be tried again.
    void retire(Segment segment) throws IOException {
        segment.retire();
        if (segment.suspect() || segment.size() != size || spares() >= SPARES) {
            segment.file().close();
            disk.delete(segment.path());
            disk.forceFolder(folder);
            forget(segment);
        } else {
            Segment fresh;
            try {
                fresh = renew(segment);
            } catch (IOException e) {
                // Nobody knows which life the file has now; the next attempt deletes it.
                segment.suspect(true);
                throw e;
            }
            forget(segment);
            synchronized (this) {
                spares.add(fresh);
            }
        }
    }

    private synchronized void forget(Segment segment) {
        lives.remove(segment.life());
    }

    /// Gives the file a new life. The header is forced before the end mark is written over the first record, so that at no moment that record is missing from a
    /// segment that still counts.
    private Segment renew(Segment segment) throws IOException {
        SegmentHeader header = nextHeader(segment.size());
        header.write(segment.file());
        segment.file().force(false);
        writeEnd(segment.file(), header);
        segment.file().force(false);
        return new Segment(segment.path(), segment.file(), header);
    }

    /// Takes over a file that recovery found without records.
    void adoptSpare(Path path, Disk.File file, int bytes, long fileNumber) throws IOException {
        synchronized (this) {
            number = Math.max(number, fileNumber);
        }
        if (bytes != size || spares() >= SPARES) {
            file.close();
            disk.delete(path);
        } else {
            SegmentHeader header = nextHeader(bytes);
            header.write(file);
            // Its making may have been cut short: neither its length nor its name need be durable yet.
            file.force(true);
            disk.forceFolder(folder);
            writeEnd(file, header);
            file.force(false);
            synchronized (this) {
                spares.add(new Segment(path, file, header));
            }
        }
    }

    void close() throws IOException {
        List<Segment> all = used();
        synchronized (this) {
            all.addAll(spares);
        }
        for (Segment segment : all) {
            segment.file().close();
        }
    }
}
