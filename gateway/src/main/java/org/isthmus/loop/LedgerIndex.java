// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.function.IntConsumer;

/// From keys to the numbers of records, in eight octets an entry: forty bits of the key's hash and the number. Two keys may share these bits, so a number found is a
/// candidate. Open addressing; nothing is ever taken out, a whole index is thrown away with its file. Guarded by its ledger.
final class LedgerIndex {
    private static final int NUMBER_BITS = 24;
    private static final long NUMBER_MASK = (1L << NUMBER_BITS) - 1;
    /// Records of a volume that its index can tell apart.
    static final int MOST = (int) NUMBER_MASK - 1;
    private static final int FIRST = 1024;

    private final int most;
    private long[] slots;
    private int used;

    /// @param entries that will ever be put in
    LedgerIndex(int entries) {
        most = (int) Math.min(Integer.MAX_VALUE - 16L, entries * 4L / 3 + 16);
        slots = new long[Math.min(FIRST, most)];
    }

    void put(long hash, int number) {
        if (used * 4L >= slots.length * 3L) {
            grow();
        }
        add(hash & ~NUMBER_MASK | number + 1);
    }

    private void add(long slot) {
        int at = place(slot);
        while (slots[at] != 0) {
            at = at + 1 == slots.length ? 0 : at + 1;
        }
        slots[at] = slot;
        used++;
    }

    /// The upper 32 bits say where it stands in a table of any length.
    private int place(long hash) {
        return (int) ((hash >>> 32) * slots.length >>> 32);
    }

    private void grow() {
        long[] before = slots;
        if (before.length >= most) {
            throw new IllegalStateException("more than " + most + " entries");
        }
        slots = new long[(int) Math.min(most, before.length * 2L)];
        used = 0;
        for (long slot : before) {
            if (slot != 0) {
                add(slot);
            }
        }
    }

    /// Names the numbers that were put in under this hash, and perhaps others.
    void find(long hash, IntConsumer candidate) {
        long wanted = hash & ~NUMBER_MASK;
        for (int at = place(hash); slots[at] != 0; at = at + 1 == slots.length ? 0 : at + 1) {
            if ((slots[at] & ~NUMBER_MASK) == wanted) {
                candidate.accept((int) (slots[at] & NUMBER_MASK) - 1);
            }
        }
    }

    /// Octets of heap.
    long heap() {
        return slots.length * 8L;
    }
}
