// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

/// Says how much TLS to ask of a server.
public interface TlsRules {
    /// Asked before each connection; may wait for DNS.
    /// @param way by which the server was found
    /// @param exchange the server
    /// @param configured what the configuration asks of it
    Judgement judge(Way way, Exchange exchange, Peer peer, TlsDemand configured);

    /// The answer, with a step for the trace.
    sealed interface Judgement {
        /// Ask so much.
        record Ask(TlsDemand demand, Step step) implements Judgement {}

        /// This server must not be used: a policy does not name it, or DNS cannot be believed. The next one is tried.
        record Avoid(Cause cause, Step step) implements Judgement {}
    }
}
