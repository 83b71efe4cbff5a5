// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/// Many addresses in little room, each with a text and the line it stands in. Immutable, safe for all threads.
///
/// Like {@link AddressSet}: all entries lie behind one another in one array (two octets of the key's length, four of the line, four of the text's length, key, text), and a
/// hash table with open addressing holds their positions. A million aliases of two addresses take some 70 MB where a map of lists would take ten times that.
final class AddressMap {
    private static final int HEAD = 10;

    private final byte[] pool;
    private final int[] table;
    private final int size;

    private AddressMap(byte[] pool, int[] table, int size) {
        this.pool = pool;
        this.table = table;
        this.size = size;
    }

    /// What stands at an address.
    record Entry(String text, int line) {}

    int size() {
        return size;
    }

    /// Octets of heap that it takes.
    long footprint() {
        return pool.length + 4L * table.length;
    }

    /// @param key as {@link AddressKey} makes it
    @Nullable Entry find(String key) {
        byte[] octets = key.getBytes(StandardCharsets.UTF_8);
        int at = table[slot(pool, table, octets)] - 1;
        return at < 0 ? null : new Entry(text(at), number(pool, at + 2));
    }

    boolean contains(String key) {
        return table[slot(pool, table, key.getBytes(StandardCharsets.UTF_8))] != 0;
    }

    /// Shows every key with its line, in the order of the file.
    void forEach(ObjIntConsumer<String> action) {
        int at = 0;
        while (at < pool.length) {
            action.accept(new String(pool, at + HEAD, length(pool, at), StandardCharsets.UTF_8), number(pool, at + 2));
            at += HEAD + length(pool, at) + number(pool, at + 6);
        }
    }

    private String text(int at) {
        return new String(pool, at + HEAD + length(pool, at), number(pool, at + 6), StandardCharsets.UTF_8);
    }

    /// The slot where the key is, or where it would be put.
    private static int slot(byte[] pool, int[] table, byte[] key) {
        int mask = table.length - 1;
        int slot = AddressSet.hash(key, 0, key.length) & mask;
        while (table[slot] != 0) {
            int at = table[slot] - 1;
            if (length(pool, at) == key.length && Arrays.equals(pool, at + HEAD, at + HEAD + key.length, key, 0, key.length)) {
                return slot;
            }
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private static int length(byte[] pool, int at) {
        return (pool[at] & 255) << 8 | pool[at + 1] & 255;
    }

    private static int number(byte[] pool, int at) {
        return (pool[at] & 255) << 24 | (pool[at + 1] & 255) << 16 | (pool[at + 2] & 255) << 8 | pool[at + 3] & 255;
    }

    /// Gathers entries; used by one thread.
    static final class Builder {
        private byte[] pool = new byte[4096];
        private int used;
        private int[] table = new int[256];
        private int size;

        /// Adds an entry, unless there is one at that address already.
        /// @return the line of the one that is there already, or 0
        int add(String key, String text, int line) {
            if ((size + 1) * 3L > table.length * 2L) {
                rehash();
            }
            byte[] octets = key.getBytes(StandardCharsets.UTF_8);
            int slot = slot(pool, table, octets);
            if (table[slot] != 0) {
                return number(pool, table[slot] - 1 + 2);
            }
            byte[] value = text.getBytes(StandardCharsets.UTF_8);
            reserve(HEAD + octets.length + value.length);
            table[slot] = used + 1;
            pool[used] = (byte) (octets.length >> 8);
            pool[used + 1] = (byte) octets.length;
            put(used + 2, line);
            put(used + 6, value.length);
            System.arraycopy(octets, 0, pool, used + HEAD, octets.length);
            System.arraycopy(value, 0, pool, used + HEAD + octets.length, value.length);
            used += HEAD + octets.length + value.length;
            size++;
            return 0;
        }

        AddressMap build() {
            return new AddressMap(Arrays.copyOf(pool, used), table, size);
        }

        private void put(int at, int number) {
            for (int i = 0; i < 4; i++) {
                pool[at + i] = (byte) (number >> 24 - 8 * i);
            }
        }

        private void reserve(int octets) {
            if (used + (long) octets > pool.length) {
                long wanted = Math.max(used + (long) octets, pool.length * 3L / 2);
                pool = Arrays.copyOf(pool, (int) Math.min(wanted, Integer.MAX_VALUE - 8));
            }
        }

        private void rehash() {
            int[] larger = new int[table.length * 2];
            int mask = larger.length - 1;
            for (int entry : table) {
                if (entry != 0) {
                    int slot = AddressSet.hash(pool, entry - 1 + HEAD, length(pool, entry - 1)) & mask;
                    while (larger[slot] != 0) {
                        slot = slot + 1 & mask;
                    }
                    larger[slot] = entry;
                }
            }
            table = larger;
        }
    }
}
