// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import org.isthmus.platform.Connection;
import org.isthmus.trials.world.SimulatedActor.Woken;

/// One end of a simulated TCP connection.
final class SimulatedConnection implements Connection {
    private final Baton baton;
    private final SimulatedHost host;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final Wire in;
    private final Wire out;
    private boolean closed;

    SimulatedConnection(Baton baton, SimulatedHost host, InetSocketAddress local, InetSocketAddress remote, Wire in, Wire out) {
        this.baton = baton;
        this.host = host;
        this.local = local;
        this.remote = remote;
        this.in = in;
        this.out = out;
    }

    @Override
    public InetSocketAddress local() {
        return local;
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public int read(byte[] into, int offset, int length, Duration limit) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        baton.step("read", length);
        long deadline = baton.deadline(limit);
        while (true) {
            checkOpen();
            int count = in.get(into, offset, length);
            if (count > 0 || length == 0) {
                return count;
            }
            if (in.resetArrived()) {
                throw new SocketException("Connection reset");
            }
            if (in.ended()) {
                return -1;
            }
            if (deadline <= baton.now()) {
                throw new SocketTimeoutException("Read timed out");
            }
            await(in.readers, Math.min(deadline, in.nextArrival()), "read from " + remote);
        }
    }

    @Override
    public int available() throws IOException {
        baton.step("available", "");
        checkOpen();
        return in.available();
    }

    @Override
    public void write(byte[] from, int offset, int length, Duration limit) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        baton.step("write", length);
        long deadline = baton.deadline(limit);
        int done = 0;
        while (done < length) {
            checkOpen();
            if (in.resetArrived()) {
                throw new SocketException("Broken pipe");
            }
            if (out.deaf() || out.room() > 0) {
                done += out.put(from, offset + done, length - done);
            } else if (deadline <= baton.now()) {
                end();
                throw new SocketTimeoutException("Write timed out");
            } else {
                await(out.writers, Math.min(deadline, in.resetArrival()), "write to " + remote);
            }
        }
    }

    @Override
    public void close() {
        if (!closed) {
            baton.step("close", remote);
            end();
        }
    }

    /// What the system does when the last holder of a socket is gone.
    void end() {
        if (closed) {
            return;
        }
        closed = true;
        if (in.hasUnread()) {
            // RFC 2525 §2.17: closing with data unread resets.
            out.reset(baton.now());
        } else {
            out.finish();
        }
        in.receiver(Wire.Receiver.CLOSED);
        baton.signalAll(out.writers);
        host.forget(this);
    }

    /// The system resets a connection that the program never took.
    void abort() {
        closed = true;
        out.reset(baton.now());
        in.receiver(Wire.Receiver.CLOSED);
    }

    /// The machine lost its power: the peer hears nothing any more.
    void vanish() {
        closed = true;
        in.receiver(Wire.Receiver.VANISHED);
    }

    /// The machine is up again and does not know the connection: what comes now is answered with a reset.
    void reappear() {
        in.receiver(Wire.Receiver.CLOSED);
    }

    private void checkOpen() throws SocketException {
        if (closed) {
            throw new SocketException("Socket closed");
        }
    }

    /// As with real sockets on virtual threads, an interrupt closes the connection and the mark stays.
    private void await(WaitList list, long until, String what) throws SocketException {
        if (baton.await(list, until, what) == Woken.INTERRUPT) {
            end();
            Thread.currentThread().interrupt();
            throw new SocketException("Closed by interrupt");
        }
    }
}
