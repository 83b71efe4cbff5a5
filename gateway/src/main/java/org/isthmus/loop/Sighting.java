// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.time.Instant;
import java.util.Optional;
import org.isthmus.address.Mailbox;
import org.isthmus.transit.Cause;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.QueueId;
import org.jspecify.annotations.Nullable;

/// One loop that one of the layers met: what is counted, reported to the postmaster, and shown by {@code isthmus loops list}.
///
/// @param at when
/// @param uid the message's name through all its passes; 0 if it has none yet
/// @param message its queue id, where it has one
/// @param recipient whose copy it was
/// @param hop where the copy was to go, or had gone when it came back; none if that is not known
/// @param certainty how sure the layer is
/// @param evidence which layer, what it found, the setting or record that causes it
public record Sighting(
        Instant at, long uid, @Nullable QueueId message, Mailbox recipient, @Nullable NextHop hop, Certainty certainty, LoopEvidence evidence) {

    /// What layers 2 and 3 have proved: a way that leads to our own listener, or a challenge that was answered. Nothing in any other cause.
    public static Optional<Sighting> proved(Instant at, long uid, @Nullable QueueId message, Mailbox recipient, @Nullable NextHop hop, Cause cause) {
        return cause instanceof Cause.Looped looped && (looped.evidence().layer().equals("L2") || looped.evidence().layer().equals("L3"))
                ? Optional.of(new Sighting(at, uid, message, recipient, hop, Certainty.PROVED, looped.evidence()))
                : Optional.empty();
    }

    /// Only what is proved may refuse or open a breaker.
    public enum Certainty {
        /// Proved in this very attempt: a token of ours with its ledger entry, a challenge answered, a way that leads to our own listener.
        PROVED,
        /// A destination refused our mail as looping (5.4.6 or its text). RFC 3463 §3.5.
        TOLD,
        /// Worth a line for the operator, and nothing else.
        SUSPECTED
    }
}
