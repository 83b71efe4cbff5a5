// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Network;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.jspecify.annotations.Nullable;

/// Plays the server's side of a {@link DeliverDialogue} as network and clock of the client. It acts on the client's own thread: when the client waits for
/// an answer, what it has sent by then is compared with the script.
final class ScriptedServer implements Opposite, Network, Time {
    /// When the client begins.
    static final Instant BEGIN = Instant.parse("2026-11-25T00:00:00Z");

    private final Deque<List<DeliverDialogue.Step>> connections;
    private final List<ScriptedConnection> opened = new ArrayList<>();
    private Duration elapsed = Duration.ZERO;

    ScriptedServer(List<List<DeliverDialogue.Step>> connections) {
        this.connections = new ArrayDeque<>(connections);
    }

    /// The n-th server of the way.
    static InetSocketAddress address(int number) {
        return new InetSocketAddress("192.0.2." + number, 25);
    }

    /// As a pattern; {@code *} stands for anything.
    static String pattern(String line) {
        return "\\Q" + line.replace("*", "\\E.*\\Q") + "\\E";
    }

    @Override
    public Network network() {
        return this;
    }

    @Override
    public Time time() {
        return this;
    }

    @Override
    public Threads threads() {
        return new NoThreads();
    }

    @Override
    public Entropy entropy() {
        return new NoChance();
    }

    @Override
    public void resume() {
        for (ScriptedConnection connection : opened) {
            connection.hearAll();
            if (connection.script.peek() instanceof DeliverDialogue.Step.Pauses) {
                connection.script.remove();
            }
        }
    }

    @Override
    public void checkOver() {
        for (ScriptedConnection connection : opened) {
            connection.hearAll();
            // Words that the client did not wait for are no fault of it.
            connection.script.removeIf(step -> connection.closed && step instanceof DeliverDialogue.Step.Says);
            assertThat(connection.sent.toString(StandardCharsets.ISO_8859_1)).as("sent by the client but not in the script").isEmpty();
            assertThat(connection.script).as("in the script but not asked for").isEmpty();
        }
        assertThat(connections).as("connections that were not made").isEmpty();
    }

    @Override
    public Instant now() {
        return BEGIN.plus(elapsed);
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
        if (connections.isEmpty()) {
            fail("a connection to " + to + " that is not in the script");
        }
        Deque<DeliverDialogue.Step> script = new ArrayDeque<>(connections.removeFirst());
        int expected = script.peek() instanceof DeliverDialogue.Step.Connects connects ? connects.server() : 1;
        assertThat(to).as("the server of connection " + (opened.size() + 1)).isEqualTo(address(expected));
        script.removeIf(DeliverDialogue.Step.Connects.class::isInstance);
        if (script.peek() instanceof DeliverDialogue.Step.Refuses) {
            throw new IOException("Connection refused");
        }
        ScriptedConnection connection = new ScriptedConnection(script, to);
        opened.add(connection);
        return connection;
    }

    private final class ScriptedConnection implements Connection {
        private final Deque<DeliverDialogue.Step> script;
        private final InetSocketAddress remote;
        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        private byte[] saying = new byte[0];
        private boolean closed;

        ScriptedConnection(Deque<DeliverDialogue.Step> script, InetSocketAddress remote) {
            this.script = script;
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
            checkOpen();
            if (saying.length == 0) {
                hearAll();
                assertThat(sent.toString(StandardCharsets.ISO_8859_1)).as("sent by the client before the server's next words").isEmpty();
                sayAll();
            }
            if (saying.length > 0) {
                int count = Math.min(length, saying.length);
                System.arraycopy(saying, 0, into, offset, count);
                saying = Arrays.copyOfRange(saying, count, saying.length);
                return count;
            }
            return switch (script.peek()) {
                case DeliverDialogue.Step.Closes closes -> {
                    script.remove();
                    yield -1;
                }
                case DeliverDialogue.Step.Hangs hangs -> {
                    script.remove();
                    sleep(limit);
                    throw new SocketTimeoutException("Read timed out");
                }
                case DeliverDialogue.Step.Shakes shakes -> fail("there is no TLS in memory");
                case null -> fail("the client waits, but the script is over");
                default -> fail("the client waits, but should have sent " + script.peek());
            };
        }

        private void sayAll() {
            ByteArrayOutputStream words = new ByteArrayOutputStream();
            while (script.peek() instanceof DeliverDialogue.Step.Says says) {
                script.remove();
                words.writeBytes(says.octets());
            }
            saying = words.toByteArray();
        }

        /// Compares what was sent with what the script expects now.
        void hearAll() {
            while (true) {
                switch (script.peek()) {
                    case DeliverDialogue.Step.Hears hears -> {
                        byte[] all = sent.toByteArray();
                        int end = new String(all, StandardCharsets.ISO_8859_1).indexOf("\r\n");
                        if (end < 0) {
                            return;
                        }
                        String line = new String(all, 0, end, StandardCharsets.UTF_8);
                        assertThat(line).as("the client's line").matches(pattern(hears.line()));
                        consume(all, end + 2);
                    }
                    case DeliverDialogue.Step.HearsOctets hears -> {
                        byte[] all = sent.toByteArray();
                        if (all.length == 0) {
                            return;
                        }
                        int length = Math.min(all.length, hears.octets().length);
                        assertThat(new String(all, 0, length, StandardCharsets.ISO_8859_1)).as("the client's octets")
                                .isEqualTo(new String(hears.octets(), StandardCharsets.ISO_8859_1));
                        consume(all, length);
                    }
                    case null, default -> {
                        return;
                    }
                }
            }
        }

        private void consume(byte[] all, int count) {
            script.remove();
            sent.reset();
            sent.write(all, count, all.length - count);
        }

        @Override
        public int available() {
            // What comes unasked lies there already; what is an answer does not.
            return script.peek() instanceof DeliverDialogue.Step.Says || saying.length > 0 ? 1 : 0;
        }

        @Override
        public void write(byte[] from, int offset, int length, Duration limit) throws IOException {
            checkOpen();
            sent.write(from, offset, length);
        }

        @Override
        public void close() {
            closed = true;
        }

        private void checkOpen() throws IOException {
            if (closed) {
                throw new IOException("Socket closed");
            }
        }
    }

    private static final class NoThreads implements Threads {
        @Override
        public Actor start(String name, Runnable body) {
            return new Actor() {
                @Override
                public void interrupt() {}

                @Override
                public void join() {}
            };
        }

        @Override
        public Actor startOnOwnThread(String name, Runnable body) {
            return start(name, body);
        }

        @Override
        public <T> Channel<T> channel(int capacity) {
            throw new UnsupportedOperationException("no channel is needed here");
        }
    }

    private static final class NoChance implements Entropy {
        @Override
        public void fill(byte[] into) {}

        @Override
        public long below(long bound) {
            return 0;
        }
    }
}
