// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.isthmus.platform.Disk;

/// Shows a file's lines as octets, one after another, in constant memory. A line ends with LF, or CR LF, or the file.
final class LineReader {
    /// Longer lines than any address needs are shown cut here, which makes them bad ones.
    static final int LONGEST = 16 * 1024;
    /// No file of addresses is larger; a file that is was named by mistake.
    private static final long LARGEST = 512L * 1024 * 1024;
    private static final int BLOCK = 256 * 1024;

    private LineReader() {}

    /// What is done with a line.
    interface Line {
        /// @param octets holds the line from {@code from} to before {@code to}, without its end; valid during the call only
        /// @param number from 1
        void take(byte[] octets, int from, int to, int number);
    }

    static void read(Disk disk, Path path, Line line) throws IOException {
        try (Disk.File file = disk.openToRead(path)) {
            if (file.size() > LARGEST) {
                throw new IOException(path + " has " + file.size() + " octets; a file of addresses has at most " + LARGEST);
            }
            lines(file, line);
        }
    }

    private static void lines(Disk.File file, Line line) throws IOException {
        byte[] block = new byte[BLOCK];
        int kept = 0;
        int number = 0;
        long position = 0;
        while (true) {
            int read = file.read(ByteBuffer.wrap(block, kept, BLOCK - kept), position);
            if (read <= 0) {
                break;
            }
            position += read;
            int end = kept + read;
            int start = 0;
            for (int i = kept; i < end; i++) {
                if (block[i] == '\n') {
                    show(line, block, start, i, ++number);
                    start = i + 1;
                }
            }
            kept = end - start;
            if (kept == BLOCK) {
                throw new IOException("a line of more than " + BLOCK + " octets: this is no file of addresses");
            }
            System.arraycopy(block, start, block, 0, kept);
        }
        if (kept > 0) {
            show(line, block, 0, kept, ++number);
        }
    }

    private static void show(Line line, byte[] block, int from, int to, int number) {
        int end = to > from && block[to - 1] == '\r' ? to - 1 : to;
        int start = from;
        // A byte order mark, which some editors put at the head of a file.
        if (number == 1 && end - start >= 3 && block[start] == (byte) 0xEF && block[start + 1] == (byte) 0xBB && block[start + 2] == (byte) 0xBF) {
            start += 3;
        }
        line.take(block, start, Math.min(end, start + LONGEST), number);
    }
}
