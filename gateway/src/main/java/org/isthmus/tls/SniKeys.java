// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Chooses what is shown: the certificate that holds the name the client asks for, of a kind that it can use; otherwise the first of that kind. A name that nobody holds
/// is no reason to refuse: mail servers ask for the names of all their exchangers. RFC 6066 §3.
final class SniKeys extends X509ExtendedKeyManager {
    private final List<ShownIdentity> shown;

    SniKeys(List<ShownIdentity> shown) {
        this.shown = List.copyOf(shown);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        ExtendedSSLSession session = engine.getHandshakeSession() instanceof ExtendedSSLSession known ? known : null;
        String name = session == null ? null : asked(session);
        int first = -1;
        int wanted = -1;
        for (int i = 0; i < shown.size(); i++) {
            ShownIdentity one = shown.get(i);
            boolean holds = name != null && one.holds(name);
            if (fits(one, keyType)) {
                if (holds) {
                    return Integer.toString(i);
                }
                first = first < 0 ? i : first;
            }
            wanted = holds && wanted < 0 ? i : wanted;
        }
        // We are asked kind by kind: one for another name must not come before the right one of a kind that is asked for later.
        return first < 0 || (session != null && comesLater(shown.get(Math.max(wanted, 0)), keyType, session)) ? null : Integer.toString(first);
    }

    /// Whether the client can use a certificate of another kind than this. With TLS 1.2 that hangs on ciphers too, of which those for RSA come last.
    private static boolean comesLater(ShownIdentity one, String keyType, ExtendedSSLSession session) {
        if (fits(one, keyType) || (session.getProtocol().equals("TLSv1.2") && keyType.startsWith("RSA"))) {
            return false;
        }
        String algorithm = one.chain().getFirst().getPublicKey().getAlgorithm();
        String part = algorithm.equals("EC") ? "ECDSA" : algorithm.startsWith("Ed") ? "Ed" : "RSA";
        for (String usable : session.getPeerSupportedSignatureAlgorithms()) {
            if (usable.contains(part)) {
                return true;
            }
        }
        return false;
    }

    private static boolean fits(ShownIdentity one, String keyType) {
        String algorithm = one.chain().getFirst().getPublicKey().getAlgorithm();
        return keyType.equals(algorithm) || (keyType.equals("RSASSA-PSS") && algorithm.equals("RSA")) || (keyType.startsWith("EC_") && algorithm.equals("EC"))
                || (keyType.startsWith("Ed") && algorithm.startsWith("Ed"));
    }

    /// The name that a client asks for; none if it asks for none.
    static @Nullable String asked(ExtendedSSLSession session) {
        for (SNIServerName name : session.getRequestedServerNames()) {
            if (name instanceof SNIHostName host) {
                return host.getAsciiName();
            }
        }
        return null;
    }

    private ShownIdentity at(String alias) {
        return shown.get(Integer.parseInt(alias));
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return at(alias).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return Objects.requireNonNull(at(alias)).key();
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
