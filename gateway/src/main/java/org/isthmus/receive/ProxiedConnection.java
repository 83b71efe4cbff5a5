// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Time;
import org.isthmus.proxy.ProxyHeader;
import org.isthmus.proxy.ProxyHeader.Finding;

/// A client's connection that came by a proxy: it has the client's two ends, and gives first what was read behind the proxy's header. Used by one actor at a time.
final class ProxiedConnection implements Connection {
    private final Connection carrier;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final byte[] rest;
    private int given;

    private ProxiedConnection(Connection carrier, InetSocketAddress local, InetSocketAddress remote, byte[] rest) {
        this.carrier = carrier;
        this.local = local;
        this.remote = remote;
        this.rest = rest;
    }

    /// The header was none, or a wrong one.
    static final class NoHeader extends IOException {
        private static final long serialVersionUID = 1;

        private final String problem;

        NoHeader(String problem) {
            super(problem);
            this.problem = problem;
        }

        String problem() {
            return problem;
        }
    }

    /// Reads the header that a proxy puts before everything else.
    /// @throws NoHeader if there is none; the connection is of no use then, and nothing may be said on it
    static ProxiedConnection of(Connection carrier, Time time, Duration limit) throws IOException {
        byte[] octets = new byte[256];
        int length = 0;
        Duration end = time.elapsed().plus(limit);
        while (true) {
            Duration left = end.minus(time.elapsed());
            if (!left.isPositive()) {
                throw new SocketTimeoutException("no whole PROXY header within " + limit.toSeconds() + " s");
            }
            int count = carrier.read(octets, length, octets.length - length, left);
            if (count < 0) {
                throw new EOFException("closed before its PROXY header was whole");
            }
            length += count;
            switch (ProxyHeader.read(octets, length)) {
                case Finding.Unfinished more -> octets = length < octets.length ? octets : Arrays.copyOf(octets, Math.min(2 * length, ProxyHeader.V2_LIMIT + 1));
                case Finding.Wrong wrong -> throw new NoHeader(wrong.problem());
                case Finding.Proxy itself -> {
                    return new ProxiedConnection(carrier, carrier.local(), carrier.remote(), Arrays.copyOfRange(octets, itself.length(), length));
                }
                case Finding.Client client -> {
                    return new ProxiedConnection(carrier, client.destination(), client.source(), Arrays.copyOfRange(octets, client.length(), length));
                }
            }
        }
    }

    /// Who handed it on.
    InetSocketAddress proxy() {
        return carrier.remote();
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
        if (given == rest.length) {
            return carrier.read(into, offset, length, limit);
        }
        int count = Math.min(length, rest.length - given);
        System.arraycopy(rest, given, into, offset, count);
        given += count;
        return count;
    }

    @Override
    public int available() throws IOException {
        return rest.length - given + carrier.available();
    }

    @Override
    public void write(byte[] from, int offset, int length, Duration limit) throws IOException {
        carrier.write(from, offset, length, limit);
    }

    @Override
    public void close() {
        carrier.close();
    }
}
