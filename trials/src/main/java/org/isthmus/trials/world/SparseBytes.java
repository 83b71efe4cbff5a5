// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Bytes by position, zero where nothing was written; a preallocated file of zeros takes no room.
final class SparseBytes {
    private static final int PAGE = 4096;

    private final Map<Long, byte[]> pages = new HashMap<>();

    SparseBytes copy() {
        SparseBytes copy = new SparseBytes();
        pages.forEach((number, page) -> copy.pages.put(number, page.clone()));
        return copy;
    }

    void write(long position, byte[] from, int offset, int length) {
        int done = 0;
        while (done < length) {
            long at = position + done;
            int within = (int) (at % PAGE);
            int part = Math.min(length - done, PAGE - within);
            byte[] page = pages.get(at / PAGE);
            if (page == null && !allZero(from, offset + done, part)) {
                page = new byte[PAGE];
                pages.put(at / PAGE, page);
            }
            if (page != null) {
                System.arraycopy(from, offset + done, page, within, part);
            }
            done += part;
        }
    }

    /// Fills the buffer with what lies there, as far as the limit says.
    void read(long position, ByteBuffer into, int length) {
        int done = 0;
        while (done < length) {
            long at = position + done;
            int within = (int) (at % PAGE);
            int part = Math.min(length - done, PAGE - within);
            byte[] page = pages.get(at / PAGE);
            if (page == null) {
                into.put(new byte[part]);
            } else {
                into.put(page, within, part);
            }
            done += part;
        }
    }

    /// Zero from there on.
    void clearFrom(long position) {
        pages.keySet().removeIf(number -> number * PAGE >= position);
        byte[] page = pages.get(position / PAGE);
        if (page != null) {
            Arrays.fill(page, (int) (position % PAGE), PAGE, (byte) 0);
        }
    }

    private static boolean allZero(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
