// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

/// One block of a payload, found in an array of bytes. A record is a row of blocks; each has a checksum over its head, so that it can be read alone.
///
/// @param apart the message's content has a file of its own
/// @param at where it begins in the array
/// @param headLength bytes of its head
/// @param contentLength bytes of content behind the head
/// @param contentCrc of the content, wherever it stands
record Block(BlockKind kind, boolean apart, byte[] bytes, int at, int headLength, int contentLength, int contentCrc) {
    /// Of what stands before the head.
    static final int SIZE = 20;

    int headAt() {
        return at + SIZE;
    }

    int contentAt() {
        return at + SIZE + headLength;
    }

    int length() {
        return SIZE + headLength + contentLength;
    }

    ByteReader head() {
        return new ByteReader(bytes, headAt(), headLength);
    }

    /// How many bytes must be there to read a block's head, as its first 20 bytes say; they may lie.
    static long needs(byte[] bytes, int at) {
        return SIZE + (ByteReader.u32(bytes, at + 4) & 0xFFFF_FFFFL);
    }

    /// @param limit end of the bytes; the head must stand before it, the content need not
    static Block parse(byte[] bytes, int at, int limit) throws Damaged {
        if (limit - at < SIZE || needs(bytes, at) > limit - at) {
            throw new Damaged("a block that does not fit");
        }
        int headLength = ByteReader.u32(bytes, at + 4);
        int contentLength = ByteReader.u32(bytes, at + 8);
        if (ByteReader.u32(bytes, at + 16) != Checksum.of(bytes, at, 16, bytes, at + SIZE, headLength)) {
            throw new Damaged("a block with a wrong checksum");
        }
        BlockKind kind = BlockKind.of(bytes[at]);
        if (kind == null || contentLength < 0 || bytes[at + 1] > 1) {
            throw new Damaged("no such block: " + bytes[at]);
        }
        return new Block(kind, bytes[at + 1] == 1, bytes, at, headLength, contentLength, ByteReader.u32(bytes, at + 12));
    }
}
