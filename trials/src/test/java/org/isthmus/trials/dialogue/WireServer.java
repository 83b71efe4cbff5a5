// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Settings;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Network;
import org.isthmus.platform.Platform;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.tls.ServerTls;
import org.isthmus.trials.world.SimulatedDisk;
import org.jspecify.annotations.Nullable;

/// Plays the servers of a {@link DeliverDialogue} behind sockets, real or simulated ones: a listener for each server of the way, an actor for each connection.
///
/// The client's connections are led to the listeners; which script a connection plays is known when the client asks for it, as one courier connects to one server after the other.
final class WireServer implements Opposite, Network, Closeable {
    private final Platform client;
    private final Platform server;
    private final Duration patience;
    private final Deque<List<DeliverDialogue.Step>> waiting;
    private final List<Listener> listeners = new ArrayList<>();
    private final List<ScriptedPeer> peers = new ArrayList<>();

    /// @param at where each server of the way listens; the first is server 1
    /// @param patience how long a server waits for the client's next octet
    WireServer(List<List<DeliverDialogue.Step>> connections, Platform client, Platform server, List<InetSocketAddress> at, Duration patience) throws IOException {
        this.client = client;
        this.server = server;
        this.patience = patience;
        this.waiting = new ArrayDeque<>(connections);
        for (InetSocketAddress address : at) {
            listeners.add(server.network().listen(address));
        }
    }

    @Override
    public Network network() {
        return this;
    }

    @Override
    public Time time() {
        return new Calendar(client.time());
    }

    @Override
    public Threads threads() {
        return client.threads();
    }

    @Override
    public Entropy entropy() {
        return client.entropy();
    }

    @Override
    public Listener listen(InetSocketAddress at) {
        throw new UnsupportedOperationException("a client listens to nobody");
    }

    @Override
    public Connection connect(@Nullable InetSocketAddress from, InetSocketAddress to, Duration limit) throws IOException {
        assertThat(waiting).as("a connection to " + to + " that is not in the script").isNotEmpty();
        Deque<DeliverDialogue.Step> script = new ArrayDeque<>(waiting.removeFirst());
        int number = script.peek() instanceof DeliverDialogue.Step.Connects connects ? connects.server() : 1;
        assertThat(to).as("the server of connection " + (peers.size() + 1)).isEqualTo(ScriptedServer.address(number));
        script.removeIf(DeliverDialogue.Step.Connects.class::isInstance);
        if (script.peek() instanceof DeliverDialogue.Step.Refuses) {
            return client.network().connect(from, deserted(), limit);
        }
        Listener listener = listeners.get(number - 1);
        Connection connection = client.network().connect(from, listener.address(), limit);
        ScriptedPeer peer = new ScriptedPeer(script, listener, connection, server.threads().channel(10), server.threads().channel(10));
        peers.add(peer);
        peer.actor = server.threads().start("scripted server " + number, peer::play);
        return connection;
    }

    /// An address at which nobody listens any more.
    private InetSocketAddress deserted() throws IOException {
        InetSocketAddress first = listeners.getFirst().address();
        try (Listener brief = server.network().listen(new InetSocketAddress(first.getAddress(), 0))) {
            return brief.address();
        }
    }

    /// The script's pauses come in the order of the messages, and the last connection has the next one.
    @Override
    public void resume() throws IOException, InterruptedException {
        for (ScriptedPeer peer : peers) {
            if (peer.pauses > 0) {
                peer.pauses--;
                peer.mayGoOn.send(true);
                Boolean spoke = peer.wentOn.receive(patience);
                // What the server says between two messages is there before the next one begins; there is no other order to hold it to.
                while (spoke != null && spoke && peer.failure == null && peer.clients.available() == 0) {
                    client.time().sleep(Duration.ofMillis(1));
                }
            }
        }
    }

    @Override
    public void checkOver() throws InterruptedException {
        for (ScriptedPeer peer : peers) {
            if (peer.actor != null) {
                peer.actor.join();
            }
            if (peer.failure != null) {
                throw new AssertionError("connection " + (peers.indexOf(peer) + 1) + ": " + peer.failure.getMessage(), peer.failure);
            }
        }
        assertThat(waiting).as("connections that were not made").isEmpty();
    }

    @Override
    public void close() throws IOException {
        for (Listener listener : listeners) {
            listener.close();
        }
    }

    /// The platform's time on the day of the dialogues, which doesn't end: what is counted to a deadline is the same in every run.
    private record Calendar(Time real) implements Time {
        @Override
        public Instant now() {
            return ScriptedServer.BEGIN;
        }

        @Override
        public Duration elapsed() {
            return real.elapsed();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            real.sleep(duration);
        }
    }

    /// One connection's server.
    private final class ScriptedPeer {
        private final Deque<DeliverDialogue.Step> script;
        private final Listener listener;
        private @Nullable Connection present;
        private final Connection clients;
        private final Channel<Boolean> mayGoOn;
        private final Channel<Boolean> wentOn;
        private final LineBuffer heard = new LineBuffer();
        private int pauses;
        private Threads.@Nullable Actor actor;
        private volatile @Nullable Throwable failure;

        ScriptedPeer(Deque<DeliverDialogue.Step> script, Listener listener, Connection clients, Channel<Boolean> mayGoOn, Channel<Boolean> wentOn) {
            this.script = script;
            this.listener = listener;
            this.clients = clients;
            this.mayGoOn = mayGoOn;
            this.wentOn = wentOn;
            this.pauses = (int) script.stream().filter(DeliverDialogue.Step.Pauses.class::isInstance).count();
        }

        void play() {
            try (Connection clear = listener.accept()) {
                present = clear;
                boolean open = true;
                while (open && !script.isEmpty()) {
                    open = step(script.remove(), present);
                }
                if (open) {
                    assertThat(rest(present)).as("sent by the client but not in the script").isEmpty();
                }
                present.close();
            } catch (IOException | AssertionError e) {
                failure = e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /// @return false once the server has closed
        private boolean step(DeliverDialogue.Step step, Connection connection) throws IOException, InterruptedException {
            return switch (step) {
                case DeliverDialogue.Step.Says says -> {
                    say(says.octets(), connection);
                    yield true;
                }
                case DeliverDialogue.Step.Hears hears -> {
                    byte[] line = hear(connection, hears.line());
                    assertThat(new String(line, StandardCharsets.UTF_8)).as("the client's line").matches(ScriptedServer.pattern(hears.line()));
                    yield true;
                }
                case DeliverDialogue.Step.HearsOctets hears -> {
                    byte[] octets = hear(connection, hears.octets().length);
                    assertThat(new String(octets, StandardCharsets.ISO_8859_1)).as("the client's octets")
                            .isEqualTo(new String(hears.octets(), StandardCharsets.ISO_8859_1));
                    yield true;
                }
                case DeliverDialogue.Step.Shakes shakes -> {
                    assertThat(heard.text()).as("sent by the client before the handshake").isEmpty();
                    present = shake(connection);
                    yield true;
                }
                case DeliverDialogue.Step.Closes closes -> {
                    assertThat(script).as("in the script but after the close").isEmpty();
                    yield false;
                }
                case DeliverDialogue.Step.Pauses pauses -> {
                    mayGoOn.receive();
                    boolean speaks = script.peek() instanceof DeliverDialogue.Step.Says;
                    if (speaks) {
                        step(script.remove(), connection);
                    }
                    wentOn.send(speaks);
                    yield true;
                }
                // It says nothing more; that the client leaves is seen at the end of the script.
                case DeliverDialogue.Step.Hangs hangs -> true;
                case DeliverDialogue.Step.Refuses refuses -> fail("only the first step of a connection refuses it");
                case DeliverDialogue.Step.Connects connects -> fail("only the first step of a connection says where it goes");
            };
        }

        private Connection shake(Connection clear) throws IOException {
            Settings settings = ConfigLoader.parse("""
                    connector { hostname = "mx1.example.org", data = /data, postmaster = "postmaster@example.org" }
                    listeners { internet { address = "127.0.0.1:25", tls = starttls } }
                    """).orThrow();
            ServerTls tls = new ServerTls(new SimulatedDisk(0), server.time(), server.entropy());
            tls.prepare(settings);
            return tls.accept(clear, settings.listeners().getFirst(), settings, patience);
        }

        /// Words in a row go as one, as all that the client was waiting for.
        private void say(byte[] first, Connection connection) {
            assertThat(heard.text()).as("sent by the client before the server's next words").isEmpty();
            ByteArrayOutputStream words = new ByteArrayOutputStream();
            words.writeBytes(first);
            while (script.peek() instanceof DeliverDialogue.Step.Says more) {
                script.remove();
                words.writeBytes(more.octets());
            }
            try {
                connection.write(words.toByteArray(), 0, words.size(), patience);
            } catch (IOException e) {
                // Words that the client did not wait for are no fault of it; those that it should have heard are missed by the next step.
            }
        }

        private byte[] hear(Connection connection, String expected) throws IOException {
            byte[] line = heard.line();
            while (line == null) {
                assertThat(more(connection)).as("the client left but should have sent " + expected + " and has sent " + heard.text()).isTrue();
                line = heard.line();
            }
            return line;
        }

        private byte[] hear(Connection connection, int count) throws IOException {
            byte[] octets = heard.octets(count);
            while (octets == null) {
                assertThat(more(connection)).as("the client left but should have sent " + count + " octets and has sent " + heard.text()).isTrue();
                octets = heard.octets(count);
            }
            return octets;
        }

        private String rest(Connection connection) throws IOException {
            while (more(connection)) {
                assertThat(heard.text()).as("sent by the client but not in the script").isEmpty();
            }
            return heard.text();
        }

        /// @return false if the client has left
        private boolean more(Connection connection) throws IOException {
            byte[] buffer = new byte[4096];
            try {
                int count = connection.read(buffer, 0, buffer.length, patience);
                if (count > 0) {
                    heard.add(buffer, count);
                }
                return count > 0;
            } catch (SocketException e) {
                // RFC 2525 §2.17: it left with words of ours unread, which is a reset.
                return false;
            }
        }
    }
}
