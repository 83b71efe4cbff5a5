// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.isthmus.config.Settings;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Platform;
import org.isthmus.tls.ClientTls;
import org.isthmus.tls.ServerTls;
import org.isthmus.tls.TlsConnection;
import org.isthmus.transit.Cause;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Outcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// TLS towards other servers: good ones, ones without, and ones that lie.
class ClientTlsTest {
    /// What the server of a test does.
    /// @param offer whether EHLO names STARTTLS
    /// @param go what it answers to STARTTLS, octet by octet
    /// @param shake whether it then shakes hands, or sends something that is no TLS
    private record Script(boolean offer, String go, boolean shake) {
        static final Script GOOD = new Script(true, "220 go\r\n", true);

        /// Whether the answer is one, or more; not only the beginning of one.
        boolean isWhole() {
            int last = go.lastIndexOf('\n', go.length() - 2) + 1;
            return go.endsWith("\n") && !go.startsWith("-", last + 3);
        }
    }

    /// Plays it, on one connection after the other, and takes down what it hears.
    private static final class Peer {
        final List<String> clear = new CopyOnWriteArrayList<>();
        final List<String> secured = new CopyOnWriteArrayList<>();
        final List<Integer> connections = new CopyOnWriteArrayList<>();
        private final Platform platform;
        private final Listener listener;
        private final ServerTls tls;
        private final Settings settings;
        private final Script script;
        private final boolean waits;

        Peer(Ground ground, Platform platform, Script script) throws IOException {
            this.platform = platform;
            this.script = script;
            // Behind half an answer both sides wait for each other. Where that takes real time, the server leaves instead.
            waits = ground == Ground.SIMULATED || script.isWhole();
            listener = platform.network().listen(Ground.anyPort());
            tls = new ServerTls(platform.disk(), platform.time(), platform.entropy());
            settings = Ground.Server.settings("tls = starttls", "");
            tls.prepare(settings);
            platform.threads().start("peer", this::serve);
        }

        private void serve() {
            try {
                while (true) {
                    try (Connection connection = listener.accept()) {
                        connections.add(1);
                        converse(connection, clear, true);
                    } catch (IOException e) {
                        if (closed) {
                            return;
                        }
                    }
                }
            } finally {
                closed = true;
            }
        }

        private volatile boolean closed;

        void close() throws IOException {
            closed = true;
            listener.close();
        }

        private void converse(Connection connection, List<String> heard, boolean greet) throws IOException {
            if (greet) {
                say(connection, "220 peer.example ESMTP\r\n");
            }
            StringBuilder text = new StringBuilder();
            boolean data = false;
            while (true) {
                int end = text.indexOf("\r\n");
                if (end < 0) {
                    byte[] buffer = new byte[4000];
                    int count = connection.read(buffer, 0, buffer.length, Ground.PATIENCE);
                    if (count < 0) {
                        return;
                    }
                    text.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
                    continue;
                }
                String line = text.substring(0, end);
                text.delete(0, end + 2);
                if (data) {
                    data = !line.equals(".");
                    if (!data) {
                        say(connection, "250 2.0.0 taken\r\n");
                    }
                    continue;
                }
                heard.add(line);
                switch (line.split(" ")[0]) {
                    case "EHLO" -> say(connection, heard == clear && script.offer() ? "250-peer.example\r\n250 STARTTLS\r\n" : "250 peer.example\r\n");
                    case "DATA" -> {
                        data = true;
                        say(connection, "354 go\r\n");
                    }
                    case "QUIT" -> {
                        say(connection, "221 bye\r\n");
                        return;
                    }
                    case "STARTTLS" -> {
                        say(connection, script.go());
                        if (!script.go().startsWith("220")) {
                            if (script.go().matches("(?s)[2-5]\\d\\d .*\r\n")) {
                                continue;
                            }
                            return;
                        }
                        if (!waits) {
                            return;
                        }
                        if (!script.shake()) {
                            say(connection, "250 this is no TLS\r\n250 nor this\r\n");
                            return;
                        }
                        try (TlsConnection secure = tls.accept(connection, settings.listeners().getFirst(), settings, Ground.PATIENCE)) {
                            converse(secure, secured, false);
                        }
                        return;
                    }
                    default -> say(connection, "250 2.0.0 ok\r\n");
                }
            }
        }

        private static void say(Connection connection, String text) throws IOException {
            byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
            if (octets.length > 0) {
                connection.write(octets, 0, octets.length, Ground.PATIENCE);
            }
        }

        boolean gotMail(List<String> where) {
            return where.stream().anyMatch(line -> line.startsWith("MAIL"));
        }

        Outcome deliver(String mode) throws Exception {
            return attempt(mode).outcomes().get(0);
        }

        DeliveryAttempt attempt(String mode) throws Exception {
            return Posting.attempt(platform, new ClientTls(platform.disk(), platform.time()), listener.address(), "smtp", "tls = " + mode);
        }
    }

    @ParameterizedTest
    @EnumSource
    void mailGoesUnderTlsWhereItIsOffered(Ground ground) throws Exception {
        ground.with(platform -> {
            for (String mode : List.of("opportunistic", "required")) {
                Peer peer = new Peer(ground, platform, Script.GOOD);
                DeliveryAttempt attempt = peer.attempt(mode);
                assertThat(attempt.outcomes().get(0)).isInstanceOf(Outcome.Delivered.class);
                assertThat(attempt.conversation()).anyMatch(line -> line.contains("TLSv1.3"));
                assertThat(peer.gotMail(peer.secured)).isTrue();
                assertThat(peer.clear).containsExactly("EHLO mx1.example.net", "STARTTLS");
                peer.close();
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void whatMustNotGoInTheClearWaits(Ground ground) throws Exception {
        ground.with(platform -> {
            for (Script script : List.of(new Script(false, "", false), new Script(true, "454 4.7.0 not now\r\n", false), new Script(true, "220 go\r\n", false))) {
                for (String mode : List.of("required", "verify")) {
                    Peer peer = new Peer(ground, platform, script);
                    assertThat(peer.deliver(mode)).isInstanceOf(Outcome.Deferred.class);
                    assertThat(peer.gotMail(peer.clear)).isFalse();
                    peer.close();
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void opportunisticMailGoesOnInTheClearWhereTlsFails(Ground ground) throws Exception {
        ground.with(platform -> {
            for (Script script : List.of(new Script(false, "", false), new Script(true, "454 4.7.0 not now\r\n", false))) {
                Peer peer = new Peer(ground, platform, script);
                assertThat(peer.deliver("opportunistic")).isInstanceOf(Outcome.Delivered.class);
                assertThat(peer.connections).hasSize(1);
                peer.close();
            }
            Peer peer = new Peer(ground, platform, new Script(true, "220 go\r\n", false));
            // Whether the octets that are no TLS come with the answer or behind it, mail never goes over this connection.
            Outcome outcome = peer.deliver("opportunistic");
            assertThat(outcome instanceof Outcome.Delivered ? peer.connections.size() == 2 : !peer.gotMail(peer.clear)).isTrue();
            peer.close();
        });
    }

    @ParameterizedTest
    @EnumSource
    void aCertificateThatNobodySignedDoesNotVerify(Ground ground) throws Exception {
        ground.with(platform -> {
            Peer peer = new Peer(ground, platform, Script.GOOD);
            Outcome outcome = peer.deliver("verify");
            assertThat(outcome).isInstanceOfSatisfying(Outcome.Deferred.class, deferred -> {
                assertThat(deferred.cause().status()).hasToString("4.7.5");
                assertThat(((Cause.Unreachable) deferred.cause()).problem()).contains("signed by itself");
            });
            assertThat(peer.gotMail(peer.secured)).isFalse();
            peer.close();
        });
    }

    private static final List<String> INJECTED = List.of(
            "250 ok\r\n", "250-peer.example\r\n250 AUTH PLAIN\r\n", "250-peer.example\r\n250 PIPELINING\r\n", "220 again\r\n", "221 bye\r\n", "354 go\r\n", "421 no\r\n", "454 no\r\n", "500 no\r\n",
            "550 5.1.1 no such user\r\n", "554 5.7.0 no\r\n", "250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n250 queued\r\n", "250 ok\r\n".repeat(30), "250-", "2", "\r\n", "\n", "\r", "\0", " ", "x",
            "\u0016\u0003\u0003\u0000\u0001\u0000", "\u0015\u0003\u0003\u0000\u0002\u0002\u0028", "\u0017\u0003\u0003\u0000\u0001x", "HTTP/1.1 200 OK\r\n\r\n", "* OK IMAP4\r\n", "+OK POP3\r\n", "\u00ff\u00fe",
            "535 5.7.8 no\r\n", "334 \r\n", "235 2.7.0 ok\r\n", "252 maybe\r\n", "251 elsewhere\r\n", "y".repeat(700), "250 " + "z".repeat(3000) + "\r\n");
    private static final List<String> ANSWERS = List.of("220 go\r\n", "220 2.0.0 ready to start TLS\r\n", "220-go\r\n220 ahead\r\n");

    @ParameterizedTest
    @EnumSource
    void whatComesBehindTheAnswerToStartTlsIsNeverTakenForSaidUnderTls(Ground ground) throws Exception {
        List<Script> corpus = new ArrayList<>();
        for (String answer : ANSWERS) {
            INJECTED.forEach(octets -> corpus.add(new Script(true, answer + octets, true)));
        }
        assertThat(corpus).hasSizeGreaterThanOrEqualTo(100);
        ground.with(platform -> {
            for (Script script : corpus) {
                for (String mode : List.of("opportunistic", "required")) {
                    Peer peer = new Peer(ground, platform, script);
                    Outcome outcome = peer.deliver(mode);
                    assertThat(outcome).as("%s", script).isInstanceOfSatisfying(Outcome.Deferred.class, deferred -> assertThat(deferred.cause().status().subject()).isEqualTo(7));
                    assertThat(peer.gotMail(peer.clear) || peer.gotMail(peer.secured)).as("%s", script).isFalse();
                    assertThat(peer.connections).hasSize(1);
                    peer.close();
                }
            }
        });
    }

    private static final List<String> SHAPES = List.of(
            "", "2", "22", "220", "220\r", "220\n", "220\r\n", "220 \r\n", "220 go\n", "220 go\r", "220go\r\n", "2200 go\r\n", "22 go\r\n", "220\tgo\r\n", "220-go\r\n", "220-go\r\n220", "220-go\r\n221 go\r\n",
            "220-go\r\n250 go\r\n", "221 go\r\n", "250 ok\r\n", "251 x\r\n", "299 x\r\n", "354 go\r\n", "334 \r\n", "421 no\r\n", "450 no\r\n", "454 no\r\n", "500 no\r\n", "501 no\r\n", "502 no\r\n", "503 no\r\n",
            "554 no\r\n", "599 no\r\n", "600 no\r\n", "000 x\r\n", "099 x\r\n", "999 x\r\n", "-20 x\r\n", "abc\r\n", " 220 go\r\n", "\r\n", "\r\n220 go\r\n", "\0\0\0\0", "220 g\0\r\n", "220 " + "x".repeat(600) + "\r\n",
            "220 " + "x".repeat(100_000), "220-x\r\n".repeat(2000), "220 \u00e4\u00ff\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "* BYE\r\n", "-ERR\r\n", "\u0015\u0003\u0003\u0000\u0002\u0002\u0028", "2" + "2".repeat(5000) + "\r\n",
            "220 go\r\r\n", "٢٢٠ go\r\n");

    @ParameterizedTest
    @EnumSource
    void noShapeOfAnAnswerToStartTlsLeadsToMailInTheClearThatMustNotGoThere(Ground ground) throws Exception {
        assertThat(SHAPES).hasSizeGreaterThanOrEqualTo(40);
        ground.with(platform -> {
            for (String shape : SHAPES) {
                for (String mode : List.of("required", "opportunistic")) {
                    Peer peer = new Peer(ground, platform, new Script(true, shape, true));
                    Outcome outcome = peer.deliver(mode);
                    boolean delivered = outcome instanceof Outcome.Delivered;
                    if (!delivered) {
                        assertThat(outcome).as("%s", shape).isInstanceOfSatisfying(Outcome.Deferred.class, deferred -> assertThat(deferred.cause()).isNotInstanceOf(Cause.Local.class));
                    }
                    assertThat(peer.gotMail(peer.clear) && mode.equals("required")).as("%s", shape).isFalse();
                    assertThat(delivered).as("%s", shape).isEqualTo(peer.gotMail(peer.clear) || peer.gotMail(peer.secured));
                    peer.close();
                }
            }
        });
    }
}
