// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Time;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.ReplyReader;
import org.isthmus.syntax.SyntaxProblem;
import org.jspecify.annotations.Nullable;

/// One connection as command lines, replies and content, buffered in both directions. Every wait ends at the limit of its stage, however the peer
/// spreads its bytes: the limit is for the whole stage and not for each read.
final class Wire {
    private static final int FIRST_WRITE_BUFFER = 2048;
    /// The most that is written at once; more is not quicker.
    static final int WRITE_BUFFER = 64 * 1024;

    private final Connection connection;
    private final Time time;
    private final Output output = new Output();
    private final ReplyReader replies = new ReplyReader(new Input());
    private Duration deadline = Duration.ZERO;
    private @Nullable Duration ceiling;

    Wire(Connection connection, Time time) {
        this.connection = connection;
        this.time = time;
    }

    /// From now on, all waits together may take this long, within the ceiling if there is one.
    void allow(Duration limit) {
        deadline = time.elapsed().plus(limit);
        if (ceiling != null && ceiling.compareTo(deadline) < 0) {
            deadline = ceiling;
        }
    }

    /// However often more is allowed, everything until the next ceiling ends in this time.
    /// @param limit none to lift it
    void ceiling(@Nullable Duration limit) {
        ceiling = limit == null ? null : time.elapsed().plus(limit);
    }

    /// Puts a command into the buffer.
    /// @throws IllegalArgumentException if it holds what would make two commands of it; nothing of it is then sent
    void command(String line) throws IOException {
        for (int i = 0; i < line.length(); i++) {
            if (Character.isISOControl(line.charAt(i))) {
                throw new IllegalArgumentException("control character in a command at " + i);
            }
        }
        output.write(line.getBytes(StandardCharsets.UTF_8));
        output.write('\r');
        output.write('\n');
    }

    void flush() throws IOException {
        output.flush();
    }

    /// Reads one reply.
    /// @throws SocketTimeoutException if it was not complete within the limit
    /// @throws EOFException if the peer closed
    /// @throws NoReply if what came is none
    /// @throws IOException if the connection broke
    Reply reply() throws IOException {
        try {
            return replies.read();
        } catch (SyntaxProblem e) {
            throw new NoReply(e.getMessage());
        }
    }

    /// Where content goes; shares the buffer with commands.
    OutputStream content() {
        return output;
    }

    /// Whether bytes of the peer were read that nobody has asked for yet.
    boolean holdsUnread() {
        return replies.hasBuffered();
    }

    /// Whether the peer has said something unasked since the last reply: a kept connection that did so is of no use.
    boolean isQuiet() {
        try {
            return !holdsUnread() && connection.available() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /// What it goes over.
    Connection connection() {
        return connection;
    }

    void close() {
        connection.close();
    }

    /// The peer does not talk SMTP.
    static final class NoReply extends IOException {
        NoReply(@Nullable String what) {
            super(what);
        }
    }

    private Duration left() throws SocketTimeoutException {
        Duration left = deadline.minus(time.elapsed());
        if (left.isNegative() || left.isZero()) {
            throw new SocketTimeoutException("no complete answer in time");
        }
        return left;
    }

    /// Not buffered: {@link ReplyReader} is.
    private final class Input extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return connection.read(into, offset, length, left());
        }
    }

    private final class Output extends OutputStream {
        private byte[] buffer = new byte[FIRST_WRITE_BUFFER];
        private int held;

        @Override
        public void write(int octet) throws IOException {
            makeRoom(1);
            buffer[held++] = (byte) octet;
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            int at = offset;
            int end = offset + length;
            while (at < end) {
                makeRoom(end - at);
                int count = Math.min(end - at, buffer.length - held);
                System.arraycopy(from, at, buffer, held, count);
                held += count;
                at += count;
            }
        }

        @Override
        public void flush() throws IOException {
            if (held > 0) {
                int count = held;
                held = 0;
                connection.write(buffer, 0, count, left());
            }
        }

        /// Makes room for at least one octet, and for all that are wanted if the buffer may grow so far.
        private void makeRoom(int wanted) throws IOException {
            if (buffer.length - held >= wanted) {
                return;
            }
            if (buffer.length < WRITE_BUFFER) {
                long size = Math.max(2L * buffer.length, (long) held + wanted);
                buffer = Arrays.copyOf(buffer, (int) Math.min(WRITE_BUFFER, size));
            }
            if (held == buffer.length) {
                flush();
            }
        }
    }
}
