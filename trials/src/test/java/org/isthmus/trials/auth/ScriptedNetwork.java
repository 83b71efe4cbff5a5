// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.auth;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Network;
import org.jspecify.annotations.Nullable;

/// A network on which there is one server, that says at each connection the same things: the first at once, each other after something was said to it.
final class ScriptedNetwork implements Network {
    final List<String> heard = new ArrayList<>();
    private final List<String> says;

    ScriptedNetwork(List<String> says) {
        this.says = says;
    }

    @Override
    public Listener listen(InetSocketAddress at) throws IOException {
        throw new IOException("nobody listens here");
    }

    @Override
    public Connection connect(@Nullable InetSocketAddress from, InetSocketAddress to, Duration limit) throws IOException {
        if (says.isEmpty()) {
            throw new IOException("connection refused");
        }
        return new Scripted(new ArrayDeque<>(says));
    }

    private final class Scripted implements Connection {
        private final Deque<String> left;
        private byte[] ready = new byte[0];

        Scripted(Deque<String> left) {
            this.left = left;
            next();
        }

        private void next() {
            ready = left.isEmpty() ? new byte[0] : left.removeFirst().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public InetSocketAddress local() {
            return new InetSocketAddress(0);
        }

        @Override
        public InetSocketAddress remote() {
            return new InetSocketAddress(0);
        }

        @Override
        public int read(byte[] into, int offset, int length, Duration limit) {
            int count = Math.min(length, ready.length);
            System.arraycopy(ready, 0, into, offset, count);
            ready = java.util.Arrays.copyOfRange(ready, count, ready.length);
            return count == 0 ? -1 : count;
        }

        @Override
        public int available() {
            return ready.length;
        }

        @Override
        public void write(byte[] from, int offset, int length, Duration limit) {
            String said = new String(from, offset, length, StandardCharsets.UTF_8);
            heard.add(said);
            if (!said.startsWith("VERSION")) {
                next();
            }
        }

        @Override
        public void close() {
            left.clear();
        }
    }
}
