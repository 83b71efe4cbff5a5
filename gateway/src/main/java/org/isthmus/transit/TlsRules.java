// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import org.isthmus.address.Domain;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.TlsWish;
import org.jspecify.annotations.Nullable;

/// Says how much TLS to ask of a server.
public interface TlsRules {
    /// How the rule of a step begins where the configuration decided. Whoever knows the line of it may put that in its place.
    String BY_CONFIGURATION = "delivery.tls";

    /// The configuration alone decides. What a sender requires can be had only from servers that it names: nothing proves who is an exchanger.
    TlsRules CONFIGURED = (way, exchange, peer, configured, wish) -> {
        String against = wish != TlsWish.REQUIRED ? null
                : configured instanceof TlsDemand.Off ? "TLS is switched off for it, and the sender requires TLS"
                : way.hop() instanceof NextHop.Exchangers(Domain domain) ? "nothing proves that it is an exchanger of " + domain.ascii() + ", and the sender requires TLS" : null;
        Step step = Step.of("tls", wish == TlsWish.REQUIRED ? "REQUIRETLS" : BY_CONFIGURATION + ", or tls of the next hop", null, against == null ? configured.text() : against);
        return against == null ? new Judgement.Ask(configured, step) : new Judgement.Avoid(new Cause.Unreachable(peer, Stage.TLS, against, EnhancedStatus.of("5.7.10")), step);
    };

    /// Asked before each connection; may wait for DNS.
    /// @param way by which the server was found
    /// @param exchange the server
    /// @param configured what the configuration asks of it; where TLS is required, at least that it proves its name
    /// @param wish what the sender of the message wants. RFC 8689
    Judgement judge(Way way, Exchange exchange, Peer peer, TlsDemand configured, TlsWish wish);

    /// For a message whose sender said nothing of TLS.
    default Judgement judge(Way way, Exchange exchange, Peer peer, TlsDemand configured) {
        return judge(way, exchange, peer, configured, TlsWish.UNSAID);
    }

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

        /// This server must not be used: a policy does not name it, or DNS cannot be believed. The next one is tried; for good if the cause is.
        record Avoid(Cause cause, Step step) implements Judgement {}
    }
}
