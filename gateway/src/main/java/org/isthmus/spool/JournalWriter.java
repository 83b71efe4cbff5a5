// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes groups of records to the segment in use. Used by one actor.
///
/// A group is put together in memory and in the file behind the last record, and {@link #commit} forces it. If anything fails, the segment is left for good
/// ({@link #abandon}): nobody knows what of the group is on the disk, so the next segment begins with the word that none of it counts.
final class JournalWriter {
    private static final int BUFFER = 1 << 20;
    /// Room kept for a GONE record without its entries, and the END.
    private static final int KEPT = 2 * RecordHeader.SIZE + Block.SIZE + 8;

    private final Segments segments;
    private final ByteBuffer buffer;
    private final byte[] scratch = new byte[RecordHeader.SIZE];
    private final List<Blocks.Abort> aborts;
    private @Nullable Segment active;
    private volatile long sequence;
    private long groupFirst;
    /// Where the buffer's first byte goes.
    private int position;

    /// @param sequence of the last record that was ever written
    /// @param aborts to be written before anything else
    JournalWriter(Segments segments, int segmentSize, long sequence, List<Blocks.Abort> aborts) {
        this.segments = segments;
        this.buffer = ByteBuffer.allocateDirect(Math.min(BUFFER, Math.max(4096, segmentSize)));
        this.sequence = sequence;
        this.groupFirst = sequence + 1;
        this.aborts = new ArrayList<>(aborts);
    }

    /// Of the last record.
    long sequence() {
        return sequence;
    }

    @Nullable Segment active() {
        return active;
    }

    /// The segment for the records that follow. Between groups only.
    /// @param needed bytes that the first of them takes
    Segment open(int needed) throws IOException {
        Segment now = active;
        if (now == null || now.size() - now.end() < needed) {
            if (now != null) {
                active = null;
                now.written(false);
            }
            now = fresh(needed);
            active = now;
        }
        position = now.end();
        groupFirst = sequence + 1;
        buffer.clear();
        return now;
    }

    private Segment fresh(int needed) throws IOException {
        Segment segment = segments.take(needed + 128 + 24 * aborts.size());
        if (!aborts.isEmpty()) {
            position = segment.end();
            groupFirst = sequence + 1;
            buffer.clear();
            Payload payload = new Payload(64 + 24 * aborts.size());
            payload.aborts(aborts);
            try {
                put(segment, RecordType.ABORT, payload.seal());
                commit(segment);
            } catch (IOException e) {
                condemn(segment);
                throw e;
            }
            aborts.clear();
        }
        return segment;
    }

    /// Bytes that a record takes, with what must fit behind it.
    /// @param gone how many messages the group's GONE record will name
    static int needed(int payloadLength, int gone) {
        return RecordHeader.SIZE + payloadLength + KEPT + 16 * gone;
    }

    /// True if the group can take a record too.
    boolean fits(int needed) {
        return active != null && active.size() - position - buffer.position() >= needed;
    }

    /// Adds a record to the group.
    /// @return where its payload stands in the segment's file
    int put(RecordType type, Payload payload) throws IOException {
        if (active == null) {
            throw new IllegalStateException("no segment");
        }
        return put(active, type, payload);
    }

    private int put(Segment segment, RecordType type, Payload payload) throws IOException {
        long next = sequence + 1;
        sequence = next;
        header(segment, new RecordHeader(type, payload.length(), next, (int) (next - groupFirst), payload.crc()));
        int at = position + buffer.position();
        bytes(segment, payload.head(), payload.headLength());
        bytes(segment, payload.tail(), payload.tailLength());
        bytes(segment, new byte[payload.padding()], payload.padding());
        return at;
    }

    /// Adds a record with nothing in it.
    void mark() throws IOException {
        if (active != null) {
            long next = sequence + 1;
            sequence = next;
            header(active, new RecordHeader(RecordType.MARK, 0, next, (int) (next - groupFirst), 0));
        }
    }

    /// Makes the group durable.
    Segment commit() throws IOException {
        if (active == null) {
            throw new IllegalStateException("no segment");
        }
        commit(active);
        return active;
    }

    private void commit(Segment segment) throws IOException {
        int end = position + buffer.position();
        header(segment, new RecordHeader(RecordType.END, 0, sequence + 1, (int) (sequence + 1 - groupFirst), 0));
        flush(segment);
        segment.file().force(false);
        segment.advance(end, sequence);
        position = end;
        groupFirst = sequence + 1;
    }

    /// After a failure: leaves the segment, and tries once to say in a fresh one that the group does not count.
    /// @return true if that is durable, so that nothing of the group can come back
    boolean abandon() {
        if (active != null) {
            condemn(active);
            active = null;
        }
        try {
            active = fresh(KEPT);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void condemn(Segment segment) {
        segment.suspect(true);
        segment.written(false);
        // Nothing is ever written behind it, so that the whole rest of the segment is meant.
        aborts.add(new Blocks.Abort(segment.life(), groupFirst, Long.MAX_VALUE));
    }

    private void header(Segment segment, RecordHeader header) throws IOException {
        if (buffer.remaining() < RecordHeader.SIZE) {
            flush(segment);
        }
        header.write(buffer, segment.life(), scratch);
    }

    private void bytes(Segment segment, byte[] from, int length) throws IOException {
        int at = 0;
        while (at < length) {
            if (!buffer.hasRemaining()) {
                flush(segment);
            }
            int part = Math.min(length - at, buffer.remaining());
            buffer.put(from, at, part);
            at += part;
        }
    }

    private void flush(Segment segment) throws IOException {
        int length = buffer.position();
        segment.file().write(buffer.flip(), position);
        position += length;
        buffer.clear();
    }
}
