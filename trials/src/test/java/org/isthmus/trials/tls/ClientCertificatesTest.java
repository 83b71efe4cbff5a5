// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import org.isthmus.trials.tls.Ground.Server;
import org.isthmus.trials.tls.Ground.Talk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clients that are trusted by a certificate: `client-ca` of a listener.
class ClientCertificatesTest {
    private static final Duration DAY = Duration.ofDays(1);

    /// What is said to a recipient elsewhere.
    private static String elsewhere(Server server, Authority.@Nullable Issued shown, String protocol) throws IOException, GeneralSecurityException {
        try (Talk client = server.connect()) {
            client.hear();
            client.ask("STARTTLS");
            client.secure(Engine.context(shown), parameters -> parameters.setProtocols(new String[] {protocol}));
            client.ask("EHLO client.example");
            client.ask("MAIL FROM:<a@client.example>");
            assertThat(client.ask("RCPT TO:<b@example.org>")).startsWith("250");
            return client.ask("RCPT TO:<b@elsewhere.example>");
        }
    }

    private static final String EVERYTHING_TO_STORE = "routes = [{ to = \"*\", via = store }]";

    @ParameterizedTest
    @EnumSource
    void onlyWhoShowsACertificateOfTheAuthorityMaySendToAnywhere(Ground ground) throws Exception {
        ground.with(platform -> {
            Instant now = platform.time().now();
            Authority ours = Authority.named("Ours", now);
            Authority namesake = Authority.named("Ours", now);
            Authority.write(platform.disk(), "/clients.crt", ours.certificate());
            Server server = new Server(platform, "tls = starttls, client-ca = /clients.crt", EVERYTHING_TO_STORE);
            for (String protocol : new String[] {"TLSv1.3", "TLSv1.2"}) {
                assertThat(elsewhere(server, ours.issue(Authority.keys("EC"), Authority.Use.CLIENT, now.minus(DAY), now.plus(DAY), "app"), protocol)).startsWith("250");
                assertThat(elsewhere(server, ours.issue(Authority.keys("RSA"), Authority.Use.CLIENT, now.minus(DAY), now.plus(DAY), "app"), protocol)).startsWith("250");
                assertThat(elsewhere(server, null, protocol)).as("none").startsWith("550");
                assertThat(elsewhere(server, namesake.issue(Authority.keys("EC"), Authority.Use.CLIENT, now.minus(DAY), now.plus(DAY), "app"), protocol)).as("of a namesake").startsWith("550");
                assertThat(elsewhere(server, ours.server(now, "app"), protocol)).as("for servers").startsWith("550");
                assertThat(elsewhere(server, ours.issue(Authority.keys("EC"), Authority.Use.CLIENT, now.minus(DAY.multipliedBy(2)), now.minus(DAY), "app"), protocol)).as("expired").startsWith("550");
                assertThat(elsewhere(server, ours.issue(Authority.keys("EC"), Authority.Use.CLIENT, now.plus(DAY), now.plus(DAY.multipliedBy(2)), "app"), protocol)).as("of tomorrow").startsWith("550");
            }
            server.stop();
        });
    }

    @ParameterizedTest
    @EnumSource
    void aListenerWithoutAuthoritiesTrustsNoCertificate(Ground ground) throws Exception {
        ground.with(platform -> {
            Instant now = platform.time().now();
            Authority authority = Authority.named("Ours", now);
            Server server = new Server(platform, "tls = starttls", EVERYTHING_TO_STORE);
            assertThat(elsewhere(server, authority.issue(Authority.keys("EC"), Authority.Use.CLIENT, now.minus(DAY), now.plus(DAY), "app"), "TLSv1.3")).startsWith("550");
            server.stop();
        });
    }

    @ParameterizedTest
    @EnumSource
    void otherAuthoritiesCountOnceTheFileHasChanged(Ground ground) throws Exception {
        ground.with(platform -> {
            Instant now = platform.time().now();
            Authority before = Authority.named("Before", now);
            Authority after = Authority.named("After", now);
            Authority.Issued old = before.issue(Authority.keys("EC"), Authority.Use.CLIENT, now.minus(DAY), now.plus(DAY), "app");
            Authority.Issued fresh = after.issue(Authority.keys("EC"), Authority.Use.CLIENT, now.minus(DAY), now.plus(DAY), "app");
            Authority.write(platform.disk(), "/clients.crt", before.certificate());
            Server server = new Server(platform, "tls = starttls, client-ca = /clients.crt", EVERYTHING_TO_STORE);
            assertThat(elsewhere(server, old, "TLSv1.3")).startsWith("250");
            Authority.write(platform.disk(), "/clients.crt", after.certificate());
            Ground.pass(platform, Duration.ofSeconds(3));
            assertThat(elsewhere(server, old, "TLSv1.3")).startsWith("550");
            assertThat(elsewhere(server, fresh, "TLSv1.3")).startsWith("250");
            // A file that is gone is a mistake, and nobody's right ends by it.
            platform.disk().delete(Path.of("/clients.crt"));
            Ground.pass(platform, Duration.ofSeconds(3));
            assertThat(elsewhere(server, fresh, "TLSv1.3")).startsWith("250");
            server.stop();
        });
    }
}
