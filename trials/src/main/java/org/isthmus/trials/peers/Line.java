// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.peers;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Time;

/// A connection read by lines and by counts. Only CRLF ends a line.
public final class Line {
    private static final int LONGEST = 1 << 16;

    private final Connection connection;
    private final Time time;
    private final byte[] buffer = new byte[4096];
    private int at;
    private int end;

    public Line(Connection connection, Time time) {
        this.connection = connection;
        this.time = time;
    }

    /// The next line without its CRLF, each byte a character.
    /// @param limit for the whole line
    public String read(Duration limit) throws IOException {
        Duration deadline = time.elapsed().plus(limit);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int last = -1;
        while (true) {
            int next = next(deadline);
            if (next == '\n' && last == '\r') {
                byte[] bytes = line.toByteArray();
                return new String(bytes, 0, bytes.length - 1, StandardCharsets.ISO_8859_1);
            }
            line.write(next);
            last = next;
            if (line.size() > LONGEST) {
                throw new IOException("a line of more than " + LONGEST + " bytes");
            }
        }
    }

    /// So many bytes.
    public byte[] read(int count, Duration limit) throws IOException {
        Duration deadline = time.elapsed().plus(limit);
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) next(deadline);
        }
        return bytes;
    }

    private int next(Duration deadline) throws IOException {
        if (at == end) {
            Duration left = deadline.minus(time.elapsed());
            if (!left.isPositive()) {
                throw new SocketTimeoutException("line took too long");
            }
            end = Math.max(0, connection.read(buffer, 0, buffer.length, left));
            at = 0;
            if (end == 0) {
                throw new EOFException("the peer closed");
            }
        }
        return buffer[at++] & 0xff;
    }

    public void write(String text, Duration limit) throws IOException {
        write(text.getBytes(StandardCharsets.ISO_8859_1), limit);
    }

    public void write(byte[] bytes, Duration limit) throws IOException {
        connection.write(bytes, 0, bytes.length, limit);
    }
}
