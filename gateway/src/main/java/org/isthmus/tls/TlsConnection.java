// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tls;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Time;
import org.isthmus.transit.TlsFacts;
import org.jspecify.annotations.Nullable;

/// A connection under TLS, over one that is in the clear.
///
/// - Nothing that came in the clear is ever handed on: it begins with empty buffers, and what is no TLS record ends it.
/// - A close_notify of the peer is the end: from then on nothing is read, whatever comes (RFC 8446 §6.1). An end without one is an end too.
/// - What fails, fails for good: there is no way back to the clear.
/// - Buffers are there only while something is on its way: a session at rest holds half a KiB.
///
/// As with every connection one actor uses it; another one may close it, or say a last word while the first waits in {@link #read}.
public final class TlsConnection implements Connection {
    private static final byte[] NOTHING = new byte[0];
    private static final int WAITING_BUFFER = 512;
    private static final int RECORD = 16 * 1024;
    /// Room for what a whole record holds: beside the data of TLS 1.3 the octet that names their type, and of TLS 1.2 padding, for which the engine wants room as well. RFC 8446 §5.4.
    private static final int OPENED = RECORD + 512;
    private static final Duration BUFFER_PATIENCE = Duration.ofSeconds(2);
    /// Closing never waits: what the peer has no room for at this moment it will not get.
    private static final Duration AT_ONCE = Duration.ofMillis(1);

    private final Connection carrier;
    private final SSLEngine engine;
    private final Time time;
    private final AtomicBoolean closed = new AtomicBoolean();
    private byte[] coming = NOTHING;
    private int start;
    private int end;
    private byte[] plain = NOTHING;
    private int plainStart;
    private int plainEnd;
    private boolean over;
    private volatile boolean established;
    private @Nullable TlsFacts facts;

    private TlsConnection(Connection carrier, SSLEngine engine, Time time) {
        this.carrier = carrier;
        this.engine = engine;
        this.time = time;
    }

    /// Shakes hands; the engine knows which side we are.
    /// @param limit for all of it
    /// @throws SSLException if the two could not agree; the carrier is closed
    /// @throws IOException if the connection broke, or it took too long; the carrier is closed
    static TlsConnection handshake(Connection carrier, SSLEngine engine, Time time, Duration limit) throws IOException {
        TlsConnection connection = new TlsConnection(carrier, engine, time);
        boolean good = false;
        try {
            connection.shakeHands(time.elapsed().plus(limit));
            connection.release();
            connection.established = true;
            good = true;
            return connection;
        } finally {
            if (!good) {
                carrier.close();
            }
        }
    }

    private void shakeHands(Duration deadline) throws IOException {
        engine.beginHandshake();
        try {
            while (true) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_TASK -> runTasks();
                    case NEED_WRAP -> send(ByteBuffer.wrap(NOTHING), left(deadline));
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> hear(deadline);
                    case FINISHED, NOT_HANDSHAKING -> {
                        return;
                    }
                }
                if (engine.isInboundDone() && engine.isOutboundDone()) {
                    throw new SSLException("the peer ended the handshake");
                }
            }
        } catch (SSLException e) {
            farewell();
            throw e;
        }
    }

    private void hear(Duration deadline) throws IOException {
        if (plain.length == 0) {
            plain = new byte[OPENED];
        }
        SSLEngineResult result = engine.unwrap(ByteBuffer.wrap(coming, start, end - start), ByteBuffer.wrap(plain, plainEnd, plain.length - plainEnd));
        start += result.bytesConsumed();
        plainEnd += result.bytesProduced();
        switch (result.getStatus()) {
            case BUFFER_UNDERFLOW -> {
                if (fill(left(deadline)) < 0) {
                    throw new EOFException("the peer closed the connection during the TLS handshake");
                }
            }
            case CLOSED -> {
                over = true;
                throw new SSLException("the peer ended the handshake");
            }
            case BUFFER_OVERFLOW -> throw new SSLException("a record larger than any may be");
            case OK -> {}
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private Duration left(Duration deadline) throws SocketTimeoutException {
        Duration left = deadline.minus(time.elapsed());
        if (!left.isPositive()) {
            throw new SocketTimeoutException("TLS took too long");
        }
        return left;
    }

    /// What the handshake settled.
    /// @param proof what the peer's certificates proved
    void settle(TlsFacts facts) {
        this.facts = facts;
    }

    /// What the handshake settled.
    public TlsFacts facts() {
        TlsFacts known = facts;
        if (known == null) {
            throw new IllegalStateException("asked before the handshake was looked at");
        }
        return known;
    }

    /// What was agreed on.
    SSLSession session() {
        return engine.getSession();
    }

    /// The application protocol that was agreed on; none if none.
    @Nullable String applicationProtocol() {
        String protocol = engine.getApplicationProtocol();
        return protocol == null || protocol.isEmpty() ? null : protocol;
    }

    @Override
    public InetSocketAddress local() {
        return carrier.local();
    }

    @Override
    public InetSocketAddress remote() {
        return carrier.remote();
    }

    // ---- reading

    @Override
    public int read(byte[] into, int offset, int length, Duration limit) throws IOException {
        if (length == 0) {
            return 0;
        }
        Duration deadline = time.elapsed().plus(limit);
        Duration wait = limit;
        while (true) {
            int count = plainEnd > plainStart ? takePlain(into, offset, length) : over ? -1 : unwrap(into, offset, length);
            if (count != 0) {
                return count;
            }
            if (!over && plainStart == plainEnd && needsMore()) {
                if (fillPatiently(wait) < 0) {
                    // Nobody can be sure that this was the peer's doing; what is missing was never handed on.
                    over = true;
                    return -1;
                }
                wait = deadline.minus(time.elapsed());
                if (!wait.isPositive()) {
                    wait = AT_ONCE;
                }
            }
        }
    }

    private int takePlain(byte[] into, int offset, int length) {
        int count = Math.min(length, plainEnd - plainStart);
        System.arraycopy(plain, plainStart, into, offset, count);
        plainStart += count;
        if (plainStart == plainEnd) {
            plainStart = 0;
            plainEnd = 0;
        }
        return count;
    }

    private boolean underflow = true;

    private boolean needsMore() {
        return underflow || start == end;
    }

    /// Opens what has come, into the caller's array where it is large enough.
    /// @return octets for the caller; 0 if there are none yet, or they are in {@link #plain}; -1 at the end
    private int unwrap(byte[] into, int offset, int length) throws IOException {
        if (start == end) {
            underflow = true;
            return 0;
        }
        SSLEngineResult result = engine.unwrap(ByteBuffer.wrap(coming, start, end - start), ByteBuffer.wrap(into, offset, length));
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            if (plain.length == 0) {
                plain = new byte[OPENED];
            }
            result = engine.unwrap(ByteBuffer.wrap(coming, start, end - start), ByteBuffer.wrap(plain));
            plainEnd = result.bytesProduced();
        }
        start += result.bytesConsumed();
        underflow = result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW;
        return switch (result.getStatus()) {
            case OK -> {
                afterwards(result.getHandshakeStatus());
                yield plainEnd > plainStart ? 0 : result.bytesProduced();
            }
            case BUFFER_UNDERFLOW -> 0;
            case BUFFER_OVERFLOW -> throw new SSLException("a record larger than any may be");
            case CLOSED -> {
                over = true;
                coming = NOTHING;
                start = 0;
                end = 0;
                yield -1;
            }
        };
    }

    /// What the engine wants beside data: an answer to a new key. TLS 1.2 would begin a new handshake here, which nobody needs and which has been abused
    /// (CVE-2009-3555, CVE-2011-1473).
    private void afterwards(HandshakeStatus status) throws IOException {
        if (status == HandshakeStatus.FINISHED || status == HandshakeStatus.NOT_HANDSHAKING) {
            return;
        }
        if (!engine.getSession().getProtocol().equals("TLSv1.3")) {
            throw new SSLException("the peer began a new handshake, which is not done here");
        }
        for (HandshakeStatus now = status; now == HandshakeStatus.NEED_TASK || now == HandshakeStatus.NEED_WRAP; now = engine.getHandshakeStatus()) {
            if (now == HandshakeStatus.NEED_TASK) {
                runTasks();
            } else {
                send(ByteBuffer.wrap(NOTHING), BUFFER_PATIENCE);
            }
        }
    }

    /// A peer that says nothing for a while doesn't need large buffers.
    private int fillPatiently(Duration limit) throws IOException {
        boolean large = coming.length > WAITING_BUFFER || plain.length > 0;
        if (start == end && large && limit.compareTo(BUFFER_PATIENCE) > 0) {
            try {
                return fill(BUFFER_PATIENCE);
            } catch (SocketTimeoutException e) {
                release();
            }
            return fill(limit.minus(BUFFER_PATIENCE));
        }
        return fill(limit);
    }

    /// Gives back what holds nothing.
    private void release() {
        if (start == end) {
            coming = NOTHING;
            start = 0;
            end = 0;
        }
        if (plainStart == plainEnd) {
            plain = NOTHING;
            plainStart = 0;
            plainEnd = 0;
        }
    }

    private int fill(Duration limit) throws IOException {
        if (start == end) {
            start = 0;
            end = 0;
        }
        if (coming.length == 0) {
            coming = new byte[WAITING_BUFFER];
        } else if (end == coming.length) {
            if (start == 0) {
                coming = java.util.Arrays.copyOf(coming, Math.max(engine.getSession().getPacketBufferSize(), coming.length * 2));
            } else {
                System.arraycopy(coming, start, coming, 0, end - start);
                end -= start;
                start = 0;
            }
        }
        int count = carrier.read(coming, end, coming.length - end, limit);
        if (count > 0) {
            end += count;
        }
        return count;
    }

    /// Opens what has come already; a close_notify among it is trouble, for whoever asks wants to go on.
    @Override
    public int available() throws IOException {
        while (plainStart == plainEnd) {
            if (over) {
                throw new EOFException("the peer has ended TLS");
            }
            if (plain.length == 0) {
                plain = new byte[OPENED];
            }
            if (unwrapAside() == 0 && needsMore()) {
                if (carrier.available() == 0) {
                    return 0;
                }
                if (fill(AT_ONCE) < 0) {
                    over = true;
                }
            }
        }
        return plainEnd - plainStart;
    }

    private int unwrapAside() throws IOException {
        int count = unwrap(plain, 0, plain.length);
        if (count > 0) {
            plainStart = 0;
            plainEnd = count;
        }
        return count;
    }

    // ---- writing

    @Override
    public void write(byte[] from, int offset, int length, Duration limit) throws IOException {
        send(ByteBuffer.wrap(from, offset, length), limit);
    }

    /// Sends data; without any, all that the engine itself has to say, in one piece.
    private void send(ByteBuffer data, Duration limit) throws IOException {
        boolean own = !data.hasRemaining();
        ByteBuffer lent = RecordBuffers.take();
        try {
            ByteBuffer out = lent;
            SSLEngineResult result;
            do {
                result = engine.wrap(data, out);
                switch (result.getStatus()) {
                    case OK -> {}
                    case BUFFER_OVERFLOW -> {
                        if (out.position() == 0) {
                            out = ByteBuffer.allocate(Math.max(engine.getSession().getPacketBufferSize(), out.capacity() * 2));
                        } else {
                            flush(out, limit);
                        }
                    }
                    case CLOSED -> {
                        flush(out, limit);
                        throw new EOFException("TLS has ended");
                    }
                    case BUFFER_UNDERFLOW -> throw new SSLException("nothing to wrap");
                }
            } while (data.hasRemaining() || (own && result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP));
            flush(out, limit);
        } finally {
            RecordBuffers.give(lent);
        }
    }

    private void flush(ByteBuffer out, Duration limit) throws IOException {
        if (out.position() > 0) {
            carrier.write(out.array(), 0, out.position(), limit);
            out.clear();
        }
    }

    /// Tells the peer that this is the end, as far as it can be told at once.
    private void farewell() {
        ByteBuffer out = RecordBuffers.take();
        try {
            engine.closeOutbound();
            for (int i = 0; i < 2 && !engine.isOutboundDone(); i++) {
                engine.wrap(ByteBuffer.wrap(NOTHING), out);
            }
            flush(out, AT_ONCE);
        } catch (IOException e) {
            // The carrier is closed in any case.
        } finally {
            RecordBuffers.give(out);
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            if (established) {
                farewell();
            }
            carrier.close();
        }
    }
}
