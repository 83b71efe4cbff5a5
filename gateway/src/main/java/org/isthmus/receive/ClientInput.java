// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Time;
import org.jspecify.annotations.Nullable;

/// What the client sends: command lines, and runs of octets for content. There is one buffer and one reader, so nothing can be left over between the two.
///
/// Only CRLF ends a line (RFC 5321 §2.3.8). A line that holds a bare CR, a bare LF or a NUL, or that is too long, is told of as soon as that is seen; its rest, up to
/// the next CRLF, is thrown away. What is told does not depend on how the octets were cut into packets.
final class ClientInput {
    private static final Duration NOT_STARTED = Duration.ZERO;

    /// What {@link #nextLine} found.
    enum Found {
        /// A line, at {@link #lineStart} in {@link #buffer}.
        LINE,
        /// A line with a character that must not stand in it. Its rest will be skipped.
        FORBIDDEN_CHARACTER,
        /// A line longer than {@link Bounds#COMMAND_LINE}. Its rest will be skipped.
        TOO_LONG,
        /// A line that doesn't end within any reason.
        ENDLESS,
        /// The client closed its side.
        CLOSED,
        /// The client said nothing, or not enough, for too long.
        SILENT,
        /// The server is being stopped. The connection is still ours to say so.
        STOPPING,
        /// The server is being stopped, and the client has been told already: nothing more may be said.
        TAKEN
    }

    private final Connection connection;
    private final ClientOutput output;
    private final Time time;
    private final Gate gate;
    private final Duration idle;
    private byte[] buffer = new byte[Bounds.RESTING_BUFFER];
    private int start;
    private int end;
    private boolean brimful;
    private boolean skipping;
    private int skipped;
    private int lineStart;
    private int lineLength;
    private Duration paceStart = NOT_STARTED;
    private long paceOctets;

    /// @param output is flushed before every wait
    /// @param idle how long the client may say nothing
    ClientInput(Connection connection, ClientOutput output, Time time, Gate gate, Duration idle) {
        this.connection = connection;
        this.output = output;
        this.time = time;
        this.gate = gate;
        this.idle = idle;
    }

    byte[] buffer() {
        return buffer;
    }

    /// Where the last line begins; it is valid until the next read.
    int lineStart() {
        return lineStart;
    }

    /// The last line's length, without its CRLF.
    int lineLength() {
        return lineLength;
    }

    /// Where the octets not yet taken begin.
    int start() {
        return start;
    }

    /// How many octets are here that nobody has taken.
    int ready() {
        return end - start;
    }

    /// Throws away everything that was said: what comes now is under TLS.
    void forget() {
        start = 0;
        end = 0;
        skipping = false;
        skipped = 0;
    }

    /// Takes octets off the front.
    void skip(int octets) {
        start += octets;
    }

    /// Whether the client says anything within a time. What it says is kept.
    boolean speaksWithin(Duration limit) throws IOException {
        try {
            return ready() > 0 || fillWithin(limit) > 0;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    /// Finds the next line, waiting for it where it must.
    /// @param atRest no transaction is open, so the server may be stopped while we wait
    Found nextLine(boolean atRest) throws IOException {
        int scanned = start;
        boolean waited = false;
        while (true) {
            Found found = scan(scanned);
            if (found != null) {
                return found;
            }
            int unread = end - start;
            Found trouble = waitForMore(atRest, waited);
            if (trouble != null) {
                return trouble;
            }
            scanned = start + unread;
            waited = true;
        }
    }

    /// Looks at what is in the buffer from {@code from} on; what lies before has been looked at.
    private @Nullable Found scan(int from) {
        int i = from;
        // A CR that was last in the buffer is judged now that its successor may be here.
        if (i > start && buffer[i - 1] == '\r') {
            i--;
        }
        for (; i < end; i++) {
            byte b = buffer[i];
            if (b == '\n' && i > start && buffer[i - 1] == '\r') {
                int length = i - 1 - start;
                lineStart = start;
                start = i + 1;
                if (!skipping) {
                    lineLength = length;
                    return length + 2 > Bounds.COMMAND_LINE ? Found.TOO_LONG : Found.LINE;
                }
                skipping = false;
            } else if (!skipping) {
                if (i - start >= Bounds.COMMAND_LINE) {
                    return skipRest(i, Found.TOO_LONG);
                }
                if (b == '\n' || b == 0 || (b == '\r' && i + 1 < end && buffer[i + 1] != '\n')) {
                    return skipRest(i + 1, Found.FORBIDDEN_CHARACTER);
                }
            }
        }
        if (skipping) {
            return skipOn();
        }
        return null;
    }

    private Found skipRest(int from, Found why) {
        start = from;
        skipping = true;
        skipped = 0;
        return why;
    }

    /// Throws away what is here, but for a CR at the end, whose LF may still come.
    private @Nullable Found skipOn() {
        int keep = end > start && buffer[end - 1] == '\r' ? 1 : 0;
        skipped += end - keep - start;
        start = end - keep;
        return skipped > Bounds.LINE_OVERRUN ? Found.ENDLESS : null;
    }

    private @Nullable Found waitForMore(boolean atRest, boolean again) throws IOException {
        output.flush();
        if (atRest && !gate.rest()) {
            return Found.STOPPING;
        }
        int count;
        try {
            count = again ? fillWithin(paced()) : fillPatiently();
        } catch (SocketTimeoutException e) {
            return atRest && !gate.resume() ? Found.TAKEN : Found.SILENT;
        } catch (IOException e) {
            if (atRest && !gate.resume()) {
                return Found.TAKEN;
            }
            throw e;
        }
        if (atRest && !gate.resume()) {
            return Found.TAKEN;
        }
        if (!again) {
            beginPace();
        }
        paceOctets += Math.max(count, 0);
        return count < 0 ? Found.CLOSED : null;
    }

    /// A client that says nothing for a while doesn't need much of a buffer; ten thousand of them shall cost next to nothing.
    private int fillPatiently() throws IOException {
        if (buffer.length > Bounds.RESTING_BUFFER && start == end && idle.compareTo(Bounds.BUFFER_PATIENCE) > 0) {
            try {
                return fillWithin(Bounds.BUFFER_PATIENCE);
            } catch (SocketTimeoutException e) {
                buffer = new byte[Bounds.RESTING_BUFFER];
                brimful = false;
            }
            return fillWithin(idle.minus(Bounds.BUFFER_PATIENCE));
        }
        return fillWithin(idle);
    }

    /// Starts counting for {@link #fillContent}: what comes from now on is one piece of content.
    void beginPace() {
        paceStart = time.elapsed();
        paceOctets = 0;
    }

    /// Waits for more content; all that was here must have been taken.
    /// @throws SocketTimeoutException if the client sends nothing for too long, or too slowly
    /// @throws EOFException if it closed its side
    void fillContent() throws IOException {
        output.flush();
        if (start == end && buffer.length < Bounds.SMALL_BUFFER) {
            buffer = new byte[Bounds.SMALL_BUFFER];
        } else if (brimful && start == end && buffer.length < Bounds.LARGE_BUFFER) {
            buffer = new byte[Bounds.LARGE_BUFFER];
        }
        int count = fillWithin(paced());
        if (count < 0) {
            throw new EOFException("the client closed the connection within the content");
        }
        paceOctets += count;
    }

    /// Reads on for a moment and throws it away. TCP resets a connection that is closed while something lies unread, and the reset may overtake our last reply. RFC 1122 §4.2.2.13
    void linger() throws IOException {
        Duration end = time.elapsed().plus(Bounds.LINGER);
        byte[] unheard = new byte[Bounds.SMALL_BUFFER];
        long read = 0;
        try {
            while (read < Bounds.LINGER_OCTETS) {
                Duration left = end.minus(time.elapsed());
                int count = left.isPositive() ? connection.read(unheard, 0, unheard.length, left) : -1;
                if (count < 0) {
                    return;
                }
                read += count;
            }
        } catch (SocketTimeoutException e) {
            // The client had its chance to read.
        }
    }

    /// How long the next wait may be. Each alone must be shorter than the idle time, and all together no longer than that plus the time that the octets take at the slowest pace.
    private Duration paced() throws SocketTimeoutException {
        Duration allowed = idle.plusMillis(paceOctets * 1000 / Bounds.SLOWEST).minus(time.elapsed().minus(paceStart));
        if (!allowed.isPositive()) {
            throw new SocketTimeoutException("slower than " + Bounds.SLOWEST + " octets a second");
        }
        return allowed.compareTo(idle) < 0 ? allowed : idle;
    }

    private int fillWithin(Duration limit) throws IOException {
        makeRoom();
        int count = connection.read(buffer, end, buffer.length - end, limit);
        if (count > 0) {
            end += count;
        }
        brimful = end == buffer.length;
        return count;
    }

    /// A client that has filled the buffer once has more to say than one at rest.
    private void makeRoom() {
        byte[] to = brimful && buffer.length < Bounds.SMALL_BUFFER ? new byte[Bounds.SMALL_BUFFER] : buffer;
        if (start == end) {
            start = 0;
            end = 0;
        } else if (end == buffer.length) {
            System.arraycopy(buffer, start, to, 0, end - start);
            end -= start;
            start = 0;
        }
        buffer = to;
    }
}
