// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.isthmus.platform.Disk;
import org.jspecify.annotations.Nullable;

/// Certificates and keys as text. RFC 7468, and the two older forms of keys that OpenSSL writes: {@code RSA PRIVATE KEY} (RFC 8017 appendix A.1.2) and
/// {@code EC PRIVATE KEY} (RFC 5915).
final class Pem {
    private static final int LARGEST = 4 * 1024 * 1024;
    private static final byte[] RSA = {0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};

    private Pem() {}

    private record Block(String label, byte[] octets) {}

    /// The certificates of a file, in their order.
    /// @throws IOException if it cannot be read, or holds none; the message says why, without the path
    static List<X509Certificate> certificates(Disk disk, Path file) throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        for (Block block : blocks(disk, file)) {
            if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
                found.add(certificate(block.octets()));
            }
        }
        if (found.isEmpty()) {
            throw new IOException("it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)");
        }
        return found;
    }

    static X509Certificate certificate(byte[] octets) throws IOException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(octets));
        } catch (CertificateException e) {
            throw new IOException("a certificate in it cannot be read: " + e.getMessage(), e);
        }
    }

    /// The private key of a file.
    /// @throws IOException if it cannot be read, or holds none that can be used; the message says why, without the path and without the key
    static PrivateKey key(Disk disk, Path file) throws IOException {
        for (Block block : blocks(disk, file)) {
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return pkcs8(block.octets());
                }
                case "RSA PRIVATE KEY" -> {
                    return pkcs8(wrapped(RSA, block.octets()));
                }
                case "EC PRIVATE KEY" -> {
                    return pkcs8(wrapped(ecAlgorithm(block.octets()), block.octets()));
                }
                case "ENCRYPTED PRIVATE KEY" -> throw new IOException("its key is encrypted with a password; write it without one: openssl pkey -in OLD -out NEW");
                default -> {}
            }
        }
        throw new IOException("it holds no private key in PEM (-----BEGIN PRIVATE KEY-----)");
    }

    private static PrivateKey pkcs8(byte[] octets) throws IOException {
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(octets));
            } catch (GeneralSecurityException e) {
                // Of another kind, then.
            }
        }
        throw new IOException("its key is of no kind that is known here: RSA, ECDSA or Ed25519");
    }

    /// PKCS #8 around an older form. RFC 5958 §2.
    private static byte[] wrapped(byte[] algorithm, byte[] key) {
        return Der.sequence(Der.integer(0), algorithm, Der.octets(key));
    }

    /// The curve stands within the key, in the element {@code [0]}. RFC 5915 §3.
    private static byte[] ecAlgorithm(byte[] key) throws IOException {
        byte[] oid = Der.find(key, 0xa0);
        if (oid == null) {
            throw new IOException("its EC key does not say on which curve it is");
        }
        byte[] ecPublicKey = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};
        return Der.sequence(ecPublicKey, oid);
    }

    private static List<Block> blocks(Disk disk, Path file) throws IOException {
        List<Block> blocks = new ArrayList<>();
        String label = null;
        StringBuilder text = new StringBuilder();
        for (String line : new String(octets(disk, file), StandardCharsets.ISO_8859_1).lines().toList()) {
            String name = between(line, "-----BEGIN ");
            if (name != null) {
                label = name;
                text.setLength(0);
            } else if (label != null && label.equals(between(line, "-----END "))) {
                blocks.add(new Block(label, decoded(text)));
                label = null;
            } else if (label != null && line.indexOf(':') < 0) {
                text.append(line.strip());
            }
        }
        return blocks;
    }

    private static @Nullable String between(String line, String mark) {
        String stripped = line.strip();
        return stripped.startsWith(mark) && stripped.endsWith("-----") && stripped.length() > mark.length() + 5 ? stripped.substring(mark.length(), stripped.length() - 5) : null;
    }

    private static byte[] decoded(StringBuilder text) throws IOException {
        try {
            return Base64.getDecoder().decode(text.toString());
        } catch (IllegalArgumentException e) {
            throw new IOException("it is damaged: " + e.getMessage(), e);
        }
    }

    private static byte[] octets(Disk disk, Path path) throws IOException {
        try (Disk.File file = disk.openToRead(path)) {
            long size = file.size();
            if (size > LARGEST) {
                throw new IOException("it is larger than " + LARGEST + " octets");
            }
            ByteBuffer into = ByteBuffer.allocate((int) size);
            file.read(into, 0);
            return java.util.Arrays.copyOf(into.array(), into.position());
        }
    }

    /// A block of PEM.
    static String text(String label, byte[] octets) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets) + "\n-----END " + label + "-----\n";
    }
}
