// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.isthmus.platform.Connection;
import org.isthmus.smtp.DataWriter;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.ReplyReader;
import org.isthmus.syntax.SyntaxProblem;

/// A conversation by lines, for the small clients and servers of the tour. What the tour meets is its own, so this is no model of strictness.
final class TourWire extends InputStream implements Closeable {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int LONGEST_LINE = 8192;

    private final Connection connection;
    private final ReplyReader replies = new ReplyReader(this);

    TourWire(Connection connection) {
        this.connection = connection;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return connection.read(into, offset, length, LIMIT);
    }

    void send(String line) throws IOException {
        byte[] bytes = (line + "\r\n").getBytes(UTF_8);
        connection.write(bytes, 0, bytes.length, LIMIT);
    }

    /// Content with its end. RFC 5321 §4.5.2.
    void sendContent(String content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataWriter data = new DataWriter(out);
        byte[] bytes = content.getBytes(UTF_8);
        data.write(bytes, 0, bytes.length);
        data.finish();
        connection.write(out.toByteArray(), 0, out.size(), LIMIT);
    }

    /// The server's next reply.
    Reply reply() throws IOException {
        try {
            return replies.read();
        } catch (SyntaxProblem e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /// The client's next line, without its end.
    String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = read(); octet != '\n'; octet = read()) {
            if (octet < 0 || line.size() > LONGEST_LINE) {
                throw new EOFException("no line");
            }
            if (octet != '\r') {
                line.write(octet);
            }
        }
        return line.toString(UTF_8);
    }

    @Override
    public void close() {
        connection.close();
    }
}
