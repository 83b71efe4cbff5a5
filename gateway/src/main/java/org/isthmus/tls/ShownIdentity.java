// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import org.isthmus.config.Settings;
import org.isthmus.platform.Disk;

/// A certificate with those that signed it, and its key.
record ShownIdentity(Path from, List<X509Certificate> chain, PrivateKey key) {
    ShownIdentity {
        chain = List.copyOf(chain);
    }

    /// @throws IOException if a file cannot be used, or the two do not belong together; the message names the file
    static ShownIdentity read(Disk disk, Settings.Tls.Shown shown) throws IOException {
        List<X509Certificate> chain = named(shown.certificate(), () -> Pem.certificates(disk, shown.certificate()));
        PrivateKey key = named(shown.key(), () -> Pem.key(disk, shown.key()));
        if (!belong(key, chain.getFirst().getPublicKey())) {
            throw new IOException(shown.key() + " is not the key of the certificate " + shown.certificate());
        }
        return new ShownIdentity(shown.certificate(), chain, key);
    }

    interface Read<T> {
        T read() throws IOException;
    }

    /// What goes wrong is told with the file's name.
    static <T> T named(Path file, Read<T> read) throws IOException {
        try {
            return read.read();
        } catch (java.nio.file.NoSuchFileException e) {
            throw new IOException(file + " does not exist", e);
        } catch (IOException e) {
            throw new IOException(file + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static boolean belong(PrivateKey key, PublicKey shown) {
        if (!key.getAlgorithm().equals(shown.getAlgorithm()) && !key.getAlgorithm().startsWith("Ed")) {
            return false;
        }
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "EdDSA";
        };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update((byte) 1);
            byte[] signed = signature.sign();
            signature.initVerify(shown);
            signature.update((byte) 1);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /// Whether it holds a name.
    boolean holds(String name) {
        return CertificateNames.of(chain.getFirst()).hold(name);
    }
}
