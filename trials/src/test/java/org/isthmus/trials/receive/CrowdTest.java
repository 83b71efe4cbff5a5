// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Snapshot;
import org.isthmus.main.Connector;
import org.isthmus.platform.live.LivePlatform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A crowd at the door, over real sockets: clients that dribble, and a flood of connections, beside one that sends mail. {@code -Disthmus.long=true} makes it 5,000 slow ones
/// and a thousand connections a second, and prints what the good one gets done with and without the crowd: a figure that means something on an idle machine alone, for the
/// crowd's own work is in it.
class CrowdTest {
    private static final boolean LONG = Boolean.getBoolean("isthmus.long");
    private static final int SLOW = LONG ? 5_000 : 200;
    private static final int FLOOD = LONG ? 10_000 : 1_000;
    private static final int MESSAGES = LONG ? 5_000 : 100;
    private static final Duration PAUSE = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    @Test
    void aCrowdAtTheDoorTakesNothingFromAGoodClient() throws Exception {
        try (LivePlatform platform = LivePlatform.open()) {
            Connector connector = Connector.start(platform.platform(), new LiveConfig(new Snapshot(1, ConfigLoader.parse("""
                    connector { hostname = "gate.site.example", data = "%s", postmaster = "postmaster@site.example" }
                    listeners { internet { address = "127.0.0.1:0" } }
                    trusted-networks = ["127.0.0.2/32"]
                    next-hops.store { url = "lmtp://127.0.0.1:24" }
                    domains."site.example" { recipients = any, deliver-to = store }
                    delivery.suspended = ["*"]
                    loop.predict = no
                    limits { sessions-per-client = 100000, rate.client.connections = %d/30d }
                    """.formatted(folder.resolve("data"), SLOW)).orThrow())), 1);
            InetSocketAddress door = Objects.requireNonNull(connector.addresses().get("internet"));
            try (Crowd crowd = new Crowd(door)) {
                // The first run warms up.
                send(door);
                long alone = send(door);
                crowd.gather();
                Thread flood = Thread.ofVirtual().start(crowd::flood);
                long beside = send(door);
                flood.join();
                assertThat(crowd.refused.get()).as("of the flood, turned away by limits.rate").isEqualTo(FLOOD);
                assertThat(connector.queue().status().messages()).isEqualTo(3L * MESSAGES);
                assertThat(connector.sessions().size()).as("the slow ones are still served").isGreaterThanOrEqualTo(SLOW);
                if (LONG) {
                    System.out.printf("a good client beside %d slow ones and a flood of %d in as many ms: %.2f of its throughput alone%n", SLOW, FLOOD, (double) alone / beside);
                }
            } finally {
                connector.stop(Duration.ofSeconds(5));
            }
        }
    }

    /// Sends all messages over one connection; each is answered with 250.
    /// @return how long it took
    private static long send(InetSocketAddress door) throws IOException {
        long begun = System.nanoTime();
        try (Socket socket = connect("127.0.0.2", door)) {
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            expect(in, "220");
            say(socket, in, "EHLO good.example", "250");
            for (int i = 0; i < MESSAGES; i++) {
                say(socket, in, "MAIL FROM:<a@good.example>", "250");
                say(socket, in, "RCPT TO:<ben@site.example>", "250");
                say(socket, in, "DATA", "354");
                say(socket, in, "Subject: " + i + "\r\n\r\nhello\r\n.", "250");
            }
            say(socket, in, "QUIT", "221");
        }
        return System.nanoTime() - begun;
    }

    private static Socket connect(String from, InetSocketAddress door) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
        socket.connect(door);
        return socket;
    }

    private static void say(Socket socket, BufferedReader in, String line, String code) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
        expect(in, code);
    }

    private static void expect(BufferedReader in, String code) throws IOException {
        String line = in.readLine();
        while (line != null && line.length() > 3 && line.charAt(3) == '-') {
            line = in.readLine();
        }
        assertThat(line).startsWith(code);
    }

    private static final class Crowd implements AutoCloseable {
        private final InetSocketAddress door;
        private final List<Socket> slow = new ArrayList<>();
        private final AtomicInteger refused = new AtomicInteger();
        private volatile boolean over;

        Crowd(InetSocketAddress door) {
            this.door = door;
        }

        /// Lets the slow ones in; each says a letter now and then.
        void gather() throws Exception {
            CountDownLatch inside = new CountDownLatch(SLOW);
            for (int i = 0; i < SLOW; i++) {
                Socket socket = connect("127.0.0.1", door);
                slow.add(socket);
                Thread.ofVirtual().start(() -> dribble(socket, inside));
            }
            inside.await();
        }

        private void dribble(Socket socket, CountDownLatch inside) {
            try {
                BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
                expect(in, "220");
                say(socket, in, "EHLO slow.example", "250");
                inside.countDown();
                while (!over) {
                    socket.getOutputStream().write('M');
                    Thread.sleep(PAUSE);
                }
            } catch (IOException | InterruptedException e) {
                // It is over.
            }
        }

        /// Connections without end from an address that has used up its rate.
        void flood() {
            Semaphore most = new Semaphore(200);
            long begun = System.nanoTime();
            for (int i = 0; i < FLOOD; i++) {
                // A thousand a second.
                LockSupport.parkNanos(begun + i * 1_000_000L - System.nanoTime());
                most.acquireUninterruptibly();
                Thread.ofVirtual().start(() -> {
                    try (Socket socket = connect("127.0.0.1", door)) {
                        String line = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)).readLine();
                        if (line != null && line.startsWith("421 4.7.0 too many connections")) {
                            refused.incrementAndGet();
                        }
                    } catch (IOException e) {
                        // Counted as not refused.
                    } finally {
                        most.release();
                    }
                });
            }
            most.acquireUninterruptibly(200);
        }

        @Override
        public void close() throws IOException {
            over = true;
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }
}
