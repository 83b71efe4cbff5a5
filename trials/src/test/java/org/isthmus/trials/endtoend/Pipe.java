// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// What a mapped address does: every connection to it goes on to another one. It shows a greeting of its own, as some firewalls do, and records what clients say.
final class Pipe implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket();
    private final InetSocketAddress to;
    private final String name;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    /// @param name what the greeting calls the server
    Pipe(String ip, int port, InetSocketAddress to, String name) throws IOException {
        this.to = to;
        this.name = name;
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(InetAddress.ofLiteral(ip), port));
        Thread.ofPlatform().daemon().name("pipe").start(this::accept);
    }

    /// Everything that clients have sent so far.
    String said() {
        synchronized (said) {
            return said.toString(StandardCharsets.ISO_8859_1);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket server = new Socket(to.getAddress(), to.getPort());
                Thread.ofVirtual().start(() -> copy(client, server, true));
                Thread.ofVirtual().start(() -> copy(server, client, false));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void copy(Socket from, Socket into, boolean client) {
        byte[] octets = new byte[8192];
        boolean first = !client;
        try (from; into; InputStream in = from.getInputStream(); OutputStream out = into.getOutputStream()) {
            for (int count = in.read(octets); count >= 0; count = in.read(octets)) {
                byte[] part = java.util.Arrays.copyOf(octets, count);
                if (client) {
                    synchronized (said) {
                        said.write(part);
                    }
                }
                out.write(first ? new String(part, StandardCharsets.ISO_8859_1).replaceFirst("^220 \\S+", "220 " + name).getBytes(StandardCharsets.ISO_8859_1) : part);
                out.flush();
                first = false;
            }
        } catch (IOException e) {
            // One side has gone, so the other goes too.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
