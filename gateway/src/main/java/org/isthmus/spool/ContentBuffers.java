// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Arrays for content on its way in, used again and again: by size, in powers of two. Keeps at most 16 MiB that nobody uses.
final class ContentBuffers {
    static final int SMALLEST = 16 * 1024;
    private static final long KEPT = 16L << 20;

    private final List<Deque<byte[]>> sizes = new ArrayList<>();
    private long kept;

    /// @return an array of at least this size
    byte[] take(int size) {
        int step = step(size);
        synchronized (this) {
            if (step < sizes.size()) {
                byte[] known = sizes.get(step).poll();
                if (known != null) {
                    kept -= known.length;
                    return known;
                }
            }
        }
        return new byte[SMALLEST << step];
    }

    /// Takes an array back.
    synchronized void give(byte[] array) {
        int step = step(array.length);
        if (kept + array.length <= KEPT) {
            while (sizes.size() <= step) {
                sizes.add(new ArrayDeque<>());
            }
            sizes.get(step).push(array);
            kept += array.length;
        }
    }

    private static int step(int size) {
        int step = 0;
        while (SMALLEST << step < size) {
            step++;
        }
        return step;
    }
}
