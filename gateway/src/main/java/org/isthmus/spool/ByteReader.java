// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

/// Reads what {@link ByteWriter} wrote. Whatever the bytes are, it ends with a value or with {@link Damaged}, and allocates no more than the bytes could hold.
final class ByteReader {
    private final byte[] bytes;
    private final int end;
    private int at;

    ByteReader(byte[] bytes, int from, int length) {
        this.bytes = bytes;
        this.at = from;
        this.end = from + length;
    }

    ByteReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    int position() {
        return at;
    }

    int remaining() {
        return end - at;
    }

    int u8() throws Damaged {
        need(1);
        return bytes[at++] & 0xFF;
    }

    boolean flag() throws Damaged {
        int value = u8();
        if (value > 1) {
            throw new Damaged("neither yes nor no: " + value);
        }
        return value == 1;
    }

    int u32() throws Damaged {
        need(4);
        int value = u32(bytes, at);
        at += 4;
        return value;
    }

    long u64() throws Damaged {
        need(8);
        long value = u64(bytes, at);
        at += 8;
        return value;
    }

    static int u16(byte[] from, int position) {
        return (from[position] & 0xFF) << 8 | from[position + 1] & 0xFF;
    }

    static int u32(byte[] from, int position) {
        return u16(from, position) << 16 | u16(from, position + 2);
    }

    static long u64(byte[] from, int position) {
        return (long) u32(from, position) << 32 | u32(from, position + 4) & 0xFFFF_FFFFL;
    }

    long number() throws Damaged {
        long value = variable();
        if (value < 0) {
            throw new Damaged("a number out of range");
        }
        return value;
    }

    long signed() throws Damaged {
        long value = variable();
        return value >>> 1 ^ -(value & 1);
    }

    int integer() throws Damaged {
        long value = number();
        if (value > Integer.MAX_VALUE) {
            throw new Damaged("a number out of range: " + value);
        }
        return (int) value;
    }

    /// How many elements follow, each of which takes at least so many bytes.
    int count(int least) throws Damaged {
        int value = integer();
        if ((long) value * least > remaining()) {
            throw new Damaged("more elements than bytes: " + value);
        }
        return value;
    }

    private long variable() throws Damaged {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new Damaged("a number that does not end");
    }

    byte[] bytes() throws Damaged {
        return raw(count(1));
    }

    byte[] raw(int length) throws Damaged {
        need(length);
        byte[] part = java.util.Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return part;
    }

    void skip(int length) throws Damaged {
        need(length);
        at += length;
    }

    String text() throws Damaged {
        char[] chars = new char[count(1)];
        for (int i = 0; i < chars.length; i++) {
            int first = u8();
            if (first < 0x80) {
                chars[i] = (char) first;
            } else if (first >> 5 == 0b110) {
                chars[i] = (char) ((first & 0x1F) << 6 | following());
            } else if (first >> 4 == 0b1110) {
                int second = following();
                chars[i] = (char) ((first & 0x0F) << 12 | second << 6 | following());
            } else {
                throw new Damaged("not a text");
            }
        }
        return new String(chars);
    }

    private int following() throws Damaged {
        int next = u8();
        if (next >> 6 != 0b10) {
            throw new Damaged("not a text");
        }
        return next & 0x3F;
    }

    private void need(int length) throws Damaged {
        if (length < 0 || end - at < length) {
            throw new Damaged("ends too early");
        }
    }
}
