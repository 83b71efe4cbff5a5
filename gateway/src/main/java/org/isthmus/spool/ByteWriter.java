// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.util.Arrays;

/// Bytes that grow as they are written. Fixed-width numbers are big-endian; the others take seven bits a byte, least significant first.
final class ByteWriter {
    private byte[] bytes;
    private int size;

    ByteWriter(int capacity) {
        bytes = new byte[capacity];
    }

    int size() {
        return size;
    }

    /// The bytes behind it, valid up to {@link #size}, until the next write.
    byte[] array() {
        return bytes;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    void u8(int value) {
        room(1);
        bytes[size++] = (byte) value;
    }

    void flag(boolean value) {
        u8(value ? 1 : 0);
    }

    void u32(int value) {
        room(4);
        u32At(size, value);
        size += 4;
    }

    void u64(long value) {
        u32((int) (value >>> 32));
        u32((int) value);
    }

    /// Overwrites four bytes that were written before.
    void u32At(int position, int value) {
        bytes[position] = (byte) (value >>> 24);
        bytes[position + 1] = (byte) (value >>> 16);
        bytes[position + 2] = (byte) (value >>> 8);
        bytes[position + 3] = (byte) value;
    }

    void bytesAt(int position, byte[] from) {
        System.arraycopy(from, 0, bytes, position, from.length);
    }

    /// Not negative.
    void number(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("negative: " + value);
        }
        variable(value);
    }

    /// Of either sign; small ones of both are short.
    void signed(long value) {
        variable(value << 1 ^ value >> 63);
    }

    private void variable(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            u8((int) rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        u8((int) rest);
    }

    void raw(byte[] from, int offset, int length) {
        room(length);
        System.arraycopy(from, offset, bytes, size, length);
        size += length;
    }

    /// With its length in front.
    void bytes(byte[] from) {
        number(from.length);
        raw(from, 0, from.length);
    }

    /// Any text comes back as it was, lone surrogates too: each char on its own in the manner of UTF-8, one to three bytes, with the number of chars in front.
    void text(String text) {
        int length = text.length();
        number(length);
        room(length * 3);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes[size++] = (byte) c;
            } else if (c < 0x800) {
                bytes[size++] = (byte) (0xC0 | c >> 6);
                bytes[size++] = (byte) (0x80 | c & 0x3F);
            } else {
                bytes[size++] = (byte) (0xE0 | c >> 12);
                bytes[size++] = (byte) (0x80 | c >> 6 & 0x3F);
                bytes[size++] = (byte) (0x80 | c & 0x3F);
            }
        }
    }

    /// Fills up with zeros to a multiple of eight.
    void pad() {
        while ((size & 7) != 0) {
            u8(0);
        }
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), (int) Math.min(Integer.MAX_VALUE - 64L, bytes.length * 2L)));
        }
    }
}
