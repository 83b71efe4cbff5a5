// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.time.Duration;
import java.time.Instant;
import org.isthmus.address.Mailbox;
import org.isthmus.directory.AddressKey;
import org.isthmus.transit.QueueId;
import org.jspecify.annotations.Nullable;

/// A circuit of the breaker that is not closed: the mail it covers is held.
///
/// @param since when it opened
/// @param layer whose evidence opened it
/// @param finding what that was, in the operator's words
/// @param probe the message that is let through while it is half-open; none if none has been chosen
/// @param acknowledged since when a server has had the probe, by {@link org.isthmus.platform.Time#elapsed}; none if none has
public record Circuit(Scope scope, State state, Instant since, String layer, String finding, @Nullable Probe probe, @Nullable Duration acknowledged) {
    /// How it is.
    public enum State {
        /// Nothing passes.
        OPEN,
        /// One message passes, to see whether it comes back.
        HALF_OPEN
    }

    /// One copy.
    /// @param address of the recipient, as it is compared
    public record Probe(QueueId message, String address) {
        static Probe of(QueueId message, Mailbox recipient) {
            return new Probe(message, AddressKey.of(recipient));
        }

        /// Whether it is the copy for this recipient.
        public boolean isFor(Mailbox recipient) {
            return address.equals(AddressKey.of(recipient));
        }
    }

    Circuit opened() {
        return new Circuit(scope, State.OPEN, since, layer, finding, null, null);
    }

    Circuit halfOpen(@Nullable Probe chosen, @Nullable Duration when) {
        return new Circuit(scope, State.HALF_OPEN, since, layer, finding, chosen, when);
    }

    boolean probes(@Nullable QueueId message, String address) {
        return probe != null && probe.message().equals(message) && probe.address().equals(address);
    }

    /// Why what it covers is held.
    String why() {
        String until = state == State.OPEN ? "it is held until the cause is gone" : "one message is tried first";
        return "mail for " + scope + " circles: " + finding + "; " + until + ", and isthmus loops release lets it go by hand";
    }
}
