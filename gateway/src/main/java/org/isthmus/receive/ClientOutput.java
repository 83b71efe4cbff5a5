// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.isthmus.platform.Connection;
import org.isthmus.smtp.Reply;

/// Replies on their way to the client. They are collected until the session is about to wait, so that a group of pipelined commands is answered with one write. RFC 2920 §3.2.
final class ClientOutput {
    private final Connection connection;
    private final Duration limit;
    private byte[] buffer = new byte[512];
    private int length;

    /// @param limit how long the client may take to read what we say
    ClientOutput(Connection connection, Duration limit) {
        this.connection = connection;
        this.limit = limit;
    }

    void put(Reply reply) throws IOException {
        put(reply.bytes());
    }

    /// @param octets whole reply lines
    void put(byte[] octets) throws IOException {
        if (length + octets.length > Bounds.REPLIES) {
            flush();
        }
        if (length + octets.length > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + octets.length));
        }
        System.arraycopy(octets, 0, buffer, length, octets.length);
        length += octets.length;
    }

    void flush() throws IOException {
        if (length > 0) {
            int ready = length;
            length = 0;
            connection.write(buffer, 0, ready, limit);
        }
    }
}
