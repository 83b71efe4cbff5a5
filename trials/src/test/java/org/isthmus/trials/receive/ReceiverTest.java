// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.FileDirectory;
import org.isthmus.loop.LoopWatch;
import org.isthmus.loop.Returns;
import org.isthmus.loop.SiteClassifier;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.loop.XsiteKey;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Platform;
import org.isthmus.policy.Policy;
import org.isthmus.receive.Receiver;
import org.isthmus.receive.Rooms;
import org.isthmus.receive.SessionView;
import org.isthmus.route.SiteRouter;
import org.isthmus.tracking.Event;
import org.isthmus.trials.dialogue.MemorySpool;
import org.isthmus.trials.world.SimulatedHost;
import org.isthmus.trials.world.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The doors: limits, stopping, and clients that would like others to wait. In simulated time, so an hour takes a moment.
class ReceiverTest {
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final InetSocketAddress DOOR = new InetSocketAddress("192.0.2.25", 25);

    /// A server on a host of a world.
    private static final class Server {
        final MemorySpool spool;
        final List<Event> events = new ArrayList<>();
        final LiveConfig config;
        final Receiver receiver;

        Server(SimulatedHost host, String limits) throws IOException {
            this(host, limits, "");
        }

        Server(SimulatedHost host, String limits, String listener) throws IOException {
            Platform platform = host.platform();
            spool = new MemorySpool(platform.time());
            Settings settings = settings(limits, listener);
            config = new LiveConfig(new Snapshot(1, settings));
            SiteClassifier classifier = new SiteClassifier(new FileDirectory(platform.disk(), platform.time()));
            SiteIdentity identity = SiteIdentity.of(settings, java.util.Map.of("internet", DOOR), List.of());
            receiver = new Receiver(new Rooms(platform.time(), platform.entropy(), platform.threads(), platform.network(), config, new Policy(), classifier,
                    new SiteRouter(classifier, snapshot -> identity, platform.dns(), platform.entropy()), (table, address) -> new org.isthmus.directory.Mapped.Nothing(), spool, events::add, XsiteKey.ephemeral(platform.entropy()), LoopWatch.NONE,
                    Returns.forgetful(platform.entropy(), platform.time()), platform.disk()));
            receiver.open(settings.listeners());
            receiver.start();
        }

        static Settings settings(String limits) {
            return settings(limits, "");
        }

        static Settings settings(String limits, String listener) {
            return ConfigLoader.parse("""
                    connector { hostname = "mx1.example.org", data = /data, postmaster = "postmaster@example.org" }
                    listeners { internet { address = "0.0.0.0:25" %s } }
                    next-hops { store { url = "lmtp://127.0.0.1:24" } }
                    routes = [{ to = "*", via = mx }]
                    domains { "example.org" { kind = authoritative, recipients = any, deliver-to = store } }
                    limits { %s }
                    """.formatted(listener, limits)).orThrow();
        }
    }

    /// A client that talks in whole lines.
    private static final class Client implements AutoCloseable {
        private final Connection connection;
        private final StringBuilder heard = new StringBuilder();

        Client(SimulatedHost host) throws IOException {
            connection = host.platform().network().connect(null, DOOR, PATIENCE);
        }

        void say(String text) throws IOException {
            byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
            connection.write(octets, 0, octets.length, PATIENCE);
        }

        /// The next reply's last line, or `closed`.
        String hear() throws IOException {
            while (true) {
                int end = heard.indexOf("\r\n");
                if (end >= 0) {
                    String line = heard.substring(0, end);
                    heard.delete(0, end + 2);
                    if (line.charAt(3) == ' ') {
                        return line;
                    }
                    continue;
                }
                byte[] buffer = new byte[1000];
                int count = connection.read(buffer, 0, buffer.length, PATIENCE);
                if (count < 0) {
                    return "closed";
                }
                heard.append(new String(buffer, 0, count, StandardCharsets.US_ASCII));
            }
        }

        String ask(String line) throws IOException {
            say(line + "\r\n");
            return hear();
        }

        /// From the greeting to the named command's reply, which must be positive.
        Client upTo(String last) throws IOException {
            assertThat(hear()).startsWith("220 ");
            for (String command : List.of("EHLO client.example", "MAIL FROM:<a@client.example>", "RCPT TO:<b@example.org>", "DATA")) {
                assertThat(ask(command)).matches("[23].*");
                if (command.startsWith(last)) {
                    return this;
                }
            }
            throw new IllegalArgumentException(last);
        }

        @Override
        public void close() {
            connection.close();
        }
    }

    private static void in(World world, Scenario scenario) {
        SimulatedHost server = world.host("mx1", "192.0.2.25");
        SimulatedHost client = world.host("client", "192.0.2.9");
        world.run(() -> scenario.run(server, client));
    }

    private interface Scenario {
        void run(SimulatedHost server, SimulatedHost client) throws Exception;
    }

    @Test
    void oneClientMayNotHaveAllTheRoom() {
        in(new World(1), (mx, here) -> {
            Server server = new Server(mx, "sessions = 5, sessions-per-client = 2");
            Client first = new Client(here).upTo("EHLO");
            Client second = new Client(here).upTo("EHLO");
            Client third = new Client(here);
            assertThat(third.hear()).startsWith("421 4.7.0 ").contains("192.0.2.9").contains("(trace ");
            assertThat(third.hear()).isEqualTo("closed");
            assertThat(server.events).singleElement().satisfies(event -> assertThat(((Event.Refused) event).command()).isEqualTo("connect"));
            assertThat(first.ask("QUIT")).startsWith("221 ");
            assertThat(first.hear()).isEqualTo("closed");
            here.platform().time().sleep(Duration.ofSeconds(1));
            assertThat(new Client(here).upTo("EHLO").ask("NOOP")).startsWith("250 ");
            assertThat(second.ask("NOOP")).startsWith("250 ");
            server.receiver.drain(Duration.ZERO);
        });
    }

    @Test
    void behindAProxyEachClientHasItsOwnRoom() {
        in(new World(9), (mx, here) -> {
            Server server = new Server(mx, "sessions = 5, sessions-per-client = 1", ", proxy-hosts = [\"192.0.2.9\"]");
            Client first = proxied(here, "203.0.113.1");
            assertThat(first.hear()).startsWith("220 ");
            Client second = proxied(here, "203.0.113.1");
            assertThat(second.hear()).startsWith("421 4.7.0 ").contains("203.0.113.1");
            Client third = proxied(here, "203.0.113.2");
            assertThat(third.hear()).startsWith("220 ");
            assertThat(server.receiver.sessions()).extracting(view -> view.client().remote().getAddress().getHostAddress()).containsExactlyInAnyOrder("203.0.113.1", "203.0.113.2");
            server.receiver.drain(Duration.ZERO);
        });
    }

    @Test
    void aProxyThatDoesNotSayWhoItHandsOnIsLetGoAndTakesNoRoom() {
        in(new World(10), (mx, here) -> {
            Server server = new Server(mx, "sessions = 3", ", proxy-hosts = [\"192.0.2.9\"]");
            List<Client> silent = List.of(new Client(here), new Client(here), new Client(here));
            silent.getFirst().say("PROXY TC");
            here.platform().time().sleep(Duration.ofSeconds(1));
            assertThat(new Client(here).hear()).as("the house is full").startsWith("421 4.3.2 ");
            for (Client one : silent) {
                assertThat(one.hear()).isEqualTo("closed");
            }
            assertThat(proxied(here, "203.0.113.1").upTo("EHLO").ask("NOOP")).startsWith("250 ");
            server.receiver.drain(Duration.ZERO);
        });
    }

    @Test
    void stoppingDoesNotWaitForAProxy() {
        in(new World(11), (mx, here) -> {
            Server server = new Server(mx, "", ", proxy-hosts = [\"192.0.2.9\"]");
            Client silent = new Client(here);
            here.platform().time().sleep(Duration.ofSeconds(1));
            assertThat(server.receiver.drain(Duration.ZERO)).isTrue();
            assertThatThrownBy(() -> {
                if (silent.hear().equals("closed")) {
                    throw new IOException("closed");
                }
            }).isInstanceOf(IOException.class);
        });
    }

    private static Client proxied(SimulatedHost here, String client) throws IOException {
        Client one = new Client(here);
        one.say("PROXY TCP4 " + client + " 192.0.2.25 40000 25\r\n");
        return one;
    }

    @Test
    void theHouseHasALimitToo() {
        World world = new World(2);
        SimulatedHost other = world.host("other", "192.0.2.10");
        in(world, (mx, here) -> {
            Server server = new Server(mx, "sessions = 1, sessions-per-client = 1");
            Client first = new Client(here).upTo("EHLO");
            assertThat(new Client(other).hear()).startsWith("421 4.3.2 ");
            assertThat(server.receiver.sessions()).extracting(SessionView::doing).containsExactly("idle");
            first.close();
            here.platform().time().sleep(Duration.ofSeconds(1));
            assertThat(new Client(other).upTo("EHLO").ask("NOOP")).startsWith("250 ");
            server.receiver.drain(Duration.ZERO);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void stoppingFinishesWhatIsInFlight(long seed) {
        in(new World(seed), (mx, here) -> {
            Server server = new Server(mx, "");
            Client silent = new Client(here).upTo("EHLO");
            Client gathering = new Client(here).upTo("RCPT");
            Client sending = new Client(here).upTo("DATA");
            sending.say("Subject: x\r\n");
            boolean[] finished = new boolean[1];
            var stopper = mx.start("stopper", () -> {
                try {
                    finished[0] = server.receiver.drain(Duration.ofMinutes(1));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(silent.hear()).startsWith("421 4.3.2 ");
            assertThat(silent.hear()).isEqualTo("closed");
            assertThatThrownBy(() -> new Client(here)).isInstanceOf(IOException.class);
            assertThat(gathering.ask("DATA")).startsWith("354 ");
            gathering.say("y\r\n.\r\n");
            assertThat(gathering.hear()).startsWith("250 2.0.0 ");
            assertThat(gathering.hear()).startsWith("421 4.3.2 ");
            sending.say("\r\nz\r\n.\r\nQUIT\r\n");
            assertThat(sending.hear()).startsWith("250 2.0.0 ");
            assertThat(sending.hear()).matches("(421 4.3.2|221 2.0.0) .*");
            stopper.join();
            assertThat(finished[0]).isTrue();
            assertThat(server.receiver.sessions()).isEmpty();
            assertThat(server.spool.ids()).hasSize(2);
        });
    }

    @Test
    void stoppingDoesNotWaitForEver() {
        in(new World(3), (mx, here) -> {
            Server server = new Server(mx, "");
            Client sending = new Client(here).upTo("DATA");
            sending.say("half\r\n");
            Duration before = mx.platform().time().elapsed();
            assertThat(server.receiver.drain(Duration.ofSeconds(30))).isFalse();
            assertThat(mx.platform().time().elapsed().minus(before)).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(31));
            here.platform().time().sleep(Duration.ofSeconds(1));
            assertThat(server.receiver.sessions()).isEmpty();
            assertThat(server.spool.ids()).isEmpty();
            assertThat(server.spool.openDrafts()).isZero();
        });
    }

    @Test
    void hangingAndDribblingClientsMakeNobodyWait() {
        World world = new World(4);
        SimulatedHost good = world.host("good", "192.0.2.10");
        in(world, (mx, here) -> {
            Server server = new Server(mx, "sessions = 1000, sessions-per-client = 500");
            for (int i = 0; i < 60; i++) {
                int which = i;
                here.start("bad " + i, () -> misbehave(here, which));
            }
            Duration slowest = Duration.ZERO;
            for (int i = 0; i < 50; i++) {
                Duration before = good.platform().time().elapsed();
                try (Client client = new Client(good).upTo("DATA")) {
                    client.say("x\r\n.\r\n");
                    assertThat(client.hear()).startsWith("250 2.0.0 ");
                }
                Duration took = good.platform().time().elapsed().minus(before);
                slowest = took.compareTo(slowest) > 0 ? took : slowest;
            }
            assertThat(slowest).isLessThan(Duration.ofSeconds(5));
            assertThat(server.spool.ids()).hasSize(50);
            good.platform().time().sleep(Duration.ofHours(1));
            assertThat(server.receiver.sessions()).as("no session outlives its limits").isEmpty();
            assertThat(server.spool.openDrafts()).isZero();
        });
    }

    private static void misbehave(SimulatedHost host, int which) {
        try (Client client = new Client(host)) {
            switch (which % 4) {
                case 0 -> client.hear();
                case 1 -> client.upTo("RCPT");
                case 2 -> dribble(host, client.upTo("DATA"));
                default -> dribble(host, client);
            }
            client.hear();
            while (!client.hear().equals("closed")) {
                // Whatever the server says, this client only listens.
            }
        } catch (IOException | InterruptedException e) {
            // Cut off, as it should be.
            assertThat(e).isInstanceOfAny(IOException.class, InterruptedException.class);
        }
    }

    private static void dribble(SimulatedHost host, Client client) throws IOException, InterruptedException {
        for (int i = 0; i < 10_000; i++) {
            client.say("x");
            host.platform().time().sleep(Duration.ofSeconds(20));
        }
    }

    @Test
    void aTakenAddressIsNamed() {
        in(new World(5), (mx, here) -> {
            new Server(mx, "");
            assertThatThrownBy(() -> new Server(mx, "")).isInstanceOf(IOException.class)
                    .hasMessageContaining("listener \"internet\"").hasMessageContaining("isthmus.conf:2").hasMessageContaining("0.0.0.0:25");
        });
    }

    @Test
    void outOfDescriptorsTheNextClientsWaitAndNobodySpins() {
        in(new World(6), (mx, here) -> {
            Server server = new Server(mx, "");
            mx.descriptors(4);
            List<Client> inside = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                inside.add(new Client(here).upTo("EHLO"));
            }
            Client outside = new Client(here);
            here.platform().time().sleep(Duration.ofMinutes(2));
            assertThat(inside.getFirst().ask("NOOP")).as("those inside are served").startsWith("250 ");
            assertThat(inside.getFirst().ask("QUIT")).startsWith("221 ");
            assertThat(outside.hear()).as("and the next one gets the place that became free").startsWith("220 ");
            server.receiver.drain(Duration.ZERO);
        });
    }

    @Test
    void aTransactionEndsUnderTheConfigurationItBeganWith() {
        in(new World(7), (mx, here) -> {
            Server server = new Server(mx, "message-size = 100000 B");
            Client before = new Client(here).upTo("RCPT");
            server.config.replace(new Snapshot(2, Server.settings("message-size = 2000 B")));
            assertThat(before.ask("DATA")).startsWith("354 ");
            before.say("x".repeat(5000) + "\r\n.\r\n");
            assertThat(before.hear()).startsWith("250 2.0.0 ");
            assertThat(before.ask("MAIL FROM:<a@client.example> SIZE=5000")).startsWith("552 5.3.4 ");
            server.receiver.drain(Duration.ZERO);
        });
    }

    @Test
    void aClientThatNeverReadsIsLetGo() {
        in(new World(8), (mx, here) -> {
            Server server = new Server(mx, "errors = 1000000");
            Client deaf = new Client(here);
            byte[] noops = "FOO\r\n".repeat(2000).getBytes(StandardCharsets.US_ASCII);
            assertThatThrownBy(() -> {
                for (int i = 0; i < 10_000; i++) {
                    deaf.connection.write(noops, 0, noops.length, PATIENCE);
                }
            }).isInstanceOf(IOException.class).isNotInstanceOf(SocketTimeoutException.class);
            here.platform().time().sleep(Duration.ofMinutes(1));
            assertThat(server.receiver.sessions()).isEmpty();
        });
    }
}
