// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.isthmus.config.Login;
import org.isthmus.config.Secret;
import org.isthmus.config.Settings;
import org.isthmus.sasl.SaslProblem;
import org.isthmus.sasl.ScramKeys;
import org.isthmus.sasl.ScramServer;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Logging in at a next hop: the best mechanism, never in the clear unless told, and mail waits whatever goes wrong.
class ServerLoginTest {
    private static final String PLAIN = "AUTH PLAIN AHUAcHcgMQ==";
    private final Bench bench = new Bench();

    private void login(boolean withoutTls) {
        Login login = new Login("u", new Secret("pw 1"), withoutTls);
        bench.hops = Map.of("hop", new Settings.Hop("hop", Way.Protocol.SMTP, "mx.example.org", 25, Optional.empty(), null, Optional.empty(), null, false, false, List.of(), Settings.Hop.ETRN_EVERY,
                Optional.of(Settings.TlsMode.OFF), List.of(), null, false, login, new SourceLine("test", 1)));
    }

    private void offering(String mechanisms, UnaryOperator<@Nullable String> exchange) {
        login(true);
        bench.server.offering("ENHANCEDSTATUSCODES", "AUTH " + mechanisms);
        bench.server.exchange = exchange::apply;
    }

    private List<String> saidNotMail() {
        return bench.server.heard().stream().filter(line -> !List.of("EHLO", "MAIL", "RCPT", "DATA", "QUIT").contains(line.split(" ")[0])).toList();
    }

    @Test
    void logsInByPlainOncePerConnection() throws InterruptedException {
        offering("LOGIN PLAIN", line -> PLAIN.equals(line) ? "235 2.7.0 ok\r\n" : null);
        assertThat(Check.words(bench.deliver())).containsExactly("delivered");
        assertThat(Check.words(bench.deliver())).containsExactly("delivered");
        assertThat(saidNotMail()).containsExactly(PLAIN);
    }

    @Test
    void logsInByLoginWhereThereIsNothingElse() throws InterruptedException {
        offering("LOGIN", line -> switch (line) {
            case "AUTH LOGIN" -> "334 VXNlcm5hbWU6\r\n";
            case "dQ==" -> "334 UGFzc3dvcmQ6\r\n";
            case "cHcgMQ==" -> "235 2.7.0 ok\r\n";
            case null, default -> null;
        });
        assertThat(Check.words(bench.deliver())).containsExactly("delivered");
        assertThat(saidNotMail()).containsExactly("AUTH LOGIN", "dQ==", "cHcgMQ==");
    }

    @Test
    void neverSaysItsPasswordInTheClearUnlessTold() throws InterruptedException {
        login(false);
        bench.server.offering("AUTH PLAIN");
        assertThat(Check.words(bench.deliver())).containsExactly("deferred 4.7.11 unreachable AUTH");
        assertThat(saidNotMail()).isEmpty();
    }

    @Test
    void wrongPasswordIsOursToMendSoMailWaits() throws InterruptedException {
        offering("PLAIN", line -> PLAIN.equals(line) ? "535 5.7.8 no\r\n" : null);
        DeliveryAttempt attempt = bench.deliver();
        assertThat(Check.words(attempt)).containsExactly("deferred 4.7.8 replied AUTH");
        assertThat(bench.server.heard()).noneMatch(line -> line.startsWith("MAIL"));
        assertThat(attempt.conversation()).anyMatch(line -> line.contains("AUTH as u")).noneMatch(line -> line.contains("AHUA"));
    }

    @Test
    void serverWithoutAuthIsNotTheOneThatWeMean() throws InterruptedException {
        login(true);
        bench.server.offering("PIPELINING");
        assertThat(Check.words(bench.deliver())).containsExactly("deferred 4.7.0 unreachable AUTH");
        offering("CRAM-MD5 GSSAPI", line -> null);
        assertThat(Check.words(bench.deliver())).containsExactly("deferred 4.7.0 unreachable AUTH");
        assertThat(saidNotMail()).isEmpty();
    }

    /// A server that does SCRAM.
    private static final class Scram {
        private final ScramServer server;
        private final boolean proves;
        private int turn;

        Scram(String password, boolean proves) {
            ScramKeys keys = ScramKeys.derive(password, "0123456789abcdef".getBytes(UTF_8), 4096);
            this.server = new ScramServer(user -> keys, "server-nonce", false, List.of(), false);
            this.proves = proves;
        }

        @Nullable String answer(@Nullable String line) {
            if (line == null || (turn == 0 && !line.startsWith("AUTH SCRAM-SHA-256 ")) || turn > 2) {
                return null;
            }
            try {
                return switch (turn++) {
                    case 0 -> challenge(server.first(Base64.getDecoder().decode(line.substring("AUTH SCRAM-SHA-256 ".length()))));
                    case 1 -> proves ? challenge(server.last(Base64.getDecoder().decode(line))) : "235 2.7.0 come in, whoever you are\r\n";
                    default -> "235 2.7.0 ok\r\n";
                };
            } catch (SaslProblem e) {
                return "535 5.7.8 " + e.getMessage() + "\r\n";
            }
        }

        private static String challenge(byte[] octets) {
            return "334 " + Base64.getEncoder().encodeToString(octets) + "\r\n";
        }
    }

    @Test
    void prefersAMechanismThatDoesNotSayThePassword() throws InterruptedException {
        Scram scram = new Scram("pw 1", true);
        offering("PLAIN LOGIN SCRAM-SHA-256", scram::answer);
        assertThat(Check.words(bench.deliver())).containsExactly("delivered");
        assertThat(saidNotMail()).hasSize(3).last().isEqualTo("");
    }

    @Test
    void afterScramHasFailedNothingWeakerIsTried() throws InterruptedException {
        Scram scram = new Scram("another", true);
        offering("PLAIN SCRAM-SHA-256", scram::answer);
        assertThat(Check.words(bench.deliver())).containsExactly("deferred 4.7.8 replied AUTH");
        assertThat(saidNotMail()).noneMatch(line -> line.startsWith("AUTH PLAIN"));
    }

    @Test
    void serverThatGivesNoProofIsNotBelieved() throws InterruptedException {
        Scram scram = new Scram("another", false);
        offering("SCRAM-SHA-256", scram::answer);
        assertThat(Check.words(bench.deliver())).containsExactly("deferred 4.7.0 unreachable AUTH");
        assertThat(bench.server.heard()).noneMatch(line -> line.startsWith("MAIL"));
    }
}
