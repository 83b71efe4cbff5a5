// SPDX-License-Identifier: Apache-2.0
package org.isthmus.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/// SCRAM-SHA-256 by the exchange of RFC 7677 §3, and by what must not be believed.
class ScramTest {
    private static final String CLIENT_NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final byte[] SALT = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
    private static final ScramKeys KEYS = ScramKeys.derive("pencil", SALT, 4096);
    private static final ChannelBinding BINDING = new ChannelBinding(ChannelBinding.EXPORTER, new byte[] {1, 2, 3});

    private static ScramServer server(boolean plus, List<ChannelBinding> bindings) {
        return new ScramServer(user -> KEYS, SERVER_NONCE, plus, bindings, !bindings.isEmpty());
    }

    private static ScramClient client(String password) {
        return new ScramClient("user", password, CLIENT_NONCE, null, false);
    }

    private static byte[] octets(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void speaksTheExchangeOfRfc7677() throws SaslProblem {
        ScramClient client = client("pencil");
        ScramServer server = server(false, List.of());
        byte[] first = client.first();
        assertThat(first).asString(UTF_8).isEqualTo("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        byte[] challenge = server.first(first);
        assertThat(challenge).asString(UTF_8).isEqualTo("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        byte[] last = client.last(challenge);
        assertThat(last).asString(UTF_8)
                .isEqualTo("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        byte[] proof = server.last(last);
        assertThat(proof).asString(UTF_8).isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        client.verify(proof);
        assertThat(server.user()).isEqualTo("user");
    }

    @Test
    void bindsTheChannel() throws SaslProblem {
        ScramClient client = new ScramClient("user", "pencil", CLIENT_NONCE, BINDING, true);
        ScramServer server = server(true, List.of(BINDING));
        client.verify(server.last(client.last(server.first(client.first()))));
        assertThat(server.user()).isEqualTo("user");
    }

    @Test
    void noticesSomebodyBetween() throws SaslProblem {
        // Two TLS connections, with a thief in the middle who passes on what is said.
        ScramClient client = new ScramClient("user", "pencil", CLIENT_NONCE, new ChannelBinding(ChannelBinding.EXPORTER, new byte[] {9, 9, 9}), true);
        ScramServer server = server(true, List.of(BINDING));
        byte[] last = client.last(server.first(client.first()));
        assertThatThrownBy(() -> server.last(last)).isInstanceOf(SaslProblem.class).hasMessageContaining("another channel");
        // And one who hides the PLUS form from the client.
        ScramClient told = new ScramClient("user", "pencil", CLIENT_NONCE, null, true);
        ScramServer offering = server(false, List.of(BINDING));
        assertThatThrownBy(() -> offering.first(told.first())).isInstanceOf(SaslProblem.class).hasMessageContaining("somebody is between");
    }

    @Test
    void wrongPasswordIsNoProof() throws SaslProblem {
        ScramClient client = client("pen");
        ScramServer server = server(false, List.of());
        byte[] last = client.last(server.first(client.first()));
        assertThatThrownBy(() -> server.last(last)).isInstanceOfSatisfying(SaslProblem.class, e -> assertThat(e.kind()).isEqualTo(SaslProblem.Kind.UNPROVED));
    }

    @Test
    void serverThatDoesNotKnowThePasswordIsNotBelieved() throws SaslProblem {
        ScramClient client = client("pencil");
        client.last(server(false, List.of()).first(client.first()));
        assertThatThrownBy(() -> client.verify(octets("v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="))).isInstanceOf(SaslProblem.class);
        assertThatThrownBy(() -> client.verify(octets("e=invalid-proof"))).isInstanceOf(SaslProblem.class);
        assertThatThrownBy(() -> client.last(octets("r=rOprNGfwEbeRWgbNEkqOxyz,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1"))).hasMessageContaining("iterations");
        assertThatThrownBy(() -> client.last(octets("r=somethingElse,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"))).hasMessageContaining("nonce");
    }

    @Test
    void whateverIsSentIsAnsweredOrMalformed() {
        List<String> firsts = List.of("", ",", "n", "n,", "n,,", "n,,n=user", "n,,r=x,n=user", "n,,n=u=ser,r=x", "n,,m=1,n=user,r=x", "n,a=other,n=user,r=x", "x,,n=user,r=x", "p=tls-unique,,n=user,r=x",
                "n,,n=,r=x", "n,,n=user,r=", "n,,n=us\u0007er,r=x", "p=tls-exporter,,n=user,r=x");
        assertThat(firsts).allSatisfy(first -> assertThatThrownBy(() -> server(false, List.of()).first(octets(first))).isInstanceOf(SaslProblem.class));
        List<String> lasts = List.of("", "c=biws", "c=biws,r=a,p=", "p=x", "c=!,r=rOprNGfwEbeRWgbNEkqO,p=AA==", "c=biws,r=rOprNGfwEbeRWgbNEkqO,p=dHzb", ",p=dHzb");
        assertThat(lasts).allSatisfy(last -> assertThatThrownBy(() -> {
            ScramServer server = server(false, List.of());
            server.first(client("pencil").first());
            server.last(octets(last));
        }).isInstanceOf(SaslProblem.class));
        assertThatThrownBy(() -> server(false, List.of()).last(octets("c=biws,r=x,p=AA=="))).isInstanceOf(SaslProblem.class);
    }

    @Test
    void keysAreReadAsTheyWereWritten() {
        ScramKeys read = ScramKeys.parse(KEYS.text()).orElseThrow();
        assertThat(read.text()).isEqualTo(KEYS.text());
        assertThat(read.fit("pencil")).isTrue();
        assertThat(read.fit("pen")).isFalse();
        assertThat(List.of("", "SCRAM-SHA-256$", "SCRAM-SHA-256$1:AA==$AA==:AA==", "SCRAM-SHA-256$x:y$z:a", "md5")).allSatisfy(text -> assertThat(ScramKeys.parse(text)).isEmpty());
    }

    @Test
    void namesAreEscaped() throws SaslProblem {
        ScramServer server = server(false, List.of());
        server.first(new ScramClient("a,b=c", "pencil", CLIENT_NONCE, null, false).first());
        assertThat(server.user()).isEqualTo("a,b=c");
    }
}
