// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Platform;
import org.isthmus.platform.Threads.Actor;
import org.junit.jupiter.api.Test;

/// What every {@link org.isthmus.platform.Network} does.
public interface NetworkContract extends PlatformContract {
    Duration LONG = Duration.ofSeconds(30);
    Duration SHORT = Duration.ofMillis(30);
    InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);

    /// The two ends of a fresh connection.
    record Ends(Listener listener, Connection client, Connection server) implements AutoCloseable {
        static Ends of(Platform p) throws IOException {
            Listener listener = p.network().listen(ANY_PORT);
            Connection client = p.network().connect(null, listener.address(), LONG);
            return new Ends(listener, client, listener.accept());
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
            listener.close();
        }
    }

    static void write(Connection connection, String text) throws IOException {
        byte[] bytes = text.getBytes(US_ASCII);
        connection.write(bytes, 0, bytes.length, LONG);
    }

    /// Reads so many bytes.
    static String read(Connection connection, int count) throws IOException {
        byte[] bytes = new byte[count];
        int done = 0;
        while (done < count) {
            int n = connection.read(bytes, done, count - done, LONG);
            assertThat(n).isPositive();
            done += n;
        }
        return new String(bytes, US_ASCII);
    }

    @Test
    default void carriesBytesBothWays() throws Exception {
        in(p -> {
            try (Ends ends = Ends.of(p)) {
                write(ends.client, "from client");
                assertThat(read(ends.server, 11)).isEqualTo("from client");
                write(ends.server, "from server");
                assertThat(read(ends.client, 11)).isEqualTo("from server");
            }
        });
    }

    @Test
    default void bothEndsKnowTheirAddresses() throws Exception {
        in(p -> {
            try (Ends ends = Ends.of(p)) {
                assertThat(ends.listener.address().getPort()).isPositive();
                assertThat(ends.client.remote()).isEqualTo(ends.listener.address());
                assertThat(ends.server.local()).isEqualTo(ends.client.remote());
                assertThat(ends.server.remote()).isEqualTo(ends.client.local());
            }
        });
    }

    @Test
    default void readsTheRestAndThenTheEndAfterThePeerClosed() throws Exception {
        in(p -> {
            try (Ends ends = Ends.of(p)) {
                write(ends.client, "goodbye");
                ends.client.close();
                ends.client.close();
                assertThat(read(ends.server, 7)).isEqualTo("goodbye");
                assertThat(ends.server.read(new byte[10], 0, 10, LONG)).isEqualTo(-1);
                assertThat(ends.server.read(new byte[10], 0, 10, LONG)).isEqualTo(-1);
            }
        });
    }

    @Test
    default void readGivesUpAfterItsLimitAndMayBeTriedAgain() throws Exception {
        in(p -> {
            try (Ends ends = Ends.of(p)) {
                assertThatThrownBy(() -> ends.server.read(new byte[10], 0, 10, SHORT)).isInstanceOf(SocketTimeoutException.class);
                write(ends.client, "late");
                assertThat(read(ends.server, 4)).isEqualTo("late");
            }
        });
    }

    @Test
    default void writeGivesUpAfterItsLimitAndCloses() throws Exception {
        in(p -> {
            try (Ends ends = Ends.of(p)) {
                byte[] much = new byte[64 << 20];
                assertThatThrownBy(() -> ends.client.write(much, 0, much.length, Duration.ofMillis(200))).isInstanceOf(SocketTimeoutException.class);
                assertThatThrownBy(() -> write(ends.client, "more")).isInstanceOf(IOException.class);
            }
        });
    }

    @Test
    default void writesPartsOfAnArrayAndReadsIntoParts() throws Exception {
        in(p -> {
            try (Ends ends = Ends.of(p)) {
                ends.client.write("0123456789".getBytes(US_ASCII), 3, 4, LONG);
                byte[] into = new byte[10];
                Arrays.fill(into, (byte) '.');
                int done = 0;
                while (done < 4) {
                    done += ends.server.read(into, 2 + done, 4 - done, LONG);
                }
                assertThat(new String(into, US_ASCII)).isEqualTo("..3456....");
                assertThatThrownBy(() -> ends.client.write(new byte[4], 2, 3, LONG)).isInstanceOf(IndexOutOfBoundsException.class);
            }
        });
    }

    @Test
    default void knowsWhatIsAvailable() throws Exception {
        in(p -> {
            try (Ends ends = Ends.of(p)) {
                assertThat(ends.server.available()).isZero();
                write(ends.client, "abcdef");
                read(ends.server, 1);
                assertThat(ends.server.available()).isBetween(0, 5);
                assertThat(read(ends.server, 5)).isEqualTo("bcdef");
            }
        });
    }

    @Test
    default void carriesMuchWithoutChangingIt() throws Exception {
        in(p -> {
            try (Ends ends = Ends.of(p)) {
                byte[] much = new byte[300_000];
                for (int i = 0; i < much.length; i++) {
                    much[i] = (byte) (i * 31 + i / 256);
                }
                Actor writer = p.threads().start("writer", () -> {
                    try {
                        ends.client.write(much, 0, much.length, LONG);
                        ends.client.close();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
                byte[] got = new byte[much.length + 1];
                int done = 0;
                int n = 0;
                while (n >= 0) {
                    done += n;
                    n = ends.server.read(got, done, Math.min(7_000, got.length - done), LONG);
                }
                writer.join();
                assertThat(Arrays.copyOf(got, done)).isEqualTo(much);
            }
        });
    }

    @Test
    default void closingEndsTheWaitsOfOthers() throws Exception {
        in(p -> {
            try (Ends ends = Ends.of(p)) {
                Channel<String> done = p.threads().channel(1);
                p.threads().start("reader", () -> {
                    try {
                        ends.server.read(new byte[1], 0, 1, Duration.ofHours(1));
                        done.offer("read");
                    } catch (IOException e) {
                        done.offer("ended");
                    }
                });
                p.time().sleep(SHORT);
                ends.server.close();
                assertThat(done.receive()).isEqualTo("ended");
            }
        });
    }

    @Test
    default void aClosedConnectionNeitherReadsNorWrites() throws Exception {
        in(p -> {
            try (Ends ends = Ends.of(p)) {
                ends.client.close();
                assertThatThrownBy(() -> write(ends.client, "x")).isInstanceOf(IOException.class);
                assertThatThrownBy(() -> ends.client.read(new byte[1], 0, 1, SHORT)).isInstanceOf(IOException.class).isNotInstanceOf(SocketTimeoutException.class);
            }
        });
    }

    @Test
    default void writingToAPeerThatHasGoneFailsAtLast() throws Exception {
        in(p -> {
            try (Ends ends = Ends.of(p)) {
                ends.server.close();
                assertThatThrownBy(() -> {
                    for (int i = 0; i < 200; i++) {
                        write(ends.client, "is anybody there?");
                        p.time().sleep(Duration.ofMillis(10));
                    }
                }).isInstanceOf(IOException.class);
            }
        });
    }

    @Test
    default void closingWithUnreadDataResets() throws Exception {
        in(p -> {
            try (Ends ends = Ends.of(p)) {
                write(ends.client, "never read");
                read(ends.server, 1);
                ends.server.close();
                assertThatThrownBy(() -> {
                    for (int i = 0; i < 10; i++) {
                        assertThat(ends.client.read(new byte[1], 0, 1, LONG)).isNotEqualTo(-1);
                    }
                }).isInstanceOf(IOException.class);
            }
        });
    }

    @Test
    default void refusesWhereNobodyListens() throws Exception {
        in(p -> {
            Listener listener = p.network().listen(ANY_PORT);
            InetSocketAddress address = listener.address();
            listener.close();
            assertThatThrownBy(() -> p.network().connect(null, address, LONG)).isInstanceOf(IOException.class).isNotInstanceOf(SocketTimeoutException.class);
        });
    }

    @Test
    default void listensAtAnAddressOnce() throws Exception {
        in(p -> {
            Listener listener = p.network().listen(ANY_PORT);
            assertThatThrownBy(() -> p.network().listen(listener.address())).isInstanceOf(IOException.class).hasMessageContaining("127.0.0.1").hasMessageContaining("" + listener.address().getPort());
            listener.close();
            p.network().listen(listener.address()).close();
        });
    }

    @Test
    default void listensOnlyAtItsOwnAddresses() throws Exception {
        in(p -> assertThatThrownBy(() -> p.network().listen(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.222"), 0))).isInstanceOf(IOException.class).hasMessageContaining("192.0.2.222"));
    }

    @Test
    default void connectsFromTheAddressAskedFor() throws Exception {
        in(p -> {
            try (Listener listener = p.network().listen(ANY_PORT)) {
                InetSocketAddress from = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.3"), 0);
                try (Connection client = p.network().connect(from, listener.address(), LONG); Connection server = listener.accept()) {
                    assertThat(server.remote().getAddress()).isEqualTo(from.getAddress());
                    assertThat(client.local().getAddress()).isEqualTo(from.getAddress());
                }
                assertThatThrownBy(() -> p.network().connect(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.222"), 0), listener.address(), LONG)).isInstanceOf(IOException.class);
            }
        });
    }

    @Test
    default void aClosedListenerEndsAccept() throws Exception {
        in(p -> {
            Listener listener = p.network().listen(ANY_PORT);
            Channel<String> done = p.threads().channel(1);
            p.threads().start("acceptor", () -> {
                try {
                    listener.accept();
                    done.offer("accepted");
                } catch (IOException e) {
                    done.offer("ended");
                }
            });
            p.time().sleep(SHORT);
            listener.close();
            listener.close();
            assertThat(done.receive()).isEqualTo("ended");
            assertThatThrownBy(listener::accept).isInstanceOf(IOException.class);
        });
    }

    @Test
    default void aClientMayWriteBeforeItIsAccepted() throws Exception {
        in(p -> {
            try (Listener listener = p.network().listen(ANY_PORT); Connection client = p.network().connect(null, listener.address(), LONG)) {
                write(client, "early");
                client.close();
                try (Connection server = listener.accept()) {
                    assertThat(read(server, 5)).isEqualTo("early");
                    assertThat(server.read(new byte[1], 0, 1, LONG)).isEqualTo(-1);
                }
            }
        });
    }
}
