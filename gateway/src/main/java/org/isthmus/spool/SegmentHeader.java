// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.isthmus.platform.Disk;
import org.jspecify.annotations.Nullable;

/// What stands at the head of a segment file, twice, so that one bad sector does not hide a segment.
///
/// @param size of the file
/// @param generation grows with each life of any segment; of the two copies the greater one is true
/// @param life a number by chance that all records of this life carry: neither what a recycled file held before nor what a message holds can pass for a record
/// @param idFloor no queue id up to this one is given again
/// @param sequenceFloor no record up to this one is written again
record SegmentHeader(int size, long generation, long life, long idFloor, long sequenceFloor) {
    /// Of one copy.
    static final int SIZE = 512;
    static final int SECOND = 4096;
    /// Where the first record stands.
    static final int FIRST_RECORD = 8192;

    static final int VERSION = 1;
    private static final byte[] MAGIC = "ISTHMUSJ".getBytes(StandardCharsets.US_ASCII);

    byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(SIZE);
        bytes.put(MAGIC).putInt(VERSION).putInt(size).putLong(generation).putLong(life).putLong(idFloor).putLong(sequenceFloor);
        bytes.putInt(SIZE - 4, Checksum.of(bytes.array(), 0, SIZE - 4));
        return bytes.array();
    }

    /// Writes both copies. They are not forced.
    void write(Disk.File file) throws IOException {
        file.write(ByteBuffer.wrap(toBytes()), 0);
        file.write(ByteBuffer.wrap(toBytes()), SECOND);
    }

    /// Both copies as they are.
    /// @param header the true one; null if none is whole
    /// @param whole how many are whole and alike
    record Found(@Nullable SegmentHeader header, int whole) {}

    static Found read(Disk.File file) throws IOException {
        SegmentHeader first = read(file, 0);
        SegmentHeader second = read(file, SECOND);
        if (first == null || second == null) {
            return new Found(first == null ? second : first, first == null && second == null ? 0 : 1);
        }
        return new Found(first.generation >= second.generation ? first : second, first.equals(second) ? 2 : 1);
    }

    private static @Nullable SegmentHeader read(Disk.File file, long at) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(SIZE);
        if (file.read(bytes, at) < SIZE || !Arrays.equals(bytes.array(), 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                || bytes.getInt(SIZE - 4) != Checksum.of(bytes.array(), 0, SIZE - 4)) {
            return null;
        }
        bytes.flip().position(MAGIC.length);
        int version = bytes.getInt();
        if (version != VERSION) {
            throw new UnknownFormat("the journal has format " + version + "; this version of Isthmus knows format " + VERSION + ". Nothing was changed");
        }
        return new SegmentHeader(bytes.getInt(), bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }
}
