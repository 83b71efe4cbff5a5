// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dane;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/// Compares what a server shows with what DNS names. RFC 7671 §5, RFC 7672 §3.
public final class DaneCheck {
    private static final int DNS_NAME = 2;

    private DaneCheck() {}

    /// What came of it. Each miss has a class of its own, since reports tell them apart (RFC 8460 §4.3).
    public sealed interface Result {
        /// A record names it.
        /// @param depth 0 the server's own certificate, more for those above it
        record Match(TlsaRecord record, int depth) implements Result {}

        /// No record is usable: TLS is needed, but nothing is checked. RFC 7672 §2.2.
        record NothingUsable() implements Result {}

        /// No record names what was shown.
        record Mismatch(String why) implements Result {}

        /// An anchor is named and vouches for it, but the certificate holds none of the names. RFC 7672 §3.2.2.
        record WrongName(String why) implements Result {}

        /// An anchor is named, but the certificate is out of its time.
        record OutOfTime(String why) implements Result {}
    }

    /// Compares.
    /// @param chain what the server showed, its own certificate first
    /// @param names that a certificate under an anchor may hold. With usage 3 neither names nor dates count (RFC 7672 §3.1.1)
    public static Result check(List<TlsaRecord> records, List<X509Certificate> chain, List<String> names, Instant now) {
        List<TlsaRecord> usable = TlsaRecord.usable(records);
        if (usable.isEmpty()) {
            return new Result.NothingUsable();
        }
        if (chain.isEmpty()) {
            return new Result.Mismatch("the server showed no certificate");
        }
        for (TlsaRecord record : usable) {
            if (record.usage() == TlsaRecord.END && matches(record, chain.getFirst())) {
                return new Result.Match(record, 0);
            }
        }
        List<TlsaRecord> anchors = usable.stream().filter(record -> record.usage() == TlsaRecord.ANCHOR).toList();
        return anchors.isEmpty() ? new Result.Mismatch("no TLSA record names the server's certificate") : underAnchor(anchors, chain, names, now);
    }

    private static Result underAnchor(List<TlsaRecord> records, List<X509Certificate> chain, List<String> names, Instant now) {
        Result worst = new Result.Mismatch("no TLSA record names the server's certificate or one above it");
        for (TlsaRecord record : records) {
            for (TrustAnchor anchor : anchors(record, chain)) {
                Instant leafEnd = chain.getFirst().getNotAfter().toInstant();
                // As of a moment when the server's own certificate is good, so that a wrong date is told from a wrong issuer.
                boolean issued = leads(chain, anchor, leafEnd.isBefore(now) ? leafEnd : now);
                if (!issued) {
                    continue;
                }
                if (leafEnd.isBefore(now) || expired(anchor, now) || !leads(chain, anchor, now)) {
                    worst = new Result.OutOfTime("the certificate, or one above it, is out of its time");
                } else if (!holds(chain.getFirst(), names)) {
                    worst = new Result.WrongName("the certificate is for none of " + String.join(", ", names));
                } else {
                    int depth = anchor.getTrustedCert() == null ? chain.size() : Math.max(1, chain.indexOf(anchor.getTrustedCert()));
                    return new Result.Match(record, depth);
                }
            }
        }
        return worst;
    }

    private static boolean expired(TrustAnchor anchor, Instant now) {
        X509Certificate certificate = anchor.getTrustedCert();
        return certificate != null && certificate.getNotAfter().toInstant().isBefore(now);
    }

    /// The anchors that a record names: certificates shown above the server's own, or what the record itself holds. RFC 7671 §5.2.
    private static List<TrustAnchor> anchors(TlsaRecord record, List<X509Certificate> chain) {
        List<TrustAnchor> anchors = new ArrayList<>();
        for (X509Certificate issuer : chain.subList(1, chain.size())) {
            if (matches(record, issuer)) {
                anchors.add(new TrustAnchor(issuer, null));
            }
        }
        if (record.matching() == 0) {
            byte[] data = HexFormat.of().parseHex(record.data());
            if (record.selector() == 0) {
                certificate(data).ifPresent(whole -> anchors.add(new TrustAnchor(whole, null)));
            } else {
                Set<X500Principal> issuers = new HashSet<>();
                chain.forEach(one -> issuers.add(one.getIssuerX500Principal()));
                key(data, chain).ifPresent(key -> issuers.forEach(issuer -> anchors.add(new TrustAnchor(issuer, key, null))));
            }
        }
        return anchors;
    }

    private static Optional<X509Certificate> certificate(byte[] der) {
        try {
            return Optional.of((X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der)));
        } catch (CertificateException e) {
            return Optional.empty();
        }
    }

    private static Optional<PublicKey> key(byte[] der, List<X509Certificate> chain) {
        Set<String> algorithms = new HashSet<>(List.of("RSA", "EC", "Ed25519"));
        chain.forEach(one -> algorithms.add(one.getPublicKey().getAlgorithm()));
        for (String algorithm : algorithms) {
            try {
                return Optional.of(KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der)));
            } catch (GeneralSecurityException e) {
                // Another algorithm, then.
            }
        }
        return Optional.empty();
    }

    private static boolean leads(List<X509Certificate> chain, TrustAnchor anchor, Instant at) {
        try {
            X509CertSelector target = new X509CertSelector();
            target.setCertificate(chain.getFirst());
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(Set.of(anchor), target);
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(at));
            CertPathBuilder.getInstance("PKIX").build(parameters);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /// Whether a record names a certificate. RFC 6698 §2.1.2 to §2.1.4.
    public static boolean matches(TlsaRecord record, X509Certificate certificate) {
        try {
            byte[] selected = record.selector() == 0 ? certificate.getEncoded() : certificate.getPublicKey().getEncoded();
            byte[] shown = switch (record.matching()) {
                case 0 -> selected;
                case 1 -> MessageDigest.getInstance("SHA-256").digest(selected);
                default -> MessageDigest.getInstance("SHA-512").digest(selected);
            };
            return HexFormat.of().formatHex(shown).equals(record.data().toLowerCase(Locale.ROOT));
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /// Whether a certificate is for one of the names; the first label of its own may be {@code *}. RFC 7672 §3.2.3.
    static boolean holds(X509Certificate certificate, List<String> names) {
        for (String held : names(certificate)) {
            for (String name : names) {
                String lower = name.toLowerCase(Locale.ROOT);
                int dot = lower.indexOf('.');
                if (held.equals(lower) || (held.startsWith("*.") && dot > 0 && held.substring(1).equals(lower.substring(dot)))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<String> names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            for (List<?> one : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (one.getFirst() instanceof Integer kind && kind == DNS_NAME && one.get(1) instanceof String name) {
                    names.add(name.toLowerCase(Locale.ROOT));
                }
            }
        } catch (CertificateParsingException e) {
            return List.of();
        }
        if (names.isEmpty()) {
            // RFC 7672 §3.2.3: only where there is no name of the kind, the subject's common name counts.
            for (String part : certificate.getSubjectX500Principal().getName().split(",")) {
                if (part.startsWith("CN=")) {
                    names.add(part.substring(3).toLowerCase(Locale.ROOT));
                }
            }
        }
        return names;
    }
}
