// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.isthmus.platform.Entropy;
import org.isthmus.smtp.Command;
import org.isthmus.smtp.Reply;

/// The keyed challenge by which a connector recognises itself on the wire, whatever NAT, proxy or name is in between. Layer 3 of loop control;
/// docs/reference/xsite.md has the bytes and test vectors.
///
/// ```
/// C: XSITE AAECAwQFBgcICQoLDA0ODw
/// S: 250 2.0.0 XSITE 5f0c1a2b pY0t0c2u2b9xv3Qe
/// ```
///
/// The proof is HMAC-SHA-256(key, {@code srv} | nonce | listener id), cut to 96 bits. A fresh nonce makes recorded answers worthless; who forwards a challenge to
/// us and the answer back is a way to us, so what is concluded from it is true. Functions of what they are given; constant time where a secret is compared.
public final class Xsite {
    /// What EHLO announces, and the verb.
    public static final String KEYWORD = "XSITE";
    private static final int NONCE_OCTETS = 16;
    private static final int MAC_OCTETS = 12;
    private static final int LISTENER_OCTETS = 4;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final byte[] SERVER = "srv".getBytes(US_ASCII);
    private static final byte[] LISTENER = "lid".getBytes(US_ASCII);

    private Xsite() {}

    /// What a listener answers.
    /// @param listener its id: eight hexadecimal digits, which tell strangers nothing
    /// @param mac 16 characters of base64url
    public record Proof(String listener, String mac) {}

    /// A nonce that nobody can guess, as it goes over the wire.
    public static String nonce(Entropy entropy) {
        byte[] nonce = new byte[NONCE_OCTETS];
        entropy.fill(nonce);
        return BASE64.encodeToString(nonce);
    }

    /// The answer of one of our listeners.
    /// @param nonce {@value Command.Xsite#NONCE} characters of base64url
    public static Proof prove(XsiteKey keys, String nonce, String listener) {
        byte[] key = keys.keys().getFirst();
        String id = listenerId(key, listener);
        return new Proof(id, mac(key, nonce, id));
    }

    /// Who proved that it is of our site.
    /// @return the id of the listener that answered; nothing for every other answer
    public static Optional<String> verify(XsiteKey keys, String nonce, Reply reply) {
        if (reply.code() != 250 || reply.lines().size() != 1) {
            return Optional.empty();
        }
        String[] words = reply.lines().getFirst().split(" ", 4);
        if (words.length != 3 || !words[0].equals(KEYWORD) || words[1].length() != 2 * LISTENER_OCTETS) {
            return Optional.empty();
        }
        byte[] given = words[2].getBytes(US_ASCII);
        boolean proved = false;
        for (byte[] key : keys.keys()) {
            proved |= MessageDigest.isEqual(mac(key, nonce, words[1]).getBytes(US_ASCII), given);
        }
        return proved ? Optional.of(words[1]) : Optional.empty();
    }

    /// Whether an id belongs to a listener of this name.
    public static boolean isOf(XsiteKey keys, String id, String listener) {
        return keys.keys().stream().anyMatch(key -> listenerId(key, listener).equals(id));
    }

    private static String listenerId(byte[] key, String listener) {
        return HexFormat.of().formatHex(hmac(key, LISTENER, listener.getBytes(UTF_8)), 0, LISTENER_OCTETS);
    }

    /// The nonce counts as it is written: two spellings of the same octets are two nonces.
    private static String mac(byte[] key, String nonce, String listenerId) {
        return BASE64.encodeToString(Arrays.copyOf(hmac(key, SERVER, nonce.getBytes(US_ASCII), listenerId.getBytes(US_ASCII)), MAC_OCTETS));
    }

    private static byte[] hmac(byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            // Every Java platform has it.
            throw new IllegalStateException(e);
        }
    }
}
