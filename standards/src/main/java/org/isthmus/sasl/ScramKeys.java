// SPDX-License-Identifier: Apache-2.0
package org.isthmus.sasl;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What a server keeps of a password for SCRAM-SHA-256: with it nobody can log in, but a password can be guessed at. RFC 5802 §3, RFC 7677.
///
/// @param salt of the user's own
public record ScramKeys(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
    /// As it begins where it is written down: RFC 5803 in the spelling of PostgreSQL.
    public static final String PREFIX = "SCRAM-SHA-256$";
    /// RFC 7677 §4.
    public static final int LEAST_ITERATIONS = 4096;
    private static final int MOST_ITERATIONS = 10_000_000;
    private static final int HASH = 32;

    /// Makes them.
    /// @param password prepared by {@link SaslPrep}
    public static ScramKeys derive(String password, byte[] salt, int iterations) {
        return of(saltedPassword(password, salt, iterations), salt, iterations);
    }

    private static ScramKeys of(byte[] saltedPassword, byte[] salt, int iterations) {
        byte[] clientKey = hmac(saltedPassword, ascii("Client Key"));
        return new ScramKeys(iterations, salt, sha256(clientKey), hmac(saltedPassword, ascii("Server Key")));
    }

    /// {@code SCRAM-SHA-256$20000:salt$StoredKey:ServerKey}, the octets in base64.
    public String text() {
        Base64.Encoder base64 = Base64.getEncoder();
        return PREFIX + iterations + ":" + base64.encodeToString(salt) + "$" + base64.encodeToString(storedKey) + ":" + base64.encodeToString(serverKey);
    }

    /// Reads what {@link #text} wrote.
    /// @return empty if it is something else
    public static Optional<ScramKeys> parse(String text) {
        String[] parts = text.startsWith(PREFIX) ? text.substring(PREFIX.length()).split("[:$]", -1) : new String[0];
        if (parts.length != 4) {
            return Optional.empty();
        }
        try {
            Base64.Decoder base64 = Base64.getDecoder();
            ScramKeys keys = new ScramKeys(Integer.parseInt(parts[0]), base64.decode(parts[1]), base64.decode(parts[2]), base64.decode(parts[3]));
            boolean good = keys.iterations >= LEAST_ITERATIONS && keys.iterations <= MOST_ITERATIONS && keys.salt.length > 0 && keys.storedKey.length == HASH && keys.serverKey.length == HASH;
            return good ? Optional.of(keys) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// Whether this is the password that they were made of.
    /// @param password prepared by {@link SaslPrep}
    public boolean fit(String password) {
        return MessageDigest.isEqual(derive(password, salt, iterations).storedKey, storedKey);
    }

    /// Shows no key.
    @Override
    public String toString() {
        return PREFIX + iterations;
    }

    /// Hi() of RFC 5802 §2.2, which is PBKDF2 with one block.
    static byte[] saltedPassword(String password, byte[] salt, int iterations) {
        Mac mac = mac(password.getBytes(StandardCharsets.UTF_8));
        mac.update(salt);
        byte[] round = mac.doFinal(new byte[] {0, 0, 0, 1});
        byte[] sum = round.clone();
        for (int i = 1; i < iterations; i++) {
            round = mac.doFinal(round);
            for (int k = 0; k < sum.length; k++) {
                sum[k] ^= round[k];
            }
        }
        return sum;
    }

    static byte[] hmac(byte[] key, byte[] message) {
        return mac(key).doFinal(message);
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            // An empty key, of an empty password, is refused by the class; HMAC fills keys up with zeros anyway (RFC 2104 §2).
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA256"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] xor(byte[] one, byte[] other) {
        byte[] result = one.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] ^= other[i];
        }
        return result;
    }
}
