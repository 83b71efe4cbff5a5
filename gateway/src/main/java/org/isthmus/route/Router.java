// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import org.isthmus.address.ReversePath;
import org.isthmus.config.Snapshot;
import org.isthmus.smtp.TlsWish;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Routing;
import org.jspecify.annotations.Nullable;

/// Recipient to route. May ask DNS and so may block as long as the resolver does; never throws for what DNS says.
public interface Router {
    /// The layer that loop evidence names where aliases lead in a circle.
    String ALIASES = "aliases";

    Routing route(Recipient recipient, Facts facts, Snapshot snapshot);

    /// The same without the circuit breaker: where a copy would go if nothing were held. What comes back must be known for what it is while the breaker is open too.
    default Router unguarded() {
        return this;
    }

    /// What besides the recipient decides a route.
    ///
    /// @param from the sender, for routes that depend on it
    /// @param size octets, for routes that depend on it; 0 if unknown
    /// @param attempts made so far, for fallbacks
    /// @param released a person released it from hold, so the loopback policy {@code hold} does not hold it again
    /// @param passes how often the message has been here before: Received lines in it that our hostname wrote. 0 if unknown
    /// @param message its queue id; none before it is accepted
    /// @param tls whether its sender requires TLS, for routes that depend on it
    record Facts(ReversePath from, long size, int attempts, boolean released, int passes, @Nullable QueueId message, boolean tls) {

        /// Not in the queue yet, or nobody asks for it.
        public Facts(ReversePath from, long size, int attempts, boolean released, int passes) {
            this(from, size, attempts, released, passes, null, false);
        }

        /// For a message that has not been here before, as far as anybody knows.
        public Facts(ReversePath from, long size, int attempts, boolean released) {
            this(from, size, attempts, released, 0);
        }

        /// All that is known at RCPT.
        public static Facts of(ReversePath from) {
            return new Facts(from, 0, 0, false, 0);
        }

        /// The same with what the sender wants of TLS.
        public Facts with(TlsWish wish) {
            return tls == (wish == TlsWish.REQUIRED) ? this : new Facts(from, size, attempts, released, passes, message, !tls);
        }

        /// It has left and come back. Decides when the loopback policy is {@code send}: what has made its trip is delivered inside.
        public boolean returned() {
            return passes > 0;
        }
    }
}
