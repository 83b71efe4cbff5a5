// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.isthmus.platform.Connection;

/// A connection as lines that end with LF.
final class DovecotLines implements Closeable {
    private static final int LONGEST = 16 * 1024;

    private final Connection connection;
    private final Duration limit;
    private final byte[] buffer = new byte[LONGEST];
    private int start;
    private int end;

    DovecotLines(Connection connection, Duration limit) {
        this.connection = connection;
        this.limit = limit;
    }

    void say(String line) throws IOException {
        byte[] octets = (line + "\n").getBytes(StandardCharsets.UTF_8);
        connection.write(octets, 0, octets.length, limit);
    }

    /// The next line.
    String read() throws IOException {
        int at = start;
        while (true) {
            for (; at < end; at++) {
                if (buffer[at] == '\n') {
                    String line = new String(buffer, start, at - start, StandardCharsets.UTF_8);
                    start = at + 1;
                    return line;
                }
            }
            at -= start;
            fill();
            at += start;
        }
    }

    private void fill() throws IOException {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        }
        if (end == buffer.length) {
            throw new IOException("a line of more than " + LONGEST + " octets");
        }
        int count = connection.read(buffer, end, buffer.length - end, limit);
        if (count < 0) {
            throw new EOFException("it closed the connection");
        }
        end += count;
    }

    @Override
    public void close() {
        connection.close();
    }
}
