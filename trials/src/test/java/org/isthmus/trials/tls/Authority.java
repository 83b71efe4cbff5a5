// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.isthmus.platform.Disk;

/// An authority that signs certificates for tests.
public final class Authority {
    private static final AlgorithmIdentifier ECDSA_SHA256 = new AlgorithmIdentifier(new ASN1ObjectIdentifier("1.2.840.10045.4.3.2"));
    private static final AtomicLong SERIAL = new AtomicLong(1);
    private static final Duration YEAR = Duration.ofDays(365);

    private final Issued own;
    private final String name;

    /// A certificate, with those that signed it behind it, and its key.
    public record Issued(List<X509Certificate> chain, PrivateKey key) {
        public Issued {
            chain = List.copyOf(chain);
        }

        /// The certificates as PEM.
        public String certificates() throws GeneralSecurityException {
            StringBuilder text = new StringBuilder();
            for (X509Certificate one : chain) {
                text.append(pem("CERTIFICATE", one.getEncoded()));
            }
            return text.toString();
        }

        /// The key as PEM.
        public String keyText() {
            return pem("PRIVATE KEY", key.getEncoded());
        }

        /// Writes both, as `NAME.crt` and `NAME.key`.
        public void write(Disk disk, String name) throws IOException, GeneralSecurityException {
            Authority.write(disk, name + ".crt", certificates());
            Authority.write(disk, name + ".key", keyText());
        }
    }

    /// What a certificate is for.
    public enum Use {
        SERVER(KeyPurposeId.id_kp_serverAuth),
        CLIENT(KeyPurposeId.id_kp_clientAuth);

        private final KeyPurposeId purpose;

        Use(KeyPurposeId purpose) {
            this.purpose = purpose;
        }
    }

    private Authority(String name, Issued own) {
        this.name = name;
        this.own = own;
    }

    /// One that signs itself.
    public static Authority named(String name, Instant now) throws GeneralSecurityException, IOException {
        KeyPair keys = keys("EC");
        X509Certificate certificate = make(name, keys, name, keys.getPrivate(), now.minus(YEAR), now.plus(YEAR.multipliedBy(10)), List.of(), null);
        return new Authority(name, new Issued(List.of(certificate), keys.getPrivate()));
    }

    /// Its own certificate, as PEM.
    public String certificate() throws GeneralSecurityException {
        return own.certificates();
    }

    /// A server's certificate that is good for a year.
    public Issued server(Instant now, String... names) throws GeneralSecurityException, IOException {
        return issue(keys("EC"), Use.SERVER, now.minus(Duration.ofDays(1)), now.plus(YEAR), names);
    }

    /// Any certificate.
    public Issued issue(KeyPair keys, Use use, Instant from, Instant until, String... names) throws GeneralSecurityException, IOException {
        X509Certificate certificate = make(names[0], keys, name, own.key(), from, until, List.of(names), use);
        return new Issued(Stream.concat(Stream.of(certificate), own.chain().stream()).toList(), keys.getPrivate());
    }

    /// @param algorithm `EC` or `RSA`
    public static KeyPair keys(String algorithm) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("EC")) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        } else {
            generator.initialize(2048);
        }
        return generator.generateKeyPair();
    }

    /// @param use none for an authority
    private static X509Certificate make(String subject, KeyPair keys, String issuer, PrivateKey signer, Instant from, Instant until, List<String> names, Use use)
            throws GeneralSecurityException, IOException {
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(use == null));
        if (use != null) {
            extensions.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(use.purpose));
            extensions.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names.stream().map(one -> new GeneralName(GeneralName.dNSName, one)).toArray(GeneralName[]::new)));
        }
        V3TBSCertificateGenerator body = new V3TBSCertificateGenerator();
        body.setSerialNumber(new ASN1Integer(BigInteger.valueOf(SERIAL.getAndIncrement())));
        body.setSignature(ECDSA_SHA256);
        body.setIssuer(new X500Name("CN=" + issuer));
        body.setSubject(new X500Name("CN=" + subject));
        body.setStartDate(new Time(Date.from(from)));
        body.setEndDate(new Time(Date.from(until)));
        body.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()));
        body.setExtensions(extensions.generate());
        ASN1Encodable signed = body.generateTBSCertificate();
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(signer);
        signature.update(signed.toASN1Primitive().getEncoded("DER"));
        byte[] der = new DERSequence(new ASN1Encodable[] {signed, ECDSA_SHA256, new DERBitString(signature.sign())}).getEncoded("DER");
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    private static String pem(String label, byte[] octets) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets) + "\n-----END " + label + "-----\n";
    }

    /// Writes a file in place of the one there is.
    public static void write(Disk disk, String path, String text) throws IOException {
        disk.delete(Path.of(path));
        try (Disk.File file = disk.create(Path.of(path))) {
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
        }
    }
}
