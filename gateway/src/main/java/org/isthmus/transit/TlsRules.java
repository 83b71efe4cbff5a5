// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import org.jspecify.annotations.Nullable;

/// Says how much TLS to ask of a server.
public interface TlsRules {
    /// The configuration alone decides.
    TlsRules CONFIGURED = (way, exchange, peer, configured) ->
            new Judgement.Ask(configured, Step.of("tls", "delivery.tls, or tls of the next hop", null, configured.text()));

    /// Asked before each connection; may wait for DNS.
    /// @param way by which the server was found
    /// @param exchange the server
    /// @param configured what the configuration asks of it
    Judgement judge(Way way, Exchange exchange, Peer peer, TlsDemand configured);

    /// Told of each session that came under TLS, and of each that did not though it should have, for reports. RFC 8460 §4.3.
    /// @param demand what was asked
    /// @param facts what the handshake settled; none if it came to none
    /// @param trouble none if all is well
    /// @param reason what went wrong, in words; empty text for nothing
    default void told(Way way, Exchange exchange, Peer peer, TlsDemand demand, @Nullable TlsFacts facts, @Nullable Trouble trouble, String reason) {}

    /// How TLS fails.
    enum Trouble {
        /// The server does not offer STARTTLS, or refuses it.
        NOT_OFFERED,
        /// The certificate is for another name.
        NAME,
        /// It is out of its time.
        EXPIRED,
        /// Nobody who is believed vouches for it, or no TLSA record names it.
        UNTRUSTED,
        /// Something else: no common version, a cut, an alert.
        HANDSHAKE
    }

    /// The answer, with a step for the trace.
    sealed interface Judgement {
        /// Ask so much.
        record Ask(TlsDemand demand, Step step) implements Judgement {}

        /// This server must not be used: a policy does not name it, or DNS cannot be believed. The next one is tried.
        record Avoid(Cause cause, Step step) implements Judgement {}
    }
}
