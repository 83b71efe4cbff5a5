// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Entropy;

/// A certificate of our own making, for a site that has configured none: it keeps mail from being read on the way, and proves nothing to anybody. ECDSA on P-256, for ten
/// years. RFC 5280 §4.1.
final class SelfMade {
    private static final Duration VALID = Duration.ofDays(3650);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final byte[] ECDSA_SHA256 = Der.sequence(Der.oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));

    private SelfMade() {}

    static Path certificate(Path data) {
        return data.resolve("tls").resolve("self-made.crt");
    }

    static Path key(Path data) {
        return data.resolve("tls").resolve("self-made.key");
    }

    /// Makes one, unless there is one.
    /// @param name our name
    static void ensure(Disk disk, Path data, String name, Entropy entropy, Instant now) throws IOException {
        if (disk.facts(certificate(data)).isPresent() && disk.facts(key(data)).isPresent()) {
            return;
        }
        disk.createFolders(data.resolve("tls"));
        KeyPair pair;
        byte[] certificate;
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            pair = generator.generateKeyPair();
            certificate = make(pair, name, entropy, now);
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java cannot make a certificate: " + e.getMessage(), e);
        }
        write(disk, key(data), Pem.text("PRIVATE KEY", pair.getPrivate().getEncoded()));
        write(disk, certificate(data), Pem.text("CERTIFICATE", certificate));
        disk.forceFolder(data.resolve("tls"));
    }

    /// A certificate for a name, signed by its own key.
    static byte[] make(KeyPair pair, String name, Entropy entropy, Instant now) throws GeneralSecurityException {
        byte[] random = new byte[16];
        entropy.fill(random);
        byte[] subject = Der.sequence(Der.element(0x31, Der.sequence(Der.oid(0x55, 0x04, 0x03), Der.utf8(name.length() > 64 ? name.substring(0, 64) : name))));
        byte[] names = Der.sequence(Der.oid(0x55, 0x1d, 0x11), Der.octets(Der.sequence(Der.element(0x82, name.getBytes(StandardCharsets.US_ASCII)))));
        byte[] basic = Der.sequence(Der.oid(0x55, 0x1d, 0x13), Der.element(0x01, new byte[] {(byte) 0xff}), Der.octets(Der.sequence()));
        byte[] body = Der.sequence(
                Der.element(0xa0, Der.integer(2)),
                Der.integer(new BigInteger(1, random).setBit(126).clearBit(127)),
                ECDSA_SHA256,
                subject,
                // A day early, for those whose clocks are late.
                Der.sequence(time(now.minus(Duration.ofDays(1))), time(now.plus(VALID))),
                subject,
                pair.getPublic().getEncoded(),
                Der.element(0xa3, Der.sequence(basic, names)));
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(pair.getPrivate());
        signer.update(body);
        return Der.sequence(body, ECDSA_SHA256, Der.bits(signer.sign()));
    }

    private static byte[] time(Instant when) {
        // RFC 5280 §4.1.2.5: two digits of the year until 2049, four from 2050 on.
        String text = TIME.format(when);
        boolean early = Integer.parseInt(text.substring(0, 4)) < 2050;
        return Der.element(early ? 0x17 : 0x18, (early ? text.substring(2) : text).getBytes(StandardCharsets.US_ASCII));
    }

    private static void write(Disk disk, Path path, String text) throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        disk.delete(fresh);
        try (Disk.File file = disk.create(fresh)) {
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
            file.force(true);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(fresh + " is in the way", e);
        }
        disk.rename(fresh, path);
    }
}
