// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dkim;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import org.isthmus.syntax.SyntaxProblem;

/// A key to sign with. Its own text never shows what is secret.
public final class DkimKey {
    /// RFC 8301 §3.2: signers must not use fewer.
    private static final int LEAST_BITS = 1024;
    private static final byte[] RSA_PREFIX = {0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
    private static final byte[] ED25519_PREFIX = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};

    private final PrivateKey key;
    private final boolean rsa;

    private DkimKey(PrivateKey key, boolean rsa) {
        this.key = key;
        this.rsa = rsa;
    }

    /// A key of Java's: RSA or Ed25519.
    /// @throws IllegalArgumentException if it is of another kind, or RSA with fewer than 1024 bits
    public static DkimKey of(PrivateKey key) {
        boolean rsa = key.getAlgorithm().equals("RSA");
        if (!rsa && !key.getAlgorithm().equals("EdDSA") && !key.getAlgorithm().equals("Ed25519")) {
            throw new IllegalArgumentException("a key for DKIM is RSA or Ed25519, not " + key.getAlgorithm());
        }
        if (key instanceof RSAPrivateKey one && one.getModulus().bitLength() < LEAST_BITS) {
            throw new IllegalArgumentException("an RSA key for DKIM has at least " + LEAST_BITS + " bits");
        }
        return new DkimKey(key, rsa);
    }

    /// An Ed25519 key by its 32 octets. RFC 8032 §5.1.5.
    public static DkimKey ed25519(byte[] seed) throws SyntaxProblem {
        if (seed.length != 32) {
            throw new SyntaxProblem("an Ed25519 key has 32 octets", 0);
        }
        return pkcs8(ByteBuffer.allocate(48).put(ED25519_PREFIX).put(seed).array());
    }

    /// Reads PEM: {@code PRIVATE KEY} (PKCS #8), or {@code RSA PRIVATE KEY} (PKCS #1) as older tools write it.
    public static DkimKey pem(String text) throws SyntaxProblem {
        boolean pkcs1 = text.contains("-----BEGIN RSA PRIVATE KEY-----");
        String label = pkcs1 ? "RSA PRIVATE KEY" : "PRIVATE KEY";
        int begin = text.indexOf("-----BEGIN " + label + "-----");
        int end = text.indexOf("-----END " + label + "-----");
        if (begin < 0 || end < begin) {
            throw new SyntaxProblem("no private key in PEM", 0);
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(text.substring(begin + 16 + label.length(), end));
        } catch (IllegalArgumentException e) {
            throw new SyntaxProblem("the private key is no base64", begin);
        }
        return pkcs8(pkcs1 ? wrapped(der) : der);
    }

    /// PKCS #8 around PKCS #1. RFC 5958 §2.
    private static byte[] wrapped(byte[] pkcs1) {
        byte[] octets = ByteBuffer.allocate(4 + pkcs1.length).put((byte) 0x04).put((byte) 0x82).putShort((short) pkcs1.length).put(pkcs1).array();
        int inner = RSA_PREFIX.length + octets.length;
        return ByteBuffer.allocate(4 + inner).put((byte) 0x30).put((byte) 0x82).putShort((short) inner).put(RSA_PREFIX).put(octets).array();
    }

    private static DkimKey pkcs8(byte[] der) throws SyntaxProblem {
        for (String algorithm : new String[] {"RSA", "Ed25519"}) {
            try {
                return of(KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der)));
            } catch (GeneralSecurityException e) {
                // Of another kind, then.
            } catch (IllegalArgumentException e) {
                throw new SyntaxProblem(String.valueOf(e.getMessage()), 0);
            }
        }
        throw new SyntaxProblem("the private key is neither RSA nor Ed25519", 0);
    }

    /// The algorithm's name in a signature: {@code rsa-sha256}, {@code ed25519-sha256}.
    public String algorithm() {
        return rsa ? "rsa-sha256" : "ed25519-sha256";
    }

    /// Signs a SHA-256 hash's input. RFC 8463 §3: Ed25519 signs the hash, RSA signs what is hashed.
    byte[] sign(byte[] input) {
        try {
            Signature signature = Signature.getInstance(rsa ? "SHA256withRSA" : "Ed25519");
            signature.initSign(key);
            signature.update(rsa ? input : java.security.MessageDigest.getInstance("SHA-256").digest(input));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the key cannot sign", e);
        }
    }

    /// Whether what this key signs, a published one proves.
    public boolean isProvedBy(PublicKey published) {
        byte[] probe = "isthmus".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signature = Signature.getInstance(rsa ? "SHA256withRSA" : "Ed25519");
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(published);
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // A key of another kind, or of another length.
            return false;
        }
    }

    @Override
    public String toString() {
        return algorithm();
    }
}
