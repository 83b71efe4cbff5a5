// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Time;
import org.jspecify.annotations.Nullable;

/// Frames on a connection: four octets of length, most significant first, and that many octets.
final class Frames {
    /// The most octets of a request.
    static final int LONGEST_REQUEST = 1 << 20;
    /// The most octets of a reply.
    static final int LONGEST_REPLY = 64 << 20;

    private static final int HEAD = 4;
    /// Room is made as octets come: a length alone costs nothing.
    private static final int FIRST_ROOM = 8192;

    private Frames() {}

    /// Reads a whole frame.
    /// @param limit for all of it
    /// @return null if the peer closed before it began one
    /// @throws ProtocolException if it is empty or longer than {@code most}
    static byte @Nullable [] read(Connection connection, int most, Time time, Duration limit) throws IOException {
        Duration end = time.elapsed().plus(limit);
        byte[] head = new byte[HEAD];
        int got = fill(connection, head, 0, HEAD, time, end);
        if (got == 0) {
            return null;
        }
        if (got < HEAD) {
            throw new EOFException("the peer closed within a frame");
        }
        long length = (head[0] & 0xFFL) << 24 | (head[1] & 0xFF) << 16 | (head[2] & 0xFF) << 8 | (head[3] & 0xFF);
        if (length == 0 || length > most) {
            throw new ProtocolException("a frame of " + length + " octets; at least 1 and at most " + most + " are taken");
        }
        byte[] frame = new byte[(int) Math.min(length, FIRST_ROOM)];
        int filled = 0;
        while (filled < length) {
            if (filled == frame.length) {
                frame = java.util.Arrays.copyOf(frame, (int) Math.min(length, frame.length * 2L));
            }
            int more = fill(connection, frame, filled, frame.length, time, end);
            if (more < frame.length - filled) {
                throw new EOFException("the peer closed within a frame");
            }
            filled += more;
        }
        return frame;
    }

    static void write(Connection connection, byte[] frame, Duration limit) throws IOException {
        byte[] all = new byte[HEAD + frame.length];
        for (int i = 0; i < HEAD; i++) {
            all[i] = (byte) (frame.length >>> 24 - 8 * i);
        }
        System.arraycopy(frame, 0, all, HEAD, frame.length);
        connection.write(all, 0, all.length, limit);
    }

    /// Reads until {@code to} is reached or the peer has closed; says how many octets.
    private static int fill(Connection connection, byte[] into, int from, int to, Time time, Duration end) throws IOException {
        int at = from;
        while (at < to) {
            Duration left = end.minus(time.elapsed());
            if (!left.isPositive()) {
                throw new SocketTimeoutException("a frame took too long");
            }
            int got = connection.read(into, at, to - at, left);
            if (got < 0) {
                break;
            }
            at += got;
        }
        return at - from;
    }
}
