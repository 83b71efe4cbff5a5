// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.isthmus.platform.Disk;

/// Reads a file of lines in large pieces and shows those in which a needle is found. The file may grow meanwhile; a last line without its end is left out.
final class LineScan {
    private static final int PIECE = 1 << 20;

    /// Takes a line, without its line feed.
    interface Lines {
        void line(byte[] bytes, int start, int end);
    }

    private byte[] bytes = new byte[PIECE];

    void scan(Disk.File file, Needle needle, Lines lines) throws IOException {
        long position = 0;
        int held = 0;
        while (true) {
            int got = file.read(ByteBuffer.wrap(bytes, held, bytes.length - held), position);
            if (got <= 0) {
                return;
            }
            position += got;
            int length = held + got;
            int whole = lastLineFeed(length) + 1;
            show(whole, needle, lines);
            held = length - whole;
            if (whole == 0 && length == bytes.length) {
                bytes = java.util.Arrays.copyOf(bytes, bytes.length * 2);
            } else {
                System.arraycopy(bytes, whole, bytes, 0, held);
            }
        }
    }

    private void show(int whole, Needle needle, Lines lines) {
        int at = 0;
        while (at < whole) {
            int hit = needle.find(bytes, at, whole);
            if (hit < 0) {
                return;
            }
            int start = hit;
            while (start > at && bytes[start - 1] != '\n') {
                start--;
            }
            int end = hit;
            while (bytes[end] != '\n') {
                end++;
            }
            lines.line(bytes, start, end);
            at = end + 1;
        }
    }

    private int lastLineFeed(int length) {
        int i = length - 1;
        while (i >= 0 && bytes[i] != '\n') {
            i--;
        }
        return i;
    }
}
