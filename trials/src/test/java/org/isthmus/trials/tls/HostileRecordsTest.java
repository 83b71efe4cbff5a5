// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Platform;
import org.isthmus.tls.ClientTls;
import org.isthmus.tracking.Event;
import org.isthmus.transit.Cause;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Outcome;
import org.isthmus.trials.tls.Ground.Server;
import org.isthmus.trials.tls.Ground.Talk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Records of TLS that are none, are cut, or were changed on the way: nothing comes of them, on neither side. RFC 8446 §5 and §6.
class HostileRecordsTest {
    private static final List<String> NO_RECORDS = List.of(
            "NOOP\r\n", "QUIT\r\n", ".\r\n", "\r\n.\r\n", "RSET\r\nMAIL FROM:<evil@attacker.example>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nx\r\n.\r\n", "GET / HTTP/1.1\r\n\r\n", "\u0015\u0003\u0003\0\u0002\u0001\0",
            "\u0015\u0003\u0003\0\u0002\u0002\u0028", "\u0017\u0003\u0003\0\u0006NOOP\r\n", "\u0017\u0003\u0003\u00ff\u00ffNOOP\r\n", "\u0017\u0003\u0003\0\0", "\u0016\u0003\u0003\0\u0004\u0001\0\0\0", "\u0014\u0003\u0003\0\u0001\u0001", "\0\0\0\0\0",
            "\u0080\u002e\u0001\u0003\u0001", "\u0017\u0003\u0003\0\u0020" + "x".repeat(32), "\u0018\u0003\u0003\0\u0003\u0001\u0040\0", "\u0017".repeat(40_000));

    /// How far the client has come before it sends one.
    private static final List<List<String>> STAGES = List.of(
            List.of(), List.of("EHLO client.example\r\n"), List.of("EHLO client.example\r\n", "MAIL FROM:<a@client.example>\r\n"),
            List.of("EHLO client.example\r\n", "MAIL FROM:<a@client.example>\r\n", "RCPT TO:<b@example.org>\r\n"),
            List.of("EHLO client.example\r\n", "MAIL FROM:<a@client.example>\r\n", "RCPT TO:<b@example.org>\r\n", "DATA\r\n"));

    /// As long as any record may pretend to be.
    private static final String FILL = "x".repeat(70_000);

    /// @param whole with so much behind them that no length is too long; otherwise the connection ends there
    private record Case(List<String> before, String within, String octets, boolean whole) {}

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (String octets : NO_RECORDS) {
            for (boolean whole : new boolean[] {true, false}) {
                STAGES.forEach(before -> cases.add(new Case(before, "", octets, whole)));
                cases.add(new Case(STAGES.getLast(), "Subject: x\r\n\r\nhalf a line", octets, whole));
                cases.add(new Case(STAGES.getLast(), "Subject: x\r\n\r\nbody\r\n", octets, whole));
                cases.add(new Case(STAGES.get(3), "BDAT 20 LAST\r\nSubject: x\r\n\r\n", octets, whole));
            }
        }
        return cases;
    }

    private static boolean isMistakeOfOurs(Event event) {
        return event instanceof Event.Refused refused && refused.steps().stream().anyMatch(step -> step.stage().equals("bug"));
    }

    private static void nothingCame(Server server) throws InterruptedException {
        server.stop();
        assertThat(server.accepted()).isZero();
        assertThat(server.spool.openDrafts()).isZero();
        assertThat(server.events).noneMatch(HostileRecordsTest::isMistakeOfOurs);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNoRecordEndsTheSessionAndIsNeverAnswered(Ground ground) throws Exception {
        ground.with(platform -> {
            Server server = new Server(platform, "tls = starttls", "trusted-networks = [\"127.0.0.1\"]");
            ground.each(cases(), one -> {
                try (Talk client = server.connect()) {
                    client.hear();
                    client.ask("STARTTLS");
                    client.secure();
                    for (String command : one.before()) {
                        client.say(command);
                        assertThat(client.hear()).matches("(?s)[23].*");
                    }
                    if (!one.within().isEmpty()) {
                        client.say(one.within());
                    }
                    if (one.whole()) {
                        sayAll(client, one.octets() + FILL);
                        assertThat(client.hearAll()).as("%s", one).doesNotContain("2.0.0").doesNotContain("queued");
                    } else {
                        sayAll(client, one.octets());
                    }
                }
            });
            nothingCame(server);
        });
    }

    private static void sayAll(Talk client, String octets) {
        try {
            client.sayInTheClear(octets);
        } catch (IOException e) {
            // It has heard enough.
        }
    }

    /// What a client says first.
    private static byte[] clientHello() throws GeneralSecurityException, SSLException {
        SSLEngine engine = Engine.context(null).createSSLEngine("mx1.example.org", 25);
        engine.setUseClientMode(true);
        engine.beginHandshake();
        ByteBuffer hello = ByteBuffer.allocate(64 * 1024);
        engine.wrap(ByteBuffer.allocate(0), hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }

    @ParameterizedTest
    @EnumSource
    void aFirstWordThatIsCutOrChangedComesToNothing(Ground ground) throws Exception {
        byte[] good = clientHello();
        List<byte[]> hellos = new ArrayList<>();
        for (int at = 0; at < good.length; at += 3) {
            hellos.add(Arrays.copyOf(good, at));
        }
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            byte[] changed = good.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            hellos.add(changed);
        }
        ground.with(platform -> {
            Server server = new Server(platform, "tls = implicit", "");
            ground.each(hellos, hello -> {
                try (Connection client = platform.network().connect(null, server.address(), Ground.PATIENCE)) {
                    if (hello.length > 0) {
                        client.write(hello, 0, hello.length, Ground.PATIENCE);
                    }
                }
            });
            nothingCame(server);
        });
    }

    /// Stands between and hands all on, but for one octet of the first connection.
    private static final class Mangler {
        private final Platform platform;
        private final Listener listener;
        private final InetSocketAddress to;
        private final boolean toServer;
        private final int at;
        private final boolean cuts;
        private final AtomicInteger connections = new AtomicInteger();
        private volatile int passed;

        Mangler(Platform platform, InetSocketAddress to, boolean toServer, int at, boolean cuts) throws IOException {
            this.platform = platform;
            this.to = to;
            this.toServer = toServer;
            this.at = at;
            this.cuts = cuts;
            listener = platform.network().listen(Ground.anyPort());
            platform.threads().start("mangler", this::serve);
        }

        private void serve() {
            try {
                while (true) {
                    Connection client = listener.accept();
                    boolean first = connections.getAndIncrement() == 0;
                    Connection server = platform.network().connect(null, to, Ground.PATIENCE);
                    platform.threads().start("to the server", () -> pass(client, server, first && toServer));
                    platform.threads().start("to the client", () -> pass(server, client, first && !toServer));
                }
            } catch (IOException e) {
                // The test is over.
            }
        }

        private void pass(Connection from, Connection into, boolean mangle) {
            byte[] buffer = new byte[20_000];
            int seen = 0;
            try (from; into) {
                for (int count = from.read(buffer, 0, buffer.length, Duration.ofHours(1)); count >= 0; count = from.read(buffer, 0, buffer.length, Duration.ofHours(1))) {
                    boolean here = mangle && at >= seen && at < seen + count;
                    if (here && cuts) {
                        into.write(buffer, 0, at - seen, Ground.PATIENCE);
                        return;
                    }
                    if (here) {
                        buffer[at - seen] ^= 0x10;
                    }
                    seen += count;
                    if (mangle) {
                        passed = seen;
                    }
                    into.write(buffer, 0, count, Ground.PATIENCE);
                }
            } catch (IOException e) {
                // One side has left, so the other may.
            }
        }
    }

    /// Delivers with one octet changed, or the connection cut before it.
    /// @return how many octets passed in that direction
    private static int deliver(Platform platform, boolean toServer, int at, boolean cuts) throws Exception {
        String what = (cuts ? "cut " : "changed ") + (toServer ? "to the server" : "to the client") + " at " + at;
        Server server = new Server(platform, "tls = starttls", "");
        Mangler mangler = new Mangler(platform, server.address(), toServer, at, cuts);
        DeliveryAttempt attempt = Posting.attempt(platform, new ClientTls(platform.disk(), platform.time()), mangler.listener.address(), "smtp", "tls = required");
        mangler.listener.close();
        server.stop();
        Outcome outcome = attempt.outcomes().get(0);
        if (outcome instanceof Outcome.Delivered) {
            assertThat(server.accepted()).as(what).isEqualTo(1);
        } else {
            assertThat(outcome).as(what).isInstanceOfSatisfying(Outcome.Deferred.class, deferred -> assertThat(deferred.cause()).as(what).isNotInstanceOf(Cause.Local.class));
            assertThat(server.accepted() == 0 || attempt.ambiguous()).as("%s: a message that was taken and not confirmed", what).isTrue();
        }
        if (server.accepted() == 1) {
            assertThat(server.content(server.spool.ids().getFirst())).as(what).endsWith(Posting.CONTENT);
        }
        assertThat(server.spool.openDrafts()).as(what).isZero();
        assertThat(server.events).as(what).noneMatch(HostileRecordsTest::isMistakeOfOurs);
        return mangler.passed;
    }

    private static void anywhere(Platform platform, boolean cuts, int step) throws Exception {
        for (boolean toServer : new boolean[] {true, false}) {
            int all = deliver(platform, toServer, Integer.MAX_VALUE, cuts);
            assertThat(all).isGreaterThan(500);
            for (int at = 0; at < all; at += step) {
                deliver(platform, toServer, at, cuts);
            }
        }
    }

    /// In the simulated world alone: behind a changed length both sides wait for each other.
    @Test
    void anOctetThatIsChangedAnywhereNeverChangesOrLosesAMessage() throws Exception {
        Ground.SIMULATED.with(platform -> anywhere(platform, false, 7));
    }

    @ParameterizedTest
    @EnumSource
    void aCutAnywhereNeverLosesAMessage(Ground ground) throws Exception {
        ground.with(platform -> anywhere(platform, true, ground == Ground.SIMULATED ? 7 : 41));
    }
}
