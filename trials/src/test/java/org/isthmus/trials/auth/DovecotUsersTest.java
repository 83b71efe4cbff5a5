// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.isthmus.auth.Authenticator;
import org.isthmus.auth.Exchange;
import org.isthmus.auth.Turn;
import org.isthmus.config.Auth.Mechanism;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Settings;
import org.isthmus.platform.LocalSockets;
import org.isthmus.sasl.PlainMessage;
import org.isthmus.trials.world.SimulatedDisk;
import org.junit.jupiter.api.Test;

/// Dovecot's authentication protocol, with what a Dovecot 2.4 says.
class DovecotUsersTest {
    private static final String HANDSHAKE = "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nMECH\tLOGIN\tplaintext\nMECH\tSCRAM-SHA-256\tmutual-auth\nMECH\tOAUTHBEARER\nSPID\t1\nCUID\t2\nCOOKIE\tabc\nDONE\n";
    private static final byte[] ALICE = new PlainMessage("", "alice", "secret").octets();

    private final Settings settings = ConfigLoader.parse("""
            connector { hostname = mx1.example.org, data = /data }
            listeners { submission { address = "127.0.0.1:587", auth = required, auth-without-tls = true } }
            auth { users = "dovecot:127.0.0.1:12345" }
            """).orThrow();

    private Authenticator authenticator(ScriptedNetwork network) {
        return new Authenticator(() -> settings, new Authenticator.Parts(new SimulatedDisk(0), new StillTime(), new AuthenticatorTest.Dice(), network, LocalSockets.NONE));
    }

    private Turn plain(ScriptedNetwork network) {
        return authenticator(network).begin(Mechanism.PLAIN, AuthenticatorTest.client("192.0.2.7", null)).next(ALICE);
    }

    @Test
    void asksDovecot() {
        ScriptedNetwork network = new ScriptedNetwork(List.of(HANDSHAKE, "OK\t1\tuser=alice@example.org\n"));
        assertThat(plain(network)).isEqualTo(new Turn.Passed("alice@example.org"));
        assertThat(network.heard.getFirst()).startsWith("VERSION\t1\t1\nCPID\t");
        assertThat(network.heard.getLast()).isEqualTo("AUTH\t1\tPLAIN\tservice=smtp\tnologin\tlip=192.0.2.1\trip=192.0.2.7\tlport=587\trport=4000\tresp=AGFsaWNlAHNlY3JldA==\n");
    }

    @Test
    void offersWhatDovecotOffers() {
        ScriptedNetwork network = new ScriptedNetwork(List.of(HANDSHAKE));
        assertThat(authenticator(network).offered(AuthenticatorTest.client("192.0.2.7", null), settings.listeners().getFirst()))
                .containsExactly(Mechanism.PLAIN, Mechanism.LOGIN, Mechanism.SCRAM_SHA_256);
    }

    @Test
    void goesOnAsLongAsDovecotAsks() {
        ScriptedNetwork network = new ScriptedNetwork(List.of(HANDSHAKE, "CONT\t1\tVXNlcm5hbWU6\n", "CONT\t1\tUGFzc3dvcmQ6\n", "OK\t1\tuser=alice\n"));
        Exchange exchange = authenticator(network).begin(Mechanism.LOGIN, AuthenticatorTest.client("192.0.2.7", null));
        assertThat(((Turn.Challenge) exchange.next(null)).octets()).asString(UTF_8).isEqualTo("Username:");
        assertThat(((Turn.Challenge) exchange.next("alice".getBytes(UTF_8))).octets()).asString(UTF_8).isEqualTo("Password:");
        assertThat(exchange.next("secret".getBytes(UTF_8))).isEqualTo(new Turn.Passed("alice"));
        assertThat(network.heard.getLast()).isEqualTo("CONT\t1\tc2VjcmV0\n");
    }

    @Test
    void refusalIsOneAndTroubleIsNot() {
        assertThat(plain(new ScriptedNetwork(List.of(HANDSHAKE, "FAIL\t1\tuser=alice\n")))).isInstanceOfSatisfying(Turn.Failed.class, f -> {
            assertThat(f.reason()).isEqualTo(Turn.Reason.CREDENTIALS);
            assertThat(f.user()).isEqualTo("alice");
        });
        List<List<String>> troubles = List.of(List.of(), List.of("VERSION\t2\t0\nDONE\n"), List.of(HANDSHAKE), List.of(HANDSHAKE, "FAIL\t1\tuser=alice\ttemp\n"), List.of(HANDSHAKE, "FAIL\t1\tuser=alice\tcode=temp_fail\n"), List.of(HANDSHAKE, "OK\t1\n"),
                List.of(HANDSHAKE, "OK\t2\tuser=mallory\n"), List.of(HANDSHAKE, "nonsense\n"), List.of("x".repeat(100_000)));
        assertThat(troubles).allSatisfy(says ->
                assertThat(plain(new ScriptedNetwork(says))).isInstanceOfSatisfying(Turn.Failed.class, f -> assertThat(f.reason()).isEqualTo(Turn.Reason.TEMPORARY)));
    }
}
