// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.isthmus.tls.TlsConnection;
import org.isthmus.transit.TlsFacts;
import org.isthmus.tracking.Event;
import org.isthmus.trials.tls.Ground.Server;
import org.isthmus.trials.tls.Ground.Talk;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// TLS at our doors. RFC 3207, RFC 8314.
class ServerTlsTest {
    private static final String MESSAGE = "Subject: one\r\n\r\nbody\r\n";

    private static void deliver(Talk client) throws Exception {
        assertThat(client.ask("EHLO client.example")).startsWith("250").doesNotContain("STARTTLS");
        mail(client);
    }

    static void mail(Talk client) throws Exception {
        assertThat(client.ask("MAIL FROM:<a@client.example>")).startsWith("250");
        assertThat(client.ask("RCPT TO:<b@example.org>")).startsWith("250");
        assertThat(client.ask("DATA")).startsWith("354");
        assertThat(client.ask(MESSAGE + ".")).startsWith("250");
    }

    @ParameterizedTest
    @EnumSource
    void mailUnderStartTlsIsTakenAndReceivedSaysSo(Ground ground) throws Exception {
        ground.with(platform -> {
            Server server = new Server(platform, "tls = starttls", "");
            try (Talk client = server.connect()) {
                assertThat(client.hear()).startsWith("220");
                assertThat(client.ask("EHLO client.example")).contains("STARTTLS");
                assertThat(client.ask("STARTTLS")).startsWith("220");
                TlsConnection secure = client.secure();
                assertThat(secure.facts().protocol()).isEqualTo("TLSv1.3");
                assertThat(secure.facts().bindings().exporter()).hasSize(32);
                assertThat(secure.facts().bindings().serverEndPoint()).hasSize(32);
                deliver(client);
                assertThat(client.ask("STARTTLS")).startsWith("503");
                assertThat(client.ask("QUIT")).startsWith("221");
                assertThat(client.hear()).isEqualTo("closed");
                assertThat(server.content(server.spool.ids().getFirst())).contains(" with ESMTPS id ").contains("\r\n\ttls " + secure.facts().cipher() + ";");
            } finally {
                server.stop();
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void anImplicitListenerBeginsWithTheHandshake(Ground ground) throws Exception {
        ground.with(platform -> {
            Server server = new Server(platform, "tls = implicit", "");
            try (Talk client = server.connect()) {
                client.secure();
                assertThat(client.hear()).startsWith("220");
                deliver(client);
                assertThat(server.accepted()).isEqualTo(1);
            }
            try (Talk client = server.connect()) {
                // What talks in the clear is not talked to.
                client.say("EHLO client.example\r\n");
                assertThat(client.hearAll()).doesNotContain("250");
            } finally {
                server.stop();
            }
            assertThat(server.events).anyMatch(event -> event instanceof Event.Refused refused && refused.reply().text().contains("handshake failed"));
        });
    }

    @ParameterizedTest
    @EnumSource
    void everythingIsForgottenWithTheHandshake(Ground ground) throws Exception {
        ground.with(platform -> {
            Server server = new Server(platform, "tls = starttls", "");
            try (Talk client = server.connect()) {
                client.hear();
                client.ask("EHLO client.example");
                client.ask("STARTTLS");
                client.secure();
                assertThat(client.ask("MAIL FROM:<a@client.example>")).startsWith("503");
                deliver(client);
            }
            try (Talk client = server.connect()) {
                client.hear();
                client.ask("EHLO client.example");
                client.ask("MAIL FROM:<a@client.example>");
                assertThat(client.ask("STARTTLS")).startsWith("503");
                client.ask("RSET");
                assertThat(client.ask("STARTTLS now")).startsWith("501");
                assertThat(client.ask("STARTTLS")).startsWith("220");
            } finally {
                server.stop();
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void bothSidesHaveTheSameBindings(Ground ground) throws Exception {
        ground.with(platform -> {
            Server server = new Server(platform, "tls = starttls", "");
            try (Talk client = server.connect()) {
                client.hear();
                client.ask("STARTTLS");
                TlsFacts ours = client.secure().facts();
                client.ask("EHLO client.example");
                TlsFacts theirs = server.receiver.sessions().getFirst().client().tls();
                assertThat(theirs).isNotNull();
                assertThat(theirs.bindings().exporter()).isEqualTo(ours.bindings().exporter());
                assertThat(theirs.bindings().serverEndPoint()).isEqualTo(ours.bindings().serverEndPoint());
                assertThat(theirs.name()).isEqualTo("mx1.example.org");
            } finally {
                server.stop();
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aListenerWithoutTlsHasNoStartTls(Ground ground) throws Exception {
        ground.with(platform -> {
            Server server = new Server(platform, "tls = off", "");
            try (Talk client = server.connect()) {
                client.hear();
                assertThat(client.ask("EHLO client.example")).doesNotContain("STARTTLS");
                assertThat(client.ask("STARTTLS")).startsWith("502");
            } finally {
                server.stop();
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void verbsOfHttpEndTheSessionUnderTlsToo(Ground ground) throws Exception {
        ground.with(platform -> {
            Server server = new Server(platform, "tls = starttls }, implicit { address = \"127.0.0.1:0\", tls = implicit", "");
            for (String listener : List.of("internet", "implicit")) {
                for (String verb : List.of("GET", "POST", "PUT", "HEAD", "OPTIONS", "PRI", "CONNECT")) {
                    try (Talk client = server.connect(listener)) {
                        if (listener.equals("internet")) {
                            client.hear();
                            client.ask("STARTTLS");
                        }
                        client.secure();
                        if (listener.equals("implicit")) {
                            client.hear();
                        }
                        client.say(verb + " / HTTP/1.1\r\nHost: mx1.example.org\r\n\r\nMAIL FROM:<a@b.example>\r\n");
                        assertThat(client.hearAll()).doesNotContain("250");
                    }
                }
            }
            server.stop();
        });
    }

    /// ALPACA (2021): a browser that was led to our door must not be able to talk through it.
    @ParameterizedTest
    @EnumSource
    void aClientThatNamesOtherProtocolsIsTurnedAway(Ground ground) throws Exception {
        ground.with(platform -> {
            Server server = new Server(platform, "tls = implicit", "");
            for (String protocols : List.of("h2", "http/1.1", "h2,http/1.1", "imap", "SMTP", "smtp2")) {
                try (Talk client = server.connect()) {
                    assertThatThrownBy(() -> client.secure(Engine.context(null), parameters -> parameters.setApplicationProtocols(protocols.split(",")))).as(protocols).isInstanceOf(IOException.class);
                    assertThat(client.hearAll()).isEmpty();
                }
            }
            for (String protocols : List.of("smtp", "h2,smtp", "")) {
                try (Talk client = server.connect()) {
                    Engine engine = client.secure(Engine.context(null), parameters -> parameters.setApplicationProtocols(protocols.isEmpty() ? new String[0] : protocols.split(",")));
                    assertThat(engine.engine.getApplicationProtocol()).isEqualTo(protocols.isEmpty() ? "" : "smtp");
                    assertThat(client.hear()).startsWith("220");
                    deliver(client);
                }
            }
            server.stop();
            assertThat(server.accepted()).isEqualTo(3);
            assertThat(server.events.stream().filter(event -> event instanceof Event.Refused refused && refused.reply().text().contains("handshake failed"))).hasSize(6);
        });
    }

    /// CVE-2009-3555, CVE-2011-1473.
    @ParameterizedTest
    @EnumSource
    void tls12NeverBeginsASecondHandshake(Ground ground) throws Exception {
        ground.with(platform -> {
            Server server = new Server(platform, "tls = starttls", "");
            try (Talk client = server.connect()) {
                client.hear();
                client.ask("STARTTLS");
                Engine engine = client.secure(Engine.context(null), parameters -> parameters.setProtocols(new String[] {"TLSv1.2"}));
                assertThat(client.ask("EHLO client.example")).startsWith("250");
                engine.engine.beginHandshake();
                assertThatThrownBy(engine::handshake).isInstanceOf(IOException.class);
                assertThat(client.hear()).isEqualTo("closed");
            }
            server.stop();
        });
    }

    /// RFC 8446 §4.6.3.
    @ParameterizedTest
    @EnumSource
    void aNewKeyIsTakenInPassing(Ground ground) throws Exception {
        ground.with(platform -> {
            Server server = new Server(platform, "tls = starttls", "");
            try (Talk client = server.connect()) {
                client.hear();
                client.ask("STARTTLS");
                Engine engine = client.secure(Engine.context(null), parameters -> parameters.setProtocols(new String[] {"TLSv1.3"}));
                assertThat(client.ask("EHLO client.example")).startsWith("250");
                for (int i = 0; i < 5; i++) {
                    engine.engine.beginHandshake();
                    engine.handshake();
                    mail(client);
                }
            }
            server.stop();
            assertThat(server.accepted()).isEqualTo(5);
        });
    }
}
