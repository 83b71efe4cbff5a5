// SPDX-License-Identifier: Apache-2.0
package org.isthmus.sasl;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// The client's side of one SCRAM-SHA-256 exchange. RFC 5802, RFC 7677. {@link #first}, {@link #last}, {@link #verify}: only when that has returned, both sides are proved.
public final class ScramClient {
    /// More would only keep us busy.
    private static final int MOST_ITERATIONS = 2_000_000;

    private final String user;
    private final String password;
    private final String nonce;
    private final String header;
    private final byte[] bound;
    private byte[] serverSignature = new byte[0];
    private String firstBare = "";

    /// @param nonce at least 18 random octets, printable
    /// @param binding for the PLUS form; none for the other
    /// @param couldBind whether we could have bound the channel and the server did not offer it
    public ScramClient(String user, String password, String nonce, @Nullable ChannelBinding binding, boolean couldBind) {
        this.user = SaslPrep.prepare(user).orElse(user);
        this.password = SaslPrep.prepare(password).orElse(password);
        this.nonce = nonce;
        // RFC 5802 §6: y tells the server that it seemed to have no PLUS form; if that was a lie of somebody between, it notices.
        this.header = (binding == null ? (couldBind ? "y" : "n") : "p=" + binding.type()) + ",,";
        this.bound = binding == null ? new byte[0] : binding.data();
    }

    /// Our first message.
    public byte[] first() {
        firstBare = "n=" + ScramAttributes.written(user) + ",r=" + nonce;
        return (header + firstBare).getBytes(StandardCharsets.UTF_8);
    }

    /// Answers the server's challenge.
    public byte[] last(byte[] challenge) throws SaslProblem {
        String serverFirst = PlainMessage.utf8(challenge, 0, challenge.length);
        ScramAttributes attributes = new ScramAttributes(serverFirst);
        String whole = attributes.take('r');
        byte[] salt = attributes.takeBase64('s');
        int iterations = iterations(attributes.take('i'));
        if (!whole.startsWith(nonce) || whole.length() == nonce.length() || !ScramAttributes.isNonce(whole)) {
            throw SaslProblem.unproved("SCRAM: the server's nonce is not built on ours");
        }
        byte[] start = header.getBytes(StandardCharsets.UTF_8);
        byte[] binding = Arrays.copyOf(start, start.length + bound.length);
        System.arraycopy(bound, 0, binding, start.length, bound.length);
        String withoutProof = "c=" + Base64.getEncoder().encodeToString(binding) + ",r=" + whole;
        byte[] authMessage = (firstBare + "," + serverFirst + "," + withoutProof).getBytes(StandardCharsets.UTF_8);
        byte[] salted = ScramKeys.saltedPassword(password, salt, iterations);
        byte[] clientKey = ScramKeys.hmac(salted, ScramKeys.ascii("Client Key"));
        byte[] proof = ScramKeys.xor(clientKey, ScramKeys.hmac(ScramKeys.sha256(clientKey), authMessage));
        serverSignature = ScramKeys.hmac(ScramKeys.hmac(salted, ScramKeys.ascii("Server Key")), authMessage);
        return ScramKeys.ascii(withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof));
    }

    /// Looks whether the server knows us too.
    /// @throws SaslProblem if it does not: it is another one, or refuses us
    public void verify(byte[] message) throws SaslProblem {
        byte[] said = new ScramAttributes(PlainMessage.utf8(message, 0, message.length)).takeBase64('v');
        if (serverSignature.length == 0 || !MessageDigest.isEqual(said, serverSignature)) {
            throw SaslProblem.unproved("SCRAM: the server does not know the password: it is not the one that we mean");
        }
    }

    private static int iterations(String text) throws SaslProblem {
        boolean number = text.length() <= 7 && !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int iterations = number ? Integer.parseInt(text) : 0;
        // RFC 7677 §4 has at least 4096: a server that asks for fewer wants our password cheaply.
        if (iterations < ScramKeys.LEAST_ITERATIONS || iterations > MOST_ITERATIONS) {
            throw SaslProblem.unproved("SCRAM: the server asks for " + (number ? text : "no number of") + " iterations; we do " + ScramKeys.LEAST_ITERATIONS + " to " + MOST_ITERATIONS);
        }
        return iterations;
    }
}
