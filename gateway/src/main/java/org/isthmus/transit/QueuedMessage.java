// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.time.Instant;
import java.util.List;

/// A message in the queue, without its content.
///
/// @param states one for each recipient of the envelope, those added by expansion included
public record QueuedMessage(
        QueueId id,
        Envelope envelope,
        Origin origin,
        Instant accepted,
        ContentFacts facts,
        List<RecipientState> states) {
    public QueuedMessage {
        states = List.copyOf(states);
        if (states.size() != envelope.recipients().size()) {
            throw new IllegalArgumentException(states.size() + " states for " + envelope.recipients().size() + " recipients");
        }
    }
}
