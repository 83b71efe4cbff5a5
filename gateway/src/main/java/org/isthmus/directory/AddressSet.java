// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.ObjIntConsumer;

/// Many addresses in little room, each with the line it stands in. Immutable, safe for all threads.
///
/// All keys lie behind one another in one array: two octets of length, four of line, the key in UTF-8. A hash table with open addressing holds their
/// positions. An address costs its own octets and 12 to 18 more; a million of 25 octets take some 40 MB where a set of strings takes over 100.
final class AddressSet {
    private static final int HEAD = 6;

    private final byte[] pool;
    private final int[] table;
    private final int size;

    private AddressSet(byte[] pool, int[] table, int size) {
        this.pool = pool;
        this.table = table;
        this.size = size;
    }

    /// How many different addresses it holds.
    int size() {
        return size;
    }

    /// Octets of heap that it takes.
    long footprint() {
        return pool.length + 4L * table.length;
    }

    /// The line in which an address stands.
    /// @param key as {@link AddressKey} makes it
    /// @return 0 if it is not here
    int line(String key) {
        byte[] octets = key.getBytes(StandardCharsets.UTF_8);
        int slot = slot(pool, table, octets, 0, octets.length);
        return table[slot] == 0 ? 0 : number(pool, table[slot] - 1 + 2);
    }

    /// Shows every key with its line, in the order of the file.
    void forEach(ObjIntConsumer<String> action) {
        int at = 0;
        while (at < pool.length) {
            int length = length(pool, at);
            action.accept(new String(pool, at + HEAD, length, StandardCharsets.UTF_8), number(pool, at + 2));
            at += HEAD + length;
        }
    }

    /// The slot where the key is, or where it would be put.
    private static int slot(byte[] pool, int[] table, byte[] key, int from, int length) {
        int mask = table.length - 1;
        int slot = hash(key, from, length) & mask;
        while (table[slot] != 0) {
            int at = table[slot] - 1;
            if (length(pool, at) == length && Arrays.equals(pool, at + HEAD, at + HEAD + length, key, from, from + length)) {
                return slot;
            }
            slot = slot + 1 & mask;
        }
        return slot;
    }

    /// FNV-1a with a last stir, so that the low bits depend on all octets.
    static int hash(byte[] key, int from, int length) {
        long hash = 0xcbf29ce484222325L;
        for (int i = from; i < from + length; i++) {
            hash = (hash ^ key[i]) * 0x100000001b3L;
        }
        hash ^= hash >>> 32;
        hash *= 0xd6e8feb86659fd93L;
        return (int) (hash ^ hash >>> 32);
    }

    private static int length(byte[] pool, int at) {
        return (pool[at] & 255) << 8 | pool[at + 1] & 255;
    }

    private static int number(byte[] pool, int at) {
        return (pool[at] & 255) << 24 | (pool[at + 1] & 255) << 16 | (pool[at + 2] & 255) << 8 | pool[at + 3] & 255;
    }

    /// Gathers addresses; used by one thread.
    static final class Builder {
        private byte[] pool = new byte[4096];
        private int used;
        private int[] table = new int[256];
        private int size;

        /// Adds a key; one that is there already keeps its first line.
        void add(byte[] key, int from, int length, int line) {
            if ((size + 1) * 3L > table.length * 2L) {
                rehash();
            }
            int slot = slot(pool, table, key, from, length);
            if (table[slot] != 0) {
                return;
            }
            reserve(HEAD + length);
            table[slot] = used + 1;
            pool[used] = (byte) (length >> 8);
            pool[used + 1] = (byte) length;
            for (int i = 0; i < 4; i++) {
                pool[used + 2 + i] = (byte) (line >> 24 - 8 * i);
            }
            System.arraycopy(key, from, pool, used + HEAD, length);
            used += HEAD + length;
            size++;
        }

        void add(String key, int line) {
            byte[] octets = key.getBytes(StandardCharsets.UTF_8);
            add(octets, 0, octets.length, line);
        }

        AddressSet build() {
            return new AddressSet(Arrays.copyOf(pool, used), table, size);
        }

        private void reserve(int octets) {
            if (used + octets > pool.length) {
                long wanted = Math.max(used + (long) octets, pool.length * 3L / 2);
                pool = Arrays.copyOf(pool, (int) Math.min(wanted, Integer.MAX_VALUE - 8));
            }
        }

        private void rehash() {
            int[] larger = new int[table.length * 2];
            for (int entry : table) {
                if (entry != 0) {
                    larger[slot(pool, larger, pool, entry - 1 + HEAD, length(pool, entry - 1))] = entry;
                }
            }
            table = larger;
        }
    }
}
