// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.isthmus.config.Login;
import org.isthmus.platform.Entropy;
import org.isthmus.sasl.ChannelBinding;
import org.isthmus.sasl.PlainMessage;
import org.isthmus.sasl.SaslProblem;
import org.isthmus.sasl.ScramClient;
import org.isthmus.smtp.Reply;
import org.isthmus.transit.Stage;
import org.isthmus.transit.TlsFacts;
import org.jspecify.annotations.Nullable;

/// Logs in at a server: AUTH, client side. RFC 4954. The best that both know: SCRAM-SHA-256-PLUS, SCRAM-SHA-256, PLAIN, LOGIN. What is said in between stands in no transcript.
///
/// Whatever goes wrong may pass: somebody has to correct a password, and until then mail waits and is not returned. After SCRAM has failed nothing weaker is tried, because that is what somebody between
/// would like.
final class ServerLogin {
    private static final int NONCE = 18;

    private final ClientSession session;
    private final Login login;
    private final Entropy entropy;
    private final Transcript transcript;
    private final @Nullable TlsFacts tls;

    private ServerLogin(ClientSession session, Login login, Entropy entropy, Transcript transcript) {
        this.session = session;
        this.login = login;
        this.entropy = entropy;
        this.transcript = transcript;
        this.tls = session.tls();
    }

    /// Does nothing where no login is configured for the server.
    static void perform(ClientSession session, Entropy entropy, Transcript transcript) throws Broken {
        Login login = session.server().login();
        if (login != null) {
            new ServerLogin(session, login, entropy, transcript).run();
        }
    }

    private void run() throws Broken {
        if (tls == null && !login.withoutTls()) {
            throw session.unfit(Stage.AUTH, "the connection is in the clear, and a password does not go there (login.without-tls)", "4.7.11");
        }
        List<String> offered = session.offered().parameter("AUTH").map(words -> List.of(words.toUpperCase(Locale.ROOT).split(" +"))).orElse(List.of());
        ChannelBinding binding = binding();
        Reply answer;
        if (offered.contains("SCRAM-SHA-256-PLUS") && binding != null) {
            answer = scram("SCRAM-SHA-256-PLUS", binding);
        } else if (offered.contains("SCRAM-SHA-256")) {
            answer = scram("SCRAM-SHA-256", null);
        } else if (offered.contains("PLAIN")) {
            answer = ask("AUTH PLAIN " + base64(new PlainMessage("", login.user(), login.password().reveal()).octets()));
        } else if (offered.contains("LOGIN")) {
            answer = login();
        } else {
            throw session.unfit(Stage.AUTH, offered.isEmpty() ? "the server offers no AUTH" : "no mechanism of ours is among those that the server offers: " + String.join(" ", offered), "4.7.0");
        }
        transcript.exchange("AUTH as " + login.user(), answer);
        if (answer.code() != 235) {
            throw session.refused(answer, Broken.Kind.PASSING);
        }
    }

    private @Nullable ChannelBinding binding() {
        TlsFacts facts = tls;
        if (facts == null || !facts.isBindable()) {
            return null;
        }
        byte[] exporter = facts.bindings().exporter();
        byte[] endPoint = exporter == null ? facts.bindings().serverEndPoint() : null;
        return exporter != null ? new ChannelBinding(ChannelBinding.EXPORTER, exporter) : endPoint != null ? new ChannelBinding(ChannelBinding.SERVER_END_POINT, endPoint) : null;
    }

    private Reply scram(String mechanism, @Nullable ChannelBinding binding) throws Broken {
        byte[] random = new byte[NONCE];
        entropy.fill(random);
        // RFC 5802 §6: where we could bind and the server does not seem to, we say so, and a server that did offer it notices somebody between.
        ScramClient client = new ScramClient(login.user(), login.password().reveal(), Base64.getEncoder().encodeToString(random), binding, binding == null && binding() != null);
        try {
            Reply first = ask("AUTH " + mechanism + " " + base64(client.first()));
            if (first.code() != 334) {
                return first;
            }
            Reply proof = ask(base64(client.last(octets(first))));
            if (proof.code() != 334) {
                // A server that says 235 without its proof may not know the password at all.
                return proof.code() == 235 ? distrusted("it gave no proof of its own") : proof;
            }
            client.verify(octets(proof));
            return ask("");
        } catch (SaslProblem e) {
            return distrusted(String.valueOf(e.getMessage()));
        }
    }

    private Reply distrusted(String why) throws Broken {
        throw session.unfit(Stage.AUTH, why, "4.7.0");
    }

    private Reply login() throws Broken {
        Reply first = ask("AUTH LOGIN");
        if (first.code() != 334) {
            return first;
        }
        Reply second = ask(base64(login.user().getBytes(UTF_8)));
        return second.code() != 334 ? second : ask(base64(login.password().reveal().getBytes(UTF_8)));
    }

    private Reply ask(String line) throws Broken {
        session.say(Stage.AUTH, line);
        return session.read();
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    private byte[] octets(Reply challenge) throws Broken {
        try {
            return Base64.getDecoder().decode(challenge.lines().getFirst().strip());
        } catch (IllegalArgumentException e) {
            throw session.unfit(Stage.AUTH, "the server's challenge is no base64", "4.5.0");
        }
    }
}
