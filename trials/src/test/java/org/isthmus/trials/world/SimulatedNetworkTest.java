// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.junit.jupiter.api.Test;

class SimulatedNetworkTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final InetSocketAddress SERVER = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 25);

    /// One client, one server that writes a text and closes; what the client got, over many seeds.
    private static Set<String> outcomes(NetworkFaults faults, String text) {
        Set<String> seen = new TreeSet<>();
        for (long seed = 0; seed < 1500; seed++) {
            World world = new World(seed);
            world.network().faults(faults);
            SimulatedHost server = world.host("server", "192.0.2.1");
            SimulatedHost client = world.host("client", "192.0.2.2");
            world.run(() -> {
                Listener listener = server.platform().network().listen(SERVER);
                server.start("server", () -> send(listener, text));
                seen.add(receive(client));
            });
        }
        return seen;
    }

    private static void send(Listener listener, String text) {
        try (Connection connection = listener.accept()) {
            connection.write(text.getBytes(US_ASCII), 0, text.length(), LIMIT);
        } catch (IOException e) {
            // The client sees it.
        }
    }

    private static String receive(SimulatedHost client) {
        StringBuilder got = new StringBuilder();
        try (Connection connection = client.platform().network().connect(null, SERVER, LIMIT)) {
            byte[] buffer = new byte[100];
            for (int n = connection.read(buffer, 0, 100, LIMIT); n >= 0; n = connection.read(buffer, 0, 100, LIMIT)) {
                got.append(new String(buffer, 0, n, US_ASCII));
            }
            return got + " ended";
        } catch (SocketTimeoutException e) {
            return got + (got.isEmpty() ? "" : " ") + e.getMessage();
        } catch (IOException e) {
            return got + (got.isEmpty() ? "" : " ") + e.getClass().getSimpleName();
        }
    }

    @Test
    void aCalmNetworkCarriesAll() {
        assertThat(outcomes(NetworkFaults.CALM, "text")).containsExactly("text ended");
    }

    @Test
    void aConnectionMayBeRefusedUnreachableOrSilent() {
        assertThat(outcomes(NetworkFaults.CALM.withRefused(0.5), "text")).containsExactly("ConnectException", "text ended");
        assertThat(outcomes(NetworkFaults.CALM.withUnreachable(0.5), "text")).containsExactly("NoRouteToHostException", "text ended");
        assertThat(outcomes(NetworkFaults.CALM.withSilent(0.5), "text")).containsExactly("Connect timed out", "text ended");
    }

    @Test
    void aConnectionMayBeCutAtAnyByte() {
        assertThat(outcomes(NetworkFaults.CALM.withReset(1), "abc")).contains("a SocketException", "ab SocketException", "SocketException", "abc ended").allMatch(outcome -> "abc".startsWith(outcome.replaceFirst(" ?(SocketException|ended)$", "")));
        assertThat(outcomes(NetworkFaults.CALM.withEnded(1), "abc")).contains("a ended", "ab ended", "abc ended");
    }

    @Test
    void aConnectionMayHangAtAnyByte() {
        assertThat(outcomes(NetworkFaults.CALM.withHung(1), "abc")).contains("a Read timed out", "ab Read timed out", "abc ended");
    }

    @Test
    void faultsCanBeSetPerAddressAndTakenBack() {
        World world = new World(3);
        SimulatedHost server = world.host("server", "192.0.2.1");
        SimulatedHost client = world.host("client", "192.0.2.2");
        world.run(() -> {
            Listener listener = server.platform().network().listen(SERVER);
            world.network().faults(server.address(), NetworkFaults.NONE.withRefused(1));
            assertThat(receive(client)).isEqualTo("ConnectException");
            world.network().noFaults(server.address());
            server.start("server", () -> send(listener, "x"));
            assertThat(receive(client)).isEqualTo("x ended");
            world.network().faults(client.address(), NetworkFaults.NONE.withUnreachable(1));
            assertThat(receive(client)).isEqualTo("NoRouteToHostException");
        });
    }

    @Test
    void splitsIntoPieces() {
        Set<Integer> first = new TreeSet<>();
        for (long seed = 0; seed < 200; seed++) {
            World world = new World(seed);
            SimulatedHost host = world.host("host", "192.0.2.1");
            world.network().faults(NetworkFaults.CALM);
            SimulatedHost client = world.host("client", "192.0.2.2");
            world.run(() -> {
                Listener listener = host.platform().network().listen(SERVER);
                Connection sender = client.platform().network().connect(null, SERVER, LIMIT);
                Connection receiver = listener.accept();
                sender.write(new byte[20], 0, 20, LIMIT);
                first.add(receiver.read(new byte[20], 0, 20, LIMIT));
            });
        }
        assertThat(first).contains(1, 2, 20);
    }

    @Test
    void nobodyListensAtAnUnknownHostOrPort() {
        World world = new World(1);
        world.host("server", "192.0.2.1");
        SimulatedHost client = world.host("client", "192.0.2.2", "2001:db8::2");
        world.run(() -> {
            var network = client.platform().network();
            assertThatThrownBy(() -> network.connect(null, SERVER, LIMIT)).isInstanceOf(ConnectException.class);
            assertThatThrownBy(() -> network.connect(null, new InetSocketAddress(InetAddress.ofLiteral("192.0.2.77"), 25), LIMIT)).isInstanceOf(NoRouteToHostException.class);
            assertThatThrownBy(() -> network.connect(new InetSocketAddress(InetAddress.ofLiteral("2001:db8::2"), 0), SERVER, LIMIT)).isInstanceOf(NoRouteToHostException.class);
        });
    }

    @Test
    void loopbackBelongsToEachHostAlone() {
        World world = new World(1);
        SimulatedHost one = world.host("one", "192.0.2.1");
        SimulatedHost other = world.host("other", "192.0.2.2");
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 25);
        world.run(() -> {
            one.platform().network().listen(loopback);
            assertThatThrownBy(() -> other.platform().network().connect(null, loopback, LIMIT)).isInstanceOf(ConnectException.class);
            one.platform().network().connect(null, loopback, LIMIT).close();
        });
    }

    @Test
    void outOfDescriptorsNothingIsAcceptedUntilSomeAreFree() {
        World world = new World(1);
        SimulatedHost server = world.host("server", "192.0.2.1");
        SimulatedHost client = world.host("client", "192.0.2.2");
        server.descriptors(1);
        world.run(() -> {
            Listener listener = server.platform().network().listen(SERVER);
            client.platform().network().connect(null, SERVER, LIMIT);
            client.platform().network().connect(null, SERVER, LIMIT);
            Connection first = listener.accept();
            assertThatThrownBy(listener::accept).isInstanceOf(SocketException.class).hasMessage("Too many open files");
            first.close();
            listener.accept().close();
        });
    }

    @Test
    void aFullBacklogMakesClientsWait() {
        World world = new World(1);
        SimulatedHost server = world.host("server", "192.0.2.1");
        SimulatedHost client = world.host("client", "192.0.2.2");
        world.run(() -> {
            Listener listener = server.platform().network().listen(SERVER);
            for (int i = 0; i < 128; i++) {
                client.platform().network().connect(null, SERVER, LIMIT);
            }
            assertThatThrownBy(() -> client.platform().network().connect(null, SERVER, LIMIT)).isInstanceOf(SocketTimeoutException.class);
            server.start("server", () -> {
                try {
                    listener.accept();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            client.platform().network().connect(null, SERVER, LIMIT);
        });
    }

    @Test
    void aKilledProgramClosesItsConnections() {
        World world = new World(1);
        SimulatedHost server = world.host("server", "192.0.2.1");
        SimulatedHost client = world.host("client", "192.0.2.2");
        world.run(() -> {
            server.start("server", () -> {
                try {
                    Connection connection = server.platform().network().listen(SERVER).accept();
                    connection.read(new byte[1], 0, 1, Duration.ofDays(1));
                    throw new AssertionError("went on after being killed");
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            world.time().sleep(Duration.ofMillis(1));
            Connection connection = client.platform().network().connect(null, SERVER, LIMIT);
            world.time().sleep(Duration.ofSeconds(1));
            server.kill();
            assertThat(connection.read(new byte[1], 0, 1, LIMIT)).isEqualTo(-1);
            assertThatThrownBy(() -> client.platform().network().connect(null, SERVER, LIMIT)).isInstanceOf(ConnectException.class);
            server.platform().network().listen(SERVER).close();
            assertThat(server.connections()).isZero();
        });
    }

    @Test
    void aCrashedHostIsSilentUntilItIsUpAgain() {
        for (long seed = 0; seed < 50; seed++) {
            World world = new World(seed);
            SimulatedHost server = world.host("server", "192.0.2.1");
            SimulatedHost client = world.host("client", "192.0.2.2");
            world.run(() -> {
                Listener listener = server.platform().network().listen(SERVER);
                Connection connection = client.platform().network().connect(null, SERVER, LIMIT);
                listener.accept();
                server.crash();
                assertThatThrownBy(() -> connection.read(new byte[1], 0, 1, LIMIT)).isInstanceOf(SocketTimeoutException.class);
                connection.write(new byte[10], 0, 10, LIMIT);
                assertThatThrownBy(() -> client.platform().network().connect(null, SERVER, LIMIT)).isInstanceOf(SocketTimeoutException.class);
                server.boot();
                connection.write(new byte[10], 0, 10, LIMIT);
                assertThatThrownBy(() -> connection.read(new byte[1], 0, 1, LIMIT)).isInstanceOf(SocketException.class).hasMessage("Connection reset");
                assertThatThrownBy(() -> client.platform().network().connect(null, SERVER, LIMIT)).isInstanceOf(ConnectException.class);
            });
        }
    }
}
