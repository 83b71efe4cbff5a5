// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Network;
import org.isthmus.platform.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LiveNetworkTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final InetSocketAddress FREE = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);

    private final LivePlatform live = LivePlatform.open();
    private final Network network = live.platform().network();
    private final Threads threads = live.platform().threads();
    private Listener listener;
    private Connection client;
    private Connection server;

    @BeforeEach
    void connect() throws Exception {
        listener = network.listen(FREE);
        client = network.connect(null, listener.address(), LONG);
        server = listener.accept();
    }

    @AfterEach
    void close() throws IOException {
        live.close();
        listener.close();
    }

    @Test
    void tellsTheAddressesOfTheMachine() {
        assertThat(network.localAddresses()).contains(InetAddress.ofLiteral("127.0.0.1"));
    }

    @Test
    void bytesGoBothWays() throws Exception {
        client.write("xEHLO\r\n".getBytes(US_ASCII), 1, 6, LONG);
        assertThat(read(server)).isEqualTo("EHLO\r\n");
        server.write("250".getBytes(US_ASCII), 0, 3, LONG);
        assertThat(read(client)).isEqualTo("250");
        assertThat(server.remote()).isEqualTo(client.local());
    }

    @Test
    void availableCountsWhatHasCome() throws Exception {
        assertThat(server.available()).isZero();
        client.write("abc".getBytes(US_ASCII), 0, 3, LONG);
        assertThat(server.read(new byte[1], 0, 1, LONG)).isEqualTo(1);
        assertThat(server.available()).isEqualTo(2);
    }

    @Test
    void aReadEndsAtItsLimitAndTheConnectionLives() throws Exception {
        assertThatThrownBy(() -> server.read(new byte[1], 0, 1, Duration.ofMillis(1))).isInstanceOf(SocketTimeoutException.class);
        assertThatThrownBy(() -> server.read(new byte[1], 0, 1, Duration.ZERO)).isInstanceOf(SocketTimeoutException.class);
        client.write("x".getBytes(US_ASCII), 0, 1, LONG);
        assertThat(read(server)).isEqualTo("x");
    }

    @Test
    void theEndOfThePeerIsMinusOne() throws Exception {
        client.close();
        assertThat(server.read(new byte[1], 0, 1, LONG)).isEqualTo(-1);
    }

    @Test
    void aWriteThatNobodyTakesEndsAtItsLimitAndClosesTheConnection() throws Exception {
        BlockingQueue<Throwable> ended = new ArrayBlockingQueue<>(1);
        threads.start("writer", () -> {
            try {
                byte[] much = new byte[64 << 20];
                client.write(much, 0, much.length, Duration.ofMillis(300));
                ended.add(new AssertionError("nobody read, and yet all was written"));
            } catch (IOException e) {
                ended.add(e);
            }
        });
        assertThat(ended.poll(20, TimeUnit.SECONDS)).isInstanceOf(SocketTimeoutException.class);
        assertThatThrownBy(() -> client.write(new byte[1], 0, 1, LONG)).isInstanceOf(IOException.class);
    }

    @Test
    void closingFromAnotherActorEndsARead() throws Exception {
        BlockingQueue<Throwable> ended = new ArrayBlockingQueue<>(1);
        threads.start("reader", () -> {
            try {
                server.read(new byte[1], 0, 1, LONG);
            } catch (IOException e) {
                ended.add(e);
            }
        });
        server.close();
        assertThat(ended.poll(20, TimeUnit.SECONDS)).isInstanceOf(IOException.class).isNotInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void closingAListenerEndsAccept() throws Exception {
        BlockingQueue<Throwable> ended = new ArrayBlockingQueue<>(1);
        threads.start("acceptor", () -> {
            try {
                listener.accept();
            } catch (IOException e) {
                ended.add(e);
            }
        });
        listener.close();
        assertThat(ended.poll(20, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
    }

    @Test
    void aTakenAddressIsNamed() {
        assertThatThrownBy(() -> network.listen(listener.address()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1:" + listener.address().getPort());
    }

    @Test
    void theAddressOfAnotherProcessIsTaken() throws Exception {
        try (java.net.ServerSocket other = new java.net.ServerSocket(0, 1, FREE.getAddress())) {
            InetSocketAddress taken = new InetSocketAddress(FREE.getAddress(), other.getLocalPort());
            assertThatThrownBy(() -> network.listen(taken)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aSpecialAddressStandsBesideTheGeneralOneAndWins() throws Exception {
        try (Listener all = network.listen(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0));
                Listener one = network.listen(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.3"), all.address().getPort()))) {
            network.connect(null, one.address(), LONG).close();
            assertThat(one.accept().local().getAddress()).isEqualTo(one.address().getAddress());
            network.connect(null, new InetSocketAddress(FREE.getAddress(), all.address().getPort()), LONG).close();
            assertThat(all.accept().local().getAddress()).isEqualTo(FREE.getAddress());
        }
    }

    @Test
    void aListenerCanBeOpenedAgainAtOnce() throws Exception {
        InetSocketAddress address = listener.address();
        server.close();
        listener.close();
        listener = network.listen(address);
        assertThat(listener.address()).isEqualTo(address);
    }

    @Test
    void aConnectionComesFromTheAddressAskedFor() throws Exception {
        InetSocketAddress from = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0);
        try (Connection other = network.connect(from, listener.address(), LONG); Connection seen = listener.accept()) {
            assertThat(seen.remote().getAddress()).isEqualTo(from.getAddress());
            assertThat(seen.remote()).isEqualTo(other.local());
        }
    }

    @Test
    void aSourceOfTheOtherFamilyIsAnErrorNotAFault() {
        InetSocketAddress six = new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
        assertThatThrownBy(() -> network.connect(six, listener.address(), LONG)).isInstanceOf(IOException.class).hasMessageContaining("IPv6");
    }

    @Test
    void aClosedPortRefuses() throws Exception {
        InetSocketAddress nobody = listener.address();
        listener.close();
        assertThatThrownBy(() -> network.connect(null, nobody, LONG)).isInstanceOf(IOException.class).hasMessageContaining("refused");
    }

    @Test
    void namesAreNotLookedUp() {
        assertThatThrownBy(() -> network.connect(null, InetSocketAddress.createUnresolved("localhost", 25), LONG)).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void manyConnectionsWaitAtOnce() throws Exception {
        int many = 300;
        BlockingQueue<Integer> got = new ArrayBlockingQueue<>(many);
        List<Connection> clients = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            clients.add(network.connect(null, listener.address(), LONG));
            Connection one = listener.accept();
            threads.start("reader", () -> {
                try {
                    byte[] buffer = new byte[1];
                    got.add(one.read(buffer, 0, 1, LONG));
                } catch (IOException e) {
                    got.add(0);
                }
            });
        }
        for (Connection one : clients) {
            one.write(new byte[1], 0, 1, LONG);
        }
        for (int i = 0; i < many; i++) {
            assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    private static String read(Connection connection) throws IOException {
        byte[] buffer = new byte[100];
        int count = connection.read(buffer, 0, buffer.length, LONG);
        return new String(buffer, 0, count, US_ASCII);
    }
}
