// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
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
import org.isthmus.platform.Time;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.policy.Policy;
import org.isthmus.receive.MailCall;
import org.isthmus.receive.Receiver;
import org.isthmus.receive.Rooms;
import org.isthmus.route.SiteRouter;
import org.isthmus.spool.Spool;
import org.isthmus.tls.ClientTls;
import org.isthmus.tls.ServerTls;
import org.isthmus.tls.TlsConnection;
import org.isthmus.tracking.Event;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.TlsDemand;
import org.isthmus.trials.dialogue.MemorySpool;
import org.isthmus.trials.world.SimulatedDisk;
import org.isthmus.trials.world.World;

/// Where the two ends of a TLS connection meet: in the simulated world, or over real sockets.
enum Ground {
    SIMULATED,
    SOCKETS;

    static final Duration PATIENCE = Duration.ofSeconds(20);

    interface Body {
        void run(Platform platform) throws Exception;
    }

    /// Runs it on a platform whose disk is in memory and empty.
    void with(Body body) throws Exception {
        switch (this) {
            case SIMULATED -> {
                World world = new World(1);
                var host = world.host("mx1", "192.0.2.25");
                world.run(() -> body.run(host.platform()));
            }
            case SOCKETS -> {
                try (LivePlatform live = LivePlatform.open(List::of)) {
                    Platform real = live.platform();
                    body.run(new Platform(new Ahead(real.time(), new AtomicReference<>(Duration.ZERO)), real.entropy(), real.threads(), real.network(), real.dns(), new SimulatedDisk(0)));
                }
            }
        }
    }

    /// Lets time pass, of which no test has any to lose.
    static void pass(Platform platform, Duration duration) throws InterruptedException {
        if (platform.time() instanceof Ahead ahead) {
            ahead.by().updateAndGet(before -> before.plus(duration));
        } else {
            platform.time().sleep(duration);
        }
    }

    /// Real time that can be put forward.
    private record Ahead(Time real, AtomicReference<Duration> by) implements Time {
        @Override
        public Instant now() {
            return real.now().plus(by.get());
        }

        @Override
        public Duration elapsed() {
            return real.elapsed().plus(by.get());
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            real.sleep(duration);
        }
    }

    interface Each<T> {
        void test(T one) throws Exception;
    }

    /// Tests all cases: one after the other in simulated time, sixteen at a time over sockets, where they wait for each other's farewells.
    <T> void each(List<T> cases, Each<T> test) throws Exception {
        if (this == SIMULATED) {
            for (T one : cases) {
                test.test(one);
            }
            return;
        }
        var room = new java.util.concurrent.Semaphore(16);
        List<java.util.concurrent.Future<?>> running = new ArrayList<>();
        try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            for (T one : cases) {
                running.add(threads.submit(() -> {
                    room.acquire();
                    try {
                        test.test(one);
                    } finally {
                        room.release();
                    }
                    return null;
                }));
            }
            for (var each : running) {
                each.get();
            }
        }
    }

    /// A server whose rooms are the real ones, but for the spool.
    static final class Server {
        final MemorySpool spool;
        final List<Event> events = new java.util.concurrent.CopyOnWriteArrayList<>();
        final Receiver receiver;
        final LiveConfig config;
        final SiteIdentity identity;
        final XsiteKey xsite;
        private final Platform platform;

        Server(Platform platform, String listener, String more) throws IOException {
            this.platform = platform;
            spool = new MemorySpool(platform.time());
            Settings settings = settings(listener, more);
            config = new LiveConfig(new Snapshot(1, settings));
            SiteClassifier classifier = new SiteClassifier(new FileDirectory(platform.disk(), platform.time()));
            identity = SiteIdentity.of(settings, Map.of("internet", new InetSocketAddress("192.0.2.25", 25)), List.of());
            xsite = XsiteKey.ephemeral(platform.entropy());
            ServerTls tls = new ServerTls(platform.disk(), platform.time(), platform.entropy());
            tls.prepare(settings);
            receiver = new Receiver(new Rooms(platform.time(), platform.entropy(), platform.threads(), platform.network(), config, new Policy(), classifier,
                    new SiteRouter(classifier, snapshot -> identity, platform.dns(), platform.entropy()), (table, address) -> new org.isthmus.directory.Mapped.Nothing(), spool, events::add,
                    xsite, LoopWatch.NONE, Returns.forgetful(platform.entropy(), platform.time()), MailCall.NONE, tls,
                    new org.isthmus.auth.Authenticator(() -> config.current().settings(), new org.isthmus.auth.Authenticator.Parts(
                            platform.disk(), platform.time(), platform.entropy(), platform.network(), platform.sockets()))));
            receiver.open(settings.listeners());
            receiver.start();
        }

        /// @param listener the keys of the listener but its address; behind a closing brace further listeners may stand
        /// @param more further lines; without routes of their own, everything goes out by mx
        static Settings settings(String listener, String more) {
            String routes = more.startsWith("routes") ? "" : "routes = [{ to = \"*\", via = mx }]";
            return ConfigLoader.parse("""
                    connector { hostname = "mx1.example.org", data = /data, postmaster = "postmaster@example.org" }
                    listeners { internet { address = "127.0.0.1:0", %s } }
                    next-hops { store { url = "lmtp://127.0.0.1:24" } }
                    %s
                    domains { "example.org" { kind = authoritative, recipients = any, deliver-to = store } }
                    limits { sessions-per-client = 10000, sessions = 20000 }
                    %s
                    """.formatted(listener, routes, more)).orThrow();
        }

        InetSocketAddress address() {
            return address("internet");
        }

        InetSocketAddress address(String listener) {
            return receiver.addresses().get(listener);
        }

        Talk connect() throws IOException {
            return connect("internet");
        }

        Talk connect(String listener) throws IOException {
            return new Talk(platform, platform.network().connect(null, address(listener), PATIENCE));
        }

        int accepted() {
            return spool.ids().size();
        }

        String content(QueueId id) throws IOException {
            try (var in = spool.content(id).open()) {
                return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            }
        }

        Spool spool() {
            return spool;
        }

        void stop() throws InterruptedException {
            receiver.drain(PATIENCE);
        }
    }

    /// A client that talks in whole lines, in the clear and then under TLS.
    static final class Talk implements AutoCloseable {
        private final Platform platform;
        private final Connection clear;
        private Connection connection;
        private final StringBuilder heard = new StringBuilder();

        Talk(Platform platform, Connection clear) {
            this.platform = platform;
            this.clear = new KeptOpen(clear);
            this.connection = this.clear;
        }

        /// Comes under TLS; the connection in the clear stays open below when TLS ends.
        TlsConnection secure() throws IOException {
            return secure("mx1.example.org");
        }

        /// @param name the name that it asks for
        TlsConnection secure(String name) throws IOException {
            return over(new ClientTls(platform.disk(), platform.time()).connect(clear, name, new TlsDemand.Required(), PATIENCE));
        }

        /// Comes under a TLS of another make.
        Engine secure(SSLContext context, Consumer<SSLParameters> how) throws IOException {
            return over(Engine.shake(clear, context, how));
        }

        /// Says and hears everything over this from now on.
        private <C extends Connection> C over(C secure) {
            connection = secure;
            heard.setLength(0);
            return secure;
        }

        void say(String text) throws IOException {
            byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
            connection.write(octets, 0, octets.length, PATIENCE);
        }

        /// The next line, or octets that are none, without its end; null at the end. For whoever plays the server.
        @org.jspecify.annotations.Nullable String line() throws IOException {
            while (heard.indexOf("\r\n") < 0) {
                byte[] buffer = new byte[4000];
                int count = connection.read(buffer, 0, buffer.length, PATIENCE);
                if (count < 0) {
                    return null;
                }
                heard.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
                if (buffer[0] == 22) {
                    break;
                }
            }
            int end = heard.indexOf("\r\n");
            String line = end < 0 ? heard.toString() : heard.substring(0, end);
            heard.delete(0, end < 0 ? heard.length() : end + 2);
            return line;
        }

        /// Past TLS.
        void sayInTheClear(String text) throws IOException {
            byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
            clear.write(octets, 0, octets.length, PATIENCE);
        }

        /// Sends a close_notify and nothing else.
        void endTls() {
            connection.close();
            connection = clear;
        }

        /// The next reply, its lines joined by a bar; `closed` at the end.
        String hear() throws IOException {
            List<String> lines = new ArrayList<>();
            while (true) {
                int end = heard.indexOf("\r\n");
                if (end >= 0) {
                    String line = heard.substring(0, end);
                    heard.delete(0, end + 2);
                    lines.add(line);
                    if (line.length() < 4 || line.charAt(3) == ' ') {
                        return String.join("|", lines);
                    }
                    continue;
                }
                byte[] buffer = new byte[4000];
                int count;
                try {
                    count = connection.read(buffer, 0, buffer.length, PATIENCE);
                } catch (java.net.SocketTimeoutException e) {
                    throw e;
                } catch (IOException e) {
                    return "closed";
                }
                if (count < 0) {
                    return "closed";
                }
                heard.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            }
        }

        String ask(String line) throws IOException {
            say(line + "\r\n");
            return hear();
        }

        /// Everything up to the end of the connection.
        String hearAll() throws IOException {
            StringBuilder all = new StringBuilder();
            for (String reply = hear(); !reply.equals("closed"); reply = hear()) {
                all.append(reply).append('\n');
            }
            return all.toString();
        }

        @Override
        public void close() {
            connection.close();
            ((KeptOpen) clear).real.close();
        }
    }

    private record KeptOpen(Connection real) implements Connection {
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
            return real.read(into, offset, length, limit);
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
        public void close() {}
    }

    static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    }
}
