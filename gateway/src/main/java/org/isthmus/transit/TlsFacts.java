// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a TLS handshake settled.
///
/// @param protocol in the words of the JDK: TLSv1.3, TLSv1.2
/// @param cipher the cipher suite's name in the IANA registry
/// @param name the name that the client asked for (SNI); none if it asked for none
/// @param alpn the application protocol that was agreed on; none if none was spoken of. RFC 7301
/// @param peer the certificates that the peer showed, its own first; empty if it showed none
/// @param proof what they proved
/// @param bindings what ties this connection to an exchange inside it
public record TlsFacts(
        String protocol, String cipher, @Nullable String name, @Nullable String alpn, List<X509Certificate> peer, Proof proof, Bindings bindings) {
    public TlsFacts {
        peer = List.copyOf(peer);
    }

    /// What the peer's certificates proved.
    ///
    /// @param trusted whether they proved what was asked: the server's name, or that a client was vouched for
    /// @param how in an operator's words: by whom, or why not
    /// @param flaw what is wrong with them; none if nothing is, or nobody asked
    public record Proof(boolean trusted, String how, TlsRules.@Nullable Trouble flaw) {
        /// Nobody asked.
        public static final Proof UNASKED = new Proof(false, "not checked", null);

        /// They proved what was asked.
        public static Proof by(String how) {
            return new Proof(true, how, null);
        }

        /// They did not.
        public static Proof none(TlsRules.Trouble flaw, String how) {
            return new Proof(false, how, flaw);
        }
    }

    /// Channel bindings. RFC 5056.
    public interface Bindings {
        /// {@code tls-exporter}, 32 octets; null where the protocol has none that is safe. RFC 9266: of TLS 1.2, only with extended master secrets.
        byte @Nullable [] exporter();

        /// {@code tls-server-end-point}: a hash of the server's certificate; null if there is none. RFC 5929 §4.
        byte @Nullable [] serverEndPoint();
    }

    /// Whether SCRAM's PLUS form can be bound to it by something that peers mean too. With TLS 1.3 that is {@code tls-exporter} (RFC 9266); with TLS 1.2 they mean {@code tls-unique} (RFC 5802 §6.1), which
    /// the JDK does not give.
    public boolean isBindable() {
        return protocol.equals("TLSv1.3");
    }

    /// In a trace: {@code TLSv1.3 TLS_AES_256_GCM_SHA384, not checked}.
    public String text() {
        return protocol + " " + cipher + (name == null ? "" : ", name " + name) + (alpn == null ? "" : ", ALPN " + alpn) + ", certificate " + proof.how();
    }
}
