// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.isthmus.config.Settings;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Platform;
import org.isthmus.tls.ClientTls;
import org.isthmus.tls.ServerTls;
import org.isthmus.tls.TlsConnection;
import org.isthmus.transit.TlsDemand;
import org.isthmus.trials.world.NetworkFaults;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a connection under TLS does with octets and room.
class ConnectionTest {
    private static final int MUCH = 300_000;
    private static final int IDLE_BUFFER = 2048;

    /// Notes how much room its reader had for each read, and how much has come.
    private static final class Noting implements Connection {
        private final Connection real;
        volatile int room;
        volatile int largest;
        volatile int came;

        Noting(Connection real) {
            this.real = real;
        }

        @Override
        public InetSocketAddress local() {
            return real.local();
        }

        @Override
        public InetSocketAddress remote() {
            return real.remote();
        }

        @Override
        public int read(byte[] into, int offset, int length, Duration limit) throws IOException {
            room = into.length;
            largest = Math.max(largest, room);
            int count = real.read(into, offset, length, limit);
            came += Math.max(0, count);
            return count;
        }

        @Override
        public int available() throws IOException {
            return real.available();
        }

        @Override
        public void write(byte[] from, int offset, int length, Duration limit) throws IOException {
            real.write(from, offset, length, limit);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    private record Pair(TlsConnection client, Noting carrier, TlsConnection server, ClientTls tls) {}

    private interface Body {
        void run(Pair pair) throws Exception;
    }

    private static void connected(Platform platform, Body body) throws Exception {
        ServerTls tls = new ServerTls(platform.disk(), platform.time(), platform.entropy());
        Settings settings = Ground.Server.settings("tls = starttls", "");
        tls.prepare(settings);
        try (Listener listener = platform.network().listen(Ground.anyPort())) {
            Channel<TlsConnection> accepted = platform.threads().channel(1);
            platform.threads().start("server", () -> {
                try {
                    accepted.send(tls.accept(listener.accept(), settings.listeners().getFirst(), settings, Ground.PATIENCE));
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            Noting carrier = new Noting(platform.network().connect(null, listener.address(), Ground.PATIENCE));
            ClientTls clientTls = new ClientTls(platform.disk(), platform.time());
            try (TlsConnection client = clientTls.connect(carrier, "mx1.example.org", new TlsDemand.Required(), Ground.PATIENCE)) {
                TlsConnection server = accepted.receive();
                body.run(new Pair(client, carrier, server, clientTls));
                server.close();
            }
        }
    }

    private static byte[] octets(long seed) {
        byte[] octets = new byte[MUCH];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    private static byte[] take(Connection from, int pieces) throws IOException {
        byte[] all = new byte[MUCH];
        for (int at = 0; at < MUCH;) {
            int count = from.read(all, at, Math.min(pieces, MUCH - at), Ground.PATIENCE);
            assertThat(count).isPositive();
            at += count;
        }
        return all;
    }

    private static void send(Platform platform, Connection to, byte[] octets) {
        platform.threads().start("sender", () -> {
            try {
                to.write(octets, 0, octets.length, Ground.PATIENCE);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void octetsComeAsTheyWereSentInPiecesOfAnySize(Ground ground) throws Exception {
        ground.with(platform -> connected(platform, pair -> {
            for (int pieces : new int[] {1, 7, 100, 5000, 20_000, MUCH}) {
                send(platform, pair.server(), octets(pieces));
                assertThat(take(pair.client(), pieces)).isEqualTo(octets(pieces));
            }
        }));
    }

    @Test
    void octetsComeAsTheyWereSentHoweverTheNetworkCutsThem() {
        for (long seed = 1; seed <= 10; seed++) {
            World world = new World(seed);
            SimulatedHost host = world.host("host", "192.0.2.25");
            // Everything falls into small pieces.
            world.network().faults(InetAddress.ofLiteral("127.0.0.1"), NetworkFaults.CALM.withPieces(1));
            world.run(() -> connected(host.platform(), pair -> {
                send(host.platform(), pair.server(), octets(3));
                assertThat(take(pair.client(), 5000)).isEqualTo(octets(3));
            }));
        }
    }

    /// A session at rest costs little: two seconds after the last octet its large buffers are gone, and it goes on all the same.
    @Test
    void aConnectionAtRestGivesItsBuffersBack() throws Exception {
        Ground.SIMULATED.with(platform -> connected(platform, pair -> {
            for (int i = 0; i < 3; i++) {
                send(platform, pair.server(), octets(i));
                assertThat(take(pair.client(), 5000)).isEqualTo(octets(i));
                assertThat(pair.carrier().largest).isGreaterThan(IDLE_BUFFER);
                try {
                    pair.client().read(new byte[1], 0, 1, Duration.ofMinutes(1));
                    throw new AssertionError("nobody has sent anything");
                } catch (SocketTimeoutException e) {
                    assertThat(pair.carrier().room).isLessThanOrEqualTo(IDLE_BUFFER);
                }
                pair.carrier().largest = 0;
            }
        }));
    }

    /// RFC 8446 §2.2: a session that is taken up again needs no certificate, so far less comes.
    @ParameterizedTest
    @EnumSource
    void aSecondSessionTakesUpTheFirst(Ground ground) throws Exception {
        ground.with(platform -> {
            Authority authority = Authority.named("Test", platform.time().now());
            authority.server(platform.time().now(), "mx1.example.org").write(platform.disk(), "/mx");
            Ground.Server server = new Ground.Server(platform, "tls = implicit", "tls { certificate = /mx.crt, key = /mx.key }");
            ClientTls tls = new ClientTls(platform.disk(), platform.time());
            int first = shake(platform, server, tls);
            int second = shake(platform, server, tls);
            assertThat(second).isLessThan(first / 2);
            assertThat(shake(platform, server, new ClientTls(platform.disk(), platform.time()))).isGreaterThan(first / 2);
            // With a new certificate nothing is taken up: what was shown before is not shown any more.
            authority.server(platform.time().now(), "mx1.example.org").write(platform.disk(), "/mx");
            Ground.pass(platform, Duration.ofSeconds(3));
            assertThat(shake(platform, server, tls)).isGreaterThan(first / 2);
            platform.disk().delete(Path.of("/mx.key"));
            server.stop();
        });
    }

    /// @return octets that came until the handshake was done
    private static int shake(Platform platform, Ground.Server server, ClientTls tls) throws IOException {
        Noting carrier = new Noting(platform.network().connect(null, server.address(), Ground.PATIENCE));
        try (TlsConnection client = tls.connect(carrier, "mx1.example.org", new TlsDemand.Required(), Ground.PATIENCE)) {
            int came = carrier.came;
            // The ticket stands before the greeting.
            assertThat(client.read(new byte[100], 0, 100, Ground.PATIENCE)).isPositive();
            return came;
        }
    }
}
