// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Arrays for content on its way in, used again and again: by size, in powers of two. Keeps at most 16 MiB that nobody uses. What is in use has a limit too: when
/// many large messages come at once, they go into files of their own earlier.
final class ContentBuffers {
    static final int SMALLEST = 16 * 1024;
    /// For content that goes on to a file.
    static final int SPILLING = 64 * 1024;

    private static final long KEPT = 16L << 20;
    private static final long MOST = 64L << 20;

    private final List<Deque<byte[]>> sizes = new ArrayList<>();
    private long kept;
    private long used;

    /// @return an array of at least this size
    byte[] take(int size) {
        int step = step(size);
        synchronized (this) {
            used += (long) SMALLEST << step;
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

    /// True if an array of this size may be taken without making others wait for memory.
    synchronized boolean allows(int size) {
        return used + size <= MOST;
    }

    /// Takes an array back.
    synchronized void give(byte[] array) {
        int step = step(array.length);
        used -= array.length;
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
