// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Network;
import org.isthmus.platform.Time;
import org.jspecify.annotations.Nullable;

/// Servers by address, and a clock that moves only when somebody waits. An address without a server refuses; one that is mute swallows the time limit.
final class FakeNetwork implements Network, Time {
    final Map<InetSocketAddress, FakeServer> servers = new HashMap<>();
    final List<InetSocketAddress> mute = new ArrayList<>();
    /// Every attempt to connect, in order, with the source address if one was given.
    final List<String> connects = new ArrayList<>();
    /// The most octets that one read gives.
    int piece = Integer.MAX_VALUE;
    /// Called before each read and write, for tests that interfere.
    Runnable beforeIo = () -> {};

    private Duration elapsed = Duration.ofDays(3);

    @Override
    public Instant now() {
        return Instant.parse("2026-11-24T00:00:00Z").plus(elapsed);
    }

    @Override
    public Duration elapsed() {
        return elapsed;
    }

    @Override
    public void sleep(Duration duration) {
        elapsed = elapsed.plus(duration);
    }

    @Override
    public Listener listen(InetSocketAddress at) {
        throw new UnsupportedOperationException("a client listens to nobody");
    }

    @Override
    public Connection connect(@Nullable InetSocketAddress from, InetSocketAddress to, Duration limit) throws IOException {
        connects.add((from == null ? "" : from.getAddress().getHostAddress() + ">") + to.getAddress().getHostAddress() + ":" + to.getPort());
        if (mute.contains(to)) {
            sleep(limit);
            throw new SocketTimeoutException("connect timed out");
        }
        FakeServer server = servers.get(to);
        if (server == null) {
            throw new IOException("Connection refused");
        }
        return new FakeConnection(server, server.connect(), to);
    }

    private final class FakeConnection implements Connection {
        private final FakeServer server;
        private final FakeServer.Conversation conversation;
        private final InetSocketAddress remote;
        private long written;
        private boolean dribbles;
        private boolean closed;

        FakeConnection(FakeServer server, FakeServer.Conversation conversation, InetSocketAddress remote) {
            this.server = server;
            this.conversation = conversation;
            this.remote = remote;
        }

        @Override
        public InetSocketAddress local() {
            return new InetSocketAddress("127.0.0.1", 40000);
        }

        @Override
        public InetSocketAddress remote() {
            return remote;
        }

        @Override
        public int read(byte[] into, int offset, int length, Duration limit) throws IOException {
            beforeIo.run();
            checkOpen();
            if (conversation.out.indexOf(FakeServer.DRIBBLE) == 0) {
                dribbles = true;
                conversation.out.delete(0, FakeServer.DRIBBLE.length());
            }
            if (conversation.out.isEmpty()) {
                if (conversation.closed) {
                    return -1;
                }
                sleep(limit);
                throw new SocketTimeoutException("Read timed out");
            }
            if (dribbles && limit.compareTo(Duration.ofSeconds(1)) < 0) {
                sleep(limit);
                throw new SocketTimeoutException("Read timed out");
            } else if (dribbles) {
                sleep(Duration.ofSeconds(1));
            }
            int special = conversation.out.indexOf(FakeServer.DRIBBLE);
            int there = special < 0 ? conversation.out.length() : special;
            int count = Math.min(dribbles ? 1 : piece, Math.min(length, there));
            byte[] octets = conversation.out.substring(0, count).getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(octets, 0, into, offset, count);
            conversation.out.delete(0, count);
            return count;
        }

        @Override
        public int available() throws IOException {
            checkOpen();
            return conversation.out.length();
        }

        @Override
        public void write(byte[] from, int offset, int length, Duration limit) throws IOException {
            beforeIo.run();
            checkOpen();
            if (limit.isNegative() || limit.isZero()) {
                throw new AssertionError("a write without time");
            }
            if (conversation.closed) {
                throw new IOException("Broken pipe");
            }
            if (written + length > server.survives) {
                int part = (int) (server.survives - written);
                conversation.receive(from, offset, part);
                conversation.closed = true;
                written += part;
                throw new IOException("Connection reset by peer");
            }
            if (written + length > server.reads) {
                sleep(limit);
                close();
                throw new SocketTimeoutException("the peer did not take " + length + " octets");
            }
            written += length;
            conversation.receive(from, offset, length);
        }

        @Override
        public void close() {
            closed = true;
            conversation.closedByClient = true;
        }

        private void checkOpen() throws IOException {
            if (closed) {
                throw new IOException("Socket closed");
            }
        }
    }
}
