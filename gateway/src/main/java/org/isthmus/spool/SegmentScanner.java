// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.isthmus.platform.Disk;
import org.jspecify.annotations.Nullable;

/// Reads a segment from its first record to the end of what was written, over whatever lies between. Time is linear in the size of the file.
final class SegmentScanner {
    private static final int WINDOW = 1 << 20;
    /// Sequences that can lie between two neighbours; a greater leap is no record of ours.
    private static final long LEAP = 1L << 40;

    /// Told of what is found, in order.
    interface Visitor {
        /// A whole record.
        /// @param at where it begins in the file
        /// @param bytes holds the payload; good until the visitor returns
        /// @param payloadAt where in the bytes
        void record(RecordHeader header, int at, byte[] bytes, int payloadAt) throws IOException;

        /// Bytes between records, or behind them, that should be a record.
        void hole(Hole hole) throws IOException;
    }

    /// @param from where it begins in the file
    /// @param to where it ends
    /// @param sequence that a record here would have at least; -1 if the hole is the first thing in the segment
    /// @param header of the record whose payload is bad; null if not even its header is good
    /// @param last nothing follows it
    record Hole(int from, int to, long sequence, @Nullable RecordHeader header, boolean last) {}

    private final Disk.File file;
    private final long life;
    private final int limit;
    private final byte[] empty = {};
    private byte[] window = empty;
    private int start;
    private int length;

    /// @param limit nothing behind this place in the file is looked at
    SegmentScanner(Disk.File file, long life, int limit) {
        this.file = file;
        this.life = life;
        this.limit = limit;
    }

    /// Reads all; says where the last record ends.
    int scan(Visitor visitor) throws IOException {
        int at = SegmentHeader.FIRST_RECORD;
        long expected = -1;
        while (true) {
            RecordHeader header = header(at);
            if (header == null || !plausible(header, expected)) {
                int next = resynchronise(at + 8, expected);
                if (next < 0) {
                    if (at < limit) {
                        visitor.hole(new Hole(at, limit, expected, null, true));
                    }
                    return at;
                }
                visitor.hole(new Hole(at, next, expected, null, false));
                at = next;
            } else if (header.type() == RecordType.END) {
                return at;
            } else {
                visit(visitor, header, at);
                at += RecordHeader.SIZE + header.length();
                expected = header.sequence() + 1;
            }
        }
    }

    private void visit(Visitor visitor, RecordHeader header, int at) throws IOException {
        load(at, RecordHeader.SIZE + header.length());
        int payloadAt = at - start + RecordHeader.SIZE;
        if (Checksum.of(window, payloadAt, header.length()) == header.crc()) {
            visitor.record(header, at, window, payloadAt);
        } else {
            int to = at + RecordHeader.SIZE + header.length();
            visitor.hole(new Hole(at, to, header.sequence(), header, false));
        }
    }

    private @Nullable RecordHeader header(int at) throws IOException {
        if (at > limit - RecordHeader.SIZE || !load(at, RecordHeader.SIZE)) {
            return null;
        }
        RecordHeader header = RecordHeader.parse(window, at - start, life);
        boolean fits = header != null && header.length() >= 0 && (header.length() & 7) == 0 && header.length() <= limit - RecordHeader.SIZE - at;
        return fits ? header : null;
    }

    private static boolean plausible(RecordHeader header, long expected) {
        return expected < 0 || (header.sequence() >= expected && header.sequence() - expected < LEAP);
    }

    /// The next place where a record begins; -1 if there is none. Records begin at multiples of eight.
    private int resynchronise(int from, long expected) throws IOException {
        for (int at = from; at <= limit - RecordHeader.SIZE; at += 8) {
            RecordHeader header = header(at);
            if (header != null && plausible(header, expected)) {
                return at;
            }
        }
        return -1;
    }

    /// Makes sure that these bytes are in the window.
    private boolean load(int at, int needed) throws IOException {
        if (at >= start && at + (long) needed <= start + (long) length) {
            return true;
        }
        int wanted = Math.max(needed, Math.min(WINDOW, limit - at));
        if (window.length < wanted) {
            window = new byte[wanted];
        }
        start = at;
        length = file.read(ByteBuffer.wrap(window, 0, wanted), at);
        return length >= needed;
    }
}
