// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.time.Instant;
import org.isthmus.address.Mailbox;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.RecipientClass;
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
/// @param kind what the recipient is to the site, where whoever saw it knows; otherwise it is looked up
public record Sighting(
        Instant at, long uid, @Nullable QueueId message, Mailbox recipient, @Nullable NextHop hop, Certainty certainty, LoopEvidence evidence,
        @Nullable RecipientClass kind) {

    /// Where the class is to be looked up.
    public Sighting(Instant at, long uid, @Nullable QueueId message, Mailbox recipient, @Nullable NextHop hop, Certainty certainty, LoopEvidence evidence) {
        this(at, uid, message, recipient, hop, certainty, evidence, null);
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
