// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.LocalSockets;

/// The system's Unix sockets.
///
/// A socket gets its name only after its mode is 0600, so there is no moment at which others could connect by that name; and who connects all the same, under
/// the name that it has before, is turned away by the user that the kernel tells.
public final class LiveLocalSockets implements LocalSockets {
    private static final int BACKLOG = 16;
    /// What the kernel takes as a path, less its end.
    private static final int LONGEST_PATH = 107;

    @Override
    public Listener listen(Path at) throws IOException {
        Path unfinished = at.resolveSibling(at.getFileName() + ".new");
        check(unfinished);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            Files.deleteIfExists(unfinished);
            channel.bind(UnixDomainSocketAddress.of(unfinished), BACKLOG);
            Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rw-------"));
            Files.move(unfinished, at, StandardCopyOption.ATOMIC_MOVE);
            return new LocalListener(channel, at, Files.getOwner(at));
        } catch (IOException e) {
            channel.close();
            throw new IOException("cannot listen on " + at + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Connection connect(Path to, Duration limit) throws IOException {
        check(to);
        // Tells a file that is not there from a folder that may not be looked into.
        Files.readAttributes(to, BasicFileAttributes.class);
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(to));
            return new LocalConnection(channel, "");
        } catch (IOException e) {
            channel.close();
            if (!Files.isReadable(to) || !Files.isWritable(to)) {
                throw new AccessDeniedException(to.toString());
            }
            ConnectException refused = new ConnectException("nobody listens on " + to + ": " + e.getMessage());
            refused.initCause(e);
            throw refused;
        }
    }

    private static void check(Path path) throws SocketException {
        if (path.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length > LONGEST_PATH) {
            throw new SocketException(path + " is too long for a Unix socket: the system takes " + LONGEST_PATH + " octets; choose a shorter data folder");
        }
    }

    private record LocalListener(ServerSocketChannel channel, Path path, UserPrincipal owner) implements Listener {
        @Override
        public InetSocketAddress address() {
            return InetSocketAddress.createUnresolved(path.toString(), 0);
        }

        @Override
        public Connection accept() throws IOException {
            while (true) {
                SocketChannel client = channel.accept();
                try {
                    UserPrincipal user = client.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
                    if (user.equals(owner) || user.getName().equals("root")) {
                        return new LocalConnection(client, user.getName());
                    }
                    client.close();
                } catch (IOException e) {
                    client.close();
                }
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
            Files.deleteIfExists(path);
        }
    }

    /// The JDK knows no time limits for these. A limit that passes closes the connection, so what is late cannot be taken for the answer to something else.
    private static final class LocalConnection implements Connection {
        private final SocketChannel channel;
        private final InetSocketAddress remote;

        LocalConnection(SocketChannel channel, String user) {
            this.channel = channel;
            this.remote = InetSocketAddress.createUnresolved(user, 0);
        }

        @Override
        public InetSocketAddress local() {
            return InetSocketAddress.createUnresolved("", 0);
        }

        @Override
        public InetSocketAddress remote() {
            return remote;
        }

        @Override
        public int read(byte[] into, int offset, int length, Duration limit) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(into, offset, length);
            return within(limit, "nothing came", () -> channel.read(buffer));
        }

        @Override
        public int available() {
            return 0;
        }

        @Override
        public void write(byte[] from, int offset, int length, Duration limit) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(from, offset, length);
            within(limit, "the peer did not take " + length + " bytes", () -> {
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                return length;
            });
        }

        private interface Action {
            int run() throws IOException;
        }

        private int within(Duration limit, String problem, Action action) throws IOException {
            Guard guard = new Guard();
            Thread thread = Thread.ofVirtual().name("local-socket-limit").start(() -> guard.watch(limit));
            try {
                return action.run();
            } catch (AsynchronousCloseException e) {
                throw guard.late ? new SocketTimeoutException(problem + " within " + limit) : e;
            } catch (ClosedChannelException e) {
                throw new SocketException("the connection is closed");
            } finally {
                thread.interrupt();
            }
        }

        private final class Guard {
            private volatile boolean late;

            void watch(Duration limit) {
                try {
                    Thread.sleep(limit);
                    late = true;
                    close();
                } catch (InterruptedException e) {
                    // In time.
                }
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                // The descriptor is gone in any case.
            }
        }
    }
}
