// SPDX-License-Identifier: Apache-2.0
package org.isthmus.syntax;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// SipHash-2-4 of Aumasson and Bernstein: a keyed sum of 64 bits. Who does not know the key can neither foretell one nor find two texts with the same; who does may
/// compare short texts at some nanoseconds each. Takes octets as they come. Not safe for several threads.
public final class SipHash {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long key0;
    private final long key1;
    private long v0;
    private long v1;
    private long v2;
    private long v3;
    private long word;
    private int length;

    /// @param key 128 secret bits
    public record Key(long first, long second) {
        /// Of 16 octets.
        public static Key of(byte[] octets) {
            ByteBuffer bytes = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
            return new Key(bytes.getLong(), bytes.getLong());
        }

        @Override
        public String toString() {
            return "SipHash.Key";
        }
    }

    public SipHash(Key key) {
        key0 = key.first();
        key1 = key.second();
        reset();
    }

    /// Begins anew.
    public SipHash reset() {
        v0 = key0 ^ 0x736f6d6570736575L;
        v1 = key1 ^ 0x646f72616e646f6dL;
        v2 = key0 ^ 0x6c7967656e657261L;
        v3 = key1 ^ 0x7465646279746573L;
        word = 0;
        length = 0;
        return this;
    }

    public SipHash put(byte octet) {
        word |= (octet & 0xffL) << (length & 7) * 8;
        if ((++length & 7) == 0) {
            compress(word);
            word = 0;
        }
        return this;
    }

    public SipHash put(byte[] octets, int from, int end) {
        int at = from;
        while (at < end && (length & 7) != 0) {
            put(octets[at++]);
        }
        for (; end - at >= Long.BYTES; at += Long.BYTES) {
            compress((long) WORDS.get(octets, at));
            length += Long.BYTES;
        }
        while (at < end) {
            put(octets[at++]);
        }
        return this;
    }

    /// A text's UTF-16 units, two octets each.
    public SipHash put(String text) {
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            put((byte) unit).put((byte) (unit >> 8));
        }
        return this;
    }

    public SipHash put(long number) {
        for (int shift = 0; shift < 64; shift += 8) {
            put((byte) (number >> shift));
        }
        return this;
    }

    /// The sum of all since the last {@link #reset}. Ends the taking.
    public long sum() {
        compress(word | (long) length << 56);
        v2 ^= 0xff;
        for (int round = 0; round < 4; round++) {
            round();
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private void compress(long m) {
        v3 ^= m;
        round();
        round();
        v0 ^= m;
    }

    private void round() {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
    }
}
