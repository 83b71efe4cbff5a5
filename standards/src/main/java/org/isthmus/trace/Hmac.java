// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trace;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/// HMAC-SHA-256 (RFC 2104) under one key: two digests that have taken the key in, of which each use takes copies. So it is safe for all threads, and costs half of a copied
/// {@code javax.crypto.Mac}, which is made at least twice for each message that leaves.
final class Hmac {
    private static final int BLOCK = 64;
    private static final String DIGEST = "SHA-256";

    private final MessageDigest inner;
    private final MessageDigest outer;

    /// @param key at most {@value #BLOCK} octets
    Hmac(byte[] key) throws NoSuchAlgorithmException {
        inner = keyed(key, (byte) 0x36);
        outer = keyed(key, (byte) 0x5c);
    }

    private static MessageDigest keyed(byte[] key, byte pad) throws NoSuchAlgorithmException {
        byte[] block = Arrays.copyOf(key, BLOCK);
        for (int i = 0; i < BLOCK; i++) {
            block[i] ^= pad;
        }
        MessageDigest digest = MessageDigest.getInstance(DIGEST);
        digest.update(block);
        return digest;
    }

    /// The sum over a text, 32 octets.
    byte[] sum(byte[] text, int length) {
        MessageDigest within = copy(inner);
        within.update(text, 0, length);
        MessageDigest around = copy(outer);
        around.update(within.digest());
        return around.digest();
    }

    private static MessageDigest copy(MessageDigest keyed) {
        try {
            return (MessageDigest) keyed.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("this Java's " + keyed.getProvider() + " cannot copy " + DIGEST, e);
        }
    }
}
