// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.isthmus.platform.Platform;
import org.isthmus.platform.Threads;
import org.isthmus.tracking.Event;
import org.isthmus.trials.tls.Ground.Server;
import org.isthmus.trials.tls.Ground.Talk;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Which certificate a client is shown, and what becomes of one whose files change. RFC 6066 §3.
class CertificatesTest {
    private static final Duration CALM = Duration.ofSeconds(3);

    private static X509Certificate shown(Server server, String listener, String name) throws IOException {
        try (Talk client = server.connect(listener)) {
            client.hear();
            client.ask("STARTTLS");
            return client.secure(name).facts().peer().getFirst();
        }
    }

    private static String subject(Server server, String listener, String name) throws IOException {
        return shown(server, listener, name).getSubjectX500Principal().getName();
    }

    @ParameterizedTest
    @EnumSource
    void aClientGetsTheCertificateForTheNameItAsksFor(Ground ground) throws Exception {
        ground.with(platform -> {
            Instant now = platform.time().now();
            Authority authority = Authority.named("Test", now);
            authority.server(now, "mx1.example.org").write(platform.disk(), "/one");
            authority.server(now, "mail.example.com", "*.example.com").write(platform.disk(), "/two");
            authority.server(now, "inside.example.org").write(platform.disk(), "/three");
            Server server = new Server(platform, "tls = starttls }, inside { address = \"127.0.0.1:0\", tls = starttls, certificate = /three.crt, key = /three.key",
                    "tls { certificate = /one.crt, key = /one.key, certificates = [{ certificate = /two.crt, key = /two.key }] }");
            for (String name : List.of("mx1.example.org", "nobody.example.net", "192.0.2.1", "example.com", "a.b.example.com")) {
                assertThat(subject(server, "internet", name)).as(name).isEqualTo("CN=mx1.example.org");
            }
            for (String name : List.of("mail.example.com", "MAIL.Example.Com", "other.example.com")) {
                assertThat(subject(server, "internet", name)).as(name).isEqualTo("CN=mail.example.com");
            }
            for (String name : List.of("inside.example.org", "mx1.example.org", "mail.example.com")) {
                assertThat(subject(server, "inside", name)).as(name).isEqualTo("CN=inside.example.org");
            }
            server.stop();
        });
    }

    @ParameterizedTest
    @EnumSource
    void aClientGetsAKindOfCertificateThatItCanUse(Ground ground) throws Exception {
        ground.with(platform -> {
            Instant now = platform.time().now();
            Authority authority = Authority.named("Test", now);
            authority.server(now, "mx1.example.org").write(platform.disk(), "/ec");
            authority.issue(Authority.keys("RSA"), Authority.Use.SERVER, now.minus(CALM), now.plus(CALM.multipliedBy(1000)), "mx1.example.org").write(platform.disk(), "/rsa");
            Server server = new Server(platform, "tls = starttls", "tls { certificate = /ec.crt, key = /ec.key, certificates = [{ certificate = /rsa.crt, key = /rsa.key }] }");
            for (String kind : List.of("RSA", "ECDSA")) {
                try (Talk client = server.connect()) {
                    client.hear();
                    client.ask("STARTTLS");
                    Engine engine = client.secure(Engine.context(null), parameters -> {
                        parameters.setProtocols(new String[] {"TLSv1.2"});
                        parameters.setCipherSuites(new String[] {"TLS_ECDHE_" + kind + "_WITH_AES_128_GCM_SHA256"});
                    });
                    assertThat(key(engine)).isEqualTo(kind.equals("RSA") ? "RSA" : "EC");
                    assertThat(client.ask("EHLO client.example")).startsWith("250");
                }
            }
            server.stop();
        });
    }

    /// Whoever could use either kind is not shown one for another name only because its kind is tried first.
    @ParameterizedTest
    @EnumSource
    void theNameCountsMoreThanTheKind(Ground ground) throws Exception {
        ground.with(platform -> {
            Instant now = platform.time().now();
            Authority authority = Authority.named("Test", now);
            for (String first : List.of("RSA", "EC")) {
                String second = first.equals("RSA") ? "EC" : "RSA";
                authority.issue(Authority.keys(first), Authority.Use.SERVER, now.minus(CALM), now.plus(CALM.multipliedBy(1000)), "mx1.example.org").write(platform.disk(), "/one" + first);
                authority.issue(Authority.keys(second), Authority.Use.SERVER, now.minus(CALM), now.plus(CALM.multipliedBy(1000)), "mail.example.com").write(platform.disk(), "/two" + first);
                Server server = new Server(platform, "tls = starttls", "tls { certificate = /one%1$s.crt, key = /one%1$s.key, certificates = [{ certificate = /two%1$s.crt, key = /two%1$s.key }] }".formatted(first));
                for (String version : List.of("TLSv1.3", "TLSv1.2")) {
                    for (String name : List.of("mx1.example.org", "mail.example.com")) {
                        try (Talk client = server.connect()) {
                            client.hear();
                            client.ask("STARTTLS");
                            Engine engine = client.secure(Engine.context(null), parameters -> {
                                parameters.setProtocols(new String[] {version});
                                parameters.setServerNames(List.of(new SNIHostName(name)));
                            });
                            assertThat(engine.engine.getSession().getPeerPrincipal().getName()).as("%s first, %s", first, version).isEqualTo("CN=" + name);
                        }
                    }
                    assertThat(subject(server, "internet", "nobody.example.net")).isEqualTo("CN=mx1.example.org");
                }
                server.stop();
            }
        });
    }

    private static String key(Engine engine) throws SSLPeerUnverifiedException {
        return engine.engine.getSession().getPeerCertificates()[0].getPublicKey().getAlgorithm();
    }

    @ParameterizedTest
    @EnumSource
    void aCertificateThatChangesIsShownToNewSessionsAndOldOnesGoOn(Ground ground) throws Exception {
        ground.with(platform -> {
            Authority authority = Authority.named("Test", platform.time().now());
            renew(platform, authority);
            Server server = new Server(platform, "tls = starttls", "tls { certificate = /mx.crt, key = /mx.key }");
            X509Certificate first = shown(server, "internet", "mx1.example.org");
            try (Talk old = server.connect()) {
                old.hear();
                old.ask("STARTTLS");
                old.secure();
                old.ask("EHLO client.example");
                renew(platform, authority);
                Ground.pass(platform, CALM);
                X509Certificate second = shown(server, "internet", "mx1.example.org");
                assertThat(second).isNotEqualTo(first);
                assertThat(old.ask("NOOP")).startsWith("250");
                spoil(platform, server, second);
                ServerTlsTest.mail(old);
            }
            server.stop();
            assertThat(server.accepted()).isEqualTo(1);
        });
    }

    private static Authority.Issued renew(Platform platform, Authority authority) throws Exception {
        Authority.Issued issued = authority.server(platform.time().now(), "mx1.example.org");
        issued.write(platform.disk(), "/mx");
        return issued;
    }

    /// Nothing that cannot be used takes the place of what could.
    private static void spoil(Platform platform, Server server, X509Certificate good) throws Exception {
        Authority stranger = Authority.named("Stranger", platform.time().now());
        Authority.Issued other = stranger.server(platform.time().now(), "mx1.example.org");
        for (String text : List.of("no certificate\n", other.certificates(), other.certificates().substring(0, 300), "")) {
            Authority.write(platform.disk(), "/mx.crt", text);
            Ground.pass(platform, CALM);
            assertThat(shown(server, "internet", "mx1.example.org")).isEqualTo(good);
        }
        platform.disk().delete(Path.of("/mx.crt"));
        Ground.pass(platform, CALM);
        assertThat(shown(server, "internet", "mx1.example.org")).isEqualTo(good);
        other.write(platform.disk(), "/mx");
        Ground.pass(platform, CALM);
        assertThat(shown(server, "internet", "mx1.example.org")).isEqualTo(other.chain().getFirst());
    }

    @ParameterizedTest
    @EnumSource
    void whoComesFirstWithOthersIsOfferedTlsToo(Ground ground) throws Exception {
        ground.with(platform -> {
            Server server = new Server(platform, "tls = starttls", "");
            List<String> heard = new CopyOnWriteArrayList<>();
            List<Threads.Actor> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                clients.add(platform.threads().start("client", () -> {
                    try (Talk client = server.connect()) {
                        client.hear();
                        heard.add(client.ask("EHLO client.example"));
                    } catch (IOException e) {
                        heard.add(e.toString());
                    }
                }));
            }
            for (Threads.Actor client : clients) {
                client.join();
            }
            server.stop();
            assertThat(heard).hasSize(20).allMatch(reply -> reply.contains("STARTTLS"));
        });
    }

    @ParameterizedTest
    @EnumSource
    void withoutACertificateAnImplicitListenerSaysNothingAndTheOtherOffersNothing(Ground ground) throws Exception {
        ground.with(platform -> {
            Server server = new Server(platform, "tls = starttls }, implicit { address = \"127.0.0.1:0\", tls = implicit", "tls { certificate = /missing.crt, key = /missing.key }");
            try (Talk client = server.connect()) {
                client.hear();
                assertThat(client.ask("EHLO client.example")).startsWith("250").doesNotContain("STARTTLS");
                assertThat(client.ask("STARTTLS")).startsWith("454");
            }
            try (Talk client = server.connect("implicit")) {
                assertThat(client.hear()).isEqualTo("closed");
            }
            Authority authority = Authority.named("Test", platform.time().now());
            authority.server(platform.time().now(), "mx1.example.org").write(platform.disk(), "/missing");
            Ground.pass(platform, CALM);
            try (Talk client = server.connect("implicit")) {
                client.secure();
                assertThat(client.hear()).startsWith("220");
            }
            server.stop();
            assertThat(server.events).anyMatch(event -> event instanceof Event.Refused refused && refused.steps().toString().contains("there is no certificate to show"));
        });
    }
}
