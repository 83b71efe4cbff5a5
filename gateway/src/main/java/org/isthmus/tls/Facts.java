// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tls;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLKeyException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.isthmus.transit.TlsFacts;
import org.jspecify.annotations.Nullable;

/// Reads {@link TlsFacts} out of a session of the JDK.
final class Facts {
    private Facts() {}

    static TlsFacts of(TlsConnection connection, @Nullable String name, List<X509Certificate> peer, TlsFacts.Proof proof, @Nullable X509Certificate server) {
        SSLSession session = connection.session();
        return new TlsFacts(session.getProtocol(), session.getCipherSuite(), name, connection.applicationProtocol(), peer, proof, new SessionBindings(session, server));
    }

    /// What the peer showed, its own first; empty if nothing.
    static List<X509Certificate> peer(SSLSession session) {
        List<X509Certificate> shown = new ArrayList<>();
        try {
            for (Certificate one : session.getPeerCertificates()) {
                if (one instanceof X509Certificate certificate) {
                    shown.add(certificate);
                }
            }
        } catch (SSLPeerUnverifiedException e) {
            // It showed none.
        }
        return shown;
    }

    /// What we showed; none if nothing.
    static @Nullable X509Certificate own(SSLSession session) {
        Certificate[] shown = session.getLocalCertificates();
        return shown != null && shown.length > 0 && shown[0] instanceof X509Certificate certificate ? certificate : null;
    }

    private record SessionBindings(SSLSession session, @Nullable X509Certificate server) implements TlsFacts.Bindings {
        @Override
        public byte @Nullable [] exporter() {
            try {
                // RFC 9266 §4.2
                return session instanceof ExtendedSSLSession extended ? extended.exportKeyingMaterialData("EXPORTER-Channel-Binding", new byte[0], 32) : null;
            } catch (SSLKeyException | UnsupportedOperationException | IllegalStateException e) {
                return null;
            }
        }

        @Override
        public byte @Nullable [] serverEndPoint() {
            if (server == null) {
                return null;
            }
            try {
                return MessageDigest.getInstance(hash(server.getSigAlgName())).digest(server.getEncoded());
            } catch (GeneralSecurityException e) {
                return null;
            }
        }

        // RFC 5929 §4.1: that of the signature, but SHA-256 for MD5 and SHA-1. Where the signature has no single hash, most use SHA-256 too.
        private static String hash(String signature) {
            String upper = signature.toUpperCase(Locale.ROOT);
            return upper.startsWith("SHA384") ? "SHA-384" : upper.startsWith("SHA512") ? "SHA-512" : "SHA-256";
        }

        @Override
        public String toString() {
            return "bindings";
        }
    }
}
