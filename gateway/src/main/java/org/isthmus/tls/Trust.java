// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tls;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.isthmus.transit.TlsFacts.Proof;
import org.isthmus.transit.TlsRules.Trouble;
import org.jspecify.annotations.Nullable;

/// Whether certificates prove something, by authorities that are believed. RFC 5280 §6; revocation is not asked.
final class Trust {
    private static final String ANY_USE = "2.5.29.37.0";
    static final String SERVER_USE = "1.3.6.1.5.5.7.3.1";
    static final String CLIENT_USE = "1.3.6.1.5.5.7.3.2";

    private final Set<TrustAnchor> anchors = new HashSet<>();

    Trust(Collection<X509Certificate> authorities) {
        authorities.forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
    }

    /// The authorities of the Java installation.
    static Trust usual() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init((KeyStore) null);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager one) {
                    return new Trust(List.of(one.getAcceptedIssuers()));
                }
            }
        } catch (GeneralSecurityException e) {
            // Then nobody is believed, and each proof says so.
        }
        return new Trust(List.of());
    }

    /// Whether an authority vouches for a chain, its own first.
    /// @param use what the certificate must be good for
    /// @param now also for certificates that have expired
    Proof vouches(List<X509Certificate> chain, String use, Instant now) {
        if (chain.isEmpty()) {
            return Proof.none(Trouble.UNTRUSTED, "none was shown");
        }
        X509Certificate leaf = chain.getFirst();
        String dates = dates(leaf, now);
        if (dates != null) {
            return Proof.none(Trouble.EXPIRED, dates);
        }
        if (anchors.isEmpty()) {
            return Proof.none(Trouble.UNTRUSTED, "no authority is believed here");
        }
        if (!isFor(leaf, use)) {
            return Proof.none(Trouble.UNTRUSTED, "is for another use");
        }
        try {
            X509CertSelector target = new X509CertSelector();
            target.setCertificate(leaf);
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            PKIXCertPathBuilderResult result = (PKIXCertPathBuilderResult) CertPathBuilder.getInstance("PKIX").build(parameters);
            return Proof.by("signed by " + result.getTrustAnchor().getTrustedCert().getSubjectX500Principal().getName());
        } catch (CertPathBuilderException e) {
            boolean self = leaf.getSubjectX500Principal().equals(leaf.getIssuerX500Principal());
            return Proof.none(Trouble.UNTRUSTED, self ? "signed by itself" : "signed by nobody who is believed here: " + leaf.getIssuerX500Principal().getName());
        } catch (GeneralSecurityException e) {
            return Proof.none(Trouble.UNTRUSTED, "cannot be judged: " + e.getMessage());
        }
    }

    /// The same, and it must hold one of the names. RFC 9525.
    Proof proves(List<X509Certificate> chain, List<String> names, Instant now) {
        Proof vouched = vouches(chain, SERVER_USE, now);
        if (!vouched.trusted()) {
            return vouched;
        }
        CertificateNames held = CertificateNames.of(chain.getFirst());
        return names.stream().anyMatch(held::hold) ? vouched : Proof.none(Trouble.NAME, "is for " + held.text() + ", not for " + String.join(" or ", names));
    }

    /// Why a certificate is out of its time; null if it isn't.
    static @Nullable String dates(X509Certificate certificate, Instant now) {
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        return now.isAfter(end) ? "expired at " + end : now.isBefore(begin) ? "is not valid before " + begin : null;
    }

    private static boolean isFor(X509Certificate certificate, String use) {
        try {
            List<String> uses = certificate.getExtendedKeyUsage();
            return uses == null || uses.contains(use) || uses.contains(ANY_USE);
        } catch (CertificateParsingException e) {
            return false;
        }
    }
}
