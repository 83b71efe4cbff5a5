// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.platform.Platform;
import org.isthmus.tls.ClientTls;
import org.isthmus.transit.Cause;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Outcome;
import org.isthmus.trials.tls.Ground.Server;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `tls = verify` towards a next hop: whose certificate is believed, for which name. RFC 5280 §6, RFC 9525.
class VerifyTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final String KEYS = "tls = verify, tls-ca = /ca.crt, tls-names = [\"peer.example\"]";

    private static Server server(Platform platform, String tls) throws Exception {
        return new Server(platform, "tls = " + tls, "tls { certificate = /peer.crt, key = /peer.key }");
    }

    private static void refused(DeliveryAttempt attempt, String why) {
        assertThat(attempt.outcomes().get(0)).isInstanceOfSatisfying(Outcome.Deferred.class, deferred -> {
            assertThat(deferred.cause().status()).hasToString("4.7.5");
            assertThat(((Cause.Unreachable) deferred.cause()).problem()).contains(why);
        });
    }

    @ParameterizedTest
    @EnumSource
    void whoProvesTheNameGetsTheMail(Ground ground) throws Exception {
        ground.with(platform -> {
            Instant now = platform.time().now();
            Authority authority = Authority.named("Test", now);
            Authority.write(platform.disk(), "/ca.crt", authority.certificate());
            authority.server(now, "other.example", "PEER.example").write(platform.disk(), "/peer");
            for (String scheme : List.of("smtp", "smtps")) {
                Server server = server(platform, scheme.equals("smtps") ? "implicit" : "starttls");
                DeliveryAttempt attempt = Posting.attempt(platform, new ClientTls(platform.disk(), platform.time()), server.address(), scheme, KEYS);
                assertThat(attempt.outcomes().get(0)).isInstanceOf(Outcome.Delivered.class);
                assertThat(attempt.conversation()).anyMatch(line -> line.contains("signed by CN=Test"));
                server.stop();
                assertThat(server.accepted()).isEqualTo(1);
            }
        });
    }

    private static Map<String, Authority.Issued> wrong(Instant now, Authority authority) throws GeneralSecurityException, java.io.IOException {
        Map<String, Authority.Issued> wrong = new LinkedHashMap<>();
        wrong.put("not for peer.example", authority.server(now, "peer.example.net", "notpeer.example", "*.peer.example"));
        wrong.put("expired at", authority.issue(Authority.keys("EC"), Authority.Use.SERVER, now.minus(DAY.multipliedBy(2)), now.minus(DAY), "peer.example"));
        wrong.put("is not valid before", authority.issue(Authority.keys("EC"), Authority.Use.SERVER, now.plus(DAY), now.plus(DAY.multipliedBy(2)), "peer.example"));
        wrong.put("is for another use", authority.issue(Authority.keys("EC"), Authority.Use.CLIENT, now.minus(DAY), now.plus(DAY), "peer.example"));
        wrong.put("signed by nobody who is believed here", Authority.named("Stranger", now).server(now, "peer.example"));
        wrong.put("signed by nobody who is believed here: CN=Test", Authority.named("Test", now).server(now, "peer.example"));
        return wrong;
    }

    @ParameterizedTest
    @EnumSource
    void whoProvesSomethingElseDoesNot(Ground ground) throws Exception {
        ground.with(platform -> {
            Instant now = platform.time().now();
            Authority authority = Authority.named("Test", now);
            Authority.write(platform.disk(), "/ca.crt", authority.certificate());
            for (Map.Entry<String, Authority.Issued> one : wrong(now, authority).entrySet()) {
                one.getValue().write(platform.disk(), "/peer");
                for (String scheme : List.of("smtp", "smtps")) {
                    Server server = server(platform, scheme.equals("smtps") ? "implicit" : "starttls");
                    refused(Posting.attempt(platform, new ClientTls(platform.disk(), platform.time()), server.address(), scheme, KEYS), one.getKey());
                    server.stop();
                    assertThat(server.accepted()).as(one.getKey()).isZero();
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void authoritiesThatCannotBeReadLetMailWait(Ground ground) throws Exception {
        ground.with(platform -> {
            Instant now = platform.time().now();
            Authority authority = Authority.named("Test", now);
            authority.server(now, "peer.example").write(platform.disk(), "/peer");
            Server server = server(platform, "starttls");
            ClientTls client = new ClientTls(platform.disk(), platform.time());
            assertThat(Posting.attempt(platform, client, server.address(), "smtp", KEYS).outcomes().get(0)).isInstanceOfSatisfying(Outcome.Deferred.class, deferred ->
                    assertThat(((Cause.Unreachable) deferred.cause()).problem()).contains("the authorities in /ca.crt cannot be used: it does not exist"));
            Authority.write(platform.disk(), "/ca.crt", authority.certificate());
            Ground.pass(platform, Duration.ofSeconds(3));
            assertThat(Posting.attempt(platform, client, server.address(), "smtp", KEYS).outcomes().get(0)).isInstanceOf(Outcome.Delivered.class);
            server.stop();
        });
    }

    /// The second handshake takes up the first one's session, in which the server shows nothing.
    @ParameterizedTest
    @EnumSource
    void aSessionThatIsTakenUpAgainIsJudgedAnew(Ground ground) throws Exception {
        ground.with(platform -> {
            Instant now = platform.time().now();
            Authority authority = Authority.named("Test", now);
            Authority.write(platform.disk(), "/ca.crt", authority.certificate());
            authority.server(now, "peer.example").write(platform.disk(), "/peer");
            Server server = server(platform, "starttls");
            ClientTls client = new ClientTls(platform.disk(), platform.time());
            for (int i = 0; i < 2; i++) {
                assertThat(Posting.attempt(platform, client, server.address(), "smtp", KEYS).outcomes().get(0)).isInstanceOf(Outcome.Delivered.class);
            }
            Authority.write(platform.disk(), "/ca.crt", Authority.named("Stranger", now).certificate());
            Ground.pass(platform, Duration.ofSeconds(3));
            refused(Posting.attempt(platform, client, server.address(), "smtp", KEYS), "signed by nobody who is believed here");
            refused(Posting.attempt(platform, client, server.address(), "smtp", KEYS.replace("ca.crt", "peer.crt").replace("peer.example", "other.example")), "not for other.example");
            server.stop();
            assertThat(server.accepted()).isEqualTo(2);
        });
    }
}
