// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.isthmus.platform.Connection;

/// A blocking socket. Reads have the socket's own time limit. The JDK knows none for writes: the {@link WriteWatch} closes a connection whose write is overdue.
final class LiveConnection implements Connection {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final WriteWatch watch;
    private int readMillis = -1;
    /// When the present write is overdue, in {@link System#nanoTime}; 0 while nobody writes.
    private volatile long overdue;
    private volatile boolean tooSlow;

    /// @throws IOException if the peer has already gone
    LiveConnection(SocketChannel channel, WriteWatch watch) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        this.socket = channel.socket();
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
        this.local = (InetSocketAddress) channel.getLocalAddress();
        this.remote = (InetSocketAddress) channel.getRemoteAddress();
        this.watch = watch;
        watch.add(this);
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
        int millis = Limits.millis(limit);
        if (millis != readMillis) {
            socket.setSoTimeout(millis);
            readMillis = millis;
        }
        return in.read(into, offset, length);
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }

    @Override
    public void write(byte[] from, int offset, int length, Duration limit) throws IOException {
        long end = System.nanoTime() + Math.max(1, Limits.nanos(limit));
        overdue = end == 0 ? 1 : end;
        try {
            out.write(from, offset, length);
        } catch (IOException e) {
            throw tooSlow ? new SocketTimeoutException("the peer did not take " + length + " bytes within " + limit) : e;
        } finally {
            overdue = 0;
        }
    }

    /// Closes it if its write is overdue.
    void closeIfOverdue(long now) {
        long end = overdue;
        if (end != 0 && now - end > 0) {
            tooSlow = true;
            close();
        }
    }

    @Override
    public void close() {
        watch.remove(this);
        try {
            socket.close();
        } catch (IOException e) {
            // The descriptor is gone in any case, and what the peer has not got, it will not get.
        }
    }
}
