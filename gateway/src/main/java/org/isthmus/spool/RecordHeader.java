// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The 40 bytes in front of each record.
///
/// @param length of the payload that follows, a multiple of eight
/// @param sequence grows by one from record to record, through all segments
/// @param group how many records of the same group stand before it: everything before the first of a group was forced when the group was written
/// @param crc of the payload
record RecordHeader(RecordType type, int length, long sequence, int group, int crc) {
    static final int SIZE = 40;
    static final int VERSION = 1;
    private static final int MAGIC = 0x15A7;

    long groupFirst() {
        return sequence - group;
    }

    /// @param life of the segment; a record of another life is none
    /// @return null if there is no header of this life here
    /// @throws UnknownFormat if there is one of a later version
    static @Nullable RecordHeader parse(byte[] bytes, int at, long life) throws UnknownFormat {
        if (ByteReader.u16(bytes, at) != MAGIC || ByteReader.u64(bytes, at + 16) != life || ByteReader.u32(bytes, at + 36) != Checksum.of(bytes, at, 36)) {
            return null;
        }
        RecordType type = RecordType.of(bytes[at + 2]);
        if (bytes[at + 3] != VERSION || type == null) {
            throw new UnknownFormat("the journal holds a record of type " + bytes[at + 2] + ", version " + bytes[at + 3] + ", which this version does not know");
        }
        return new RecordHeader(type, ByteReader.u32(bytes, at + 4), ByteReader.u64(bytes, at + 8), ByteReader.u32(bytes, at + 24), ByteReader.u32(bytes, at + 32));
    }

    /// Puts the header into the buffer, which has an array of its own or not.
    void write(ByteBuffer into, long life, byte[] scratch) {
        ByteBuffer.wrap(scratch)
                .putShort((short) MAGIC)
                .put((byte) type.code())
                .put((byte) VERSION)
                .putInt(length)
                .putLong(sequence)
                .putLong(life)
                .putInt(group)
                .putInt(0)
                .putInt(crc);
        into.put(scratch, 0, 36).putInt(Checksum.of(scratch, 0, 36));
    }
}
