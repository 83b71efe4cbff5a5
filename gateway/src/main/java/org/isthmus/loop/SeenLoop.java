// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.time.Instant;
import java.util.List;
import org.isthmus.loop.Sighting.Certainty;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.RecipientClass;
import org.jspecify.annotations.Nullable;

/// A loop as the operator sees it: all sightings of one layer in one domain.
///
/// @param id a small number, for {@code isthmus loops show}
/// @param domain of the recipients
/// @param layer that met it
/// @param kind what the last recipient is to the site
/// @param count of sightings
/// @param hop where the last copy was to go or had gone; none if that is not known
/// @param recipients the first of them, at most {@link LoopBook#FEW}
/// @param messages the last of them, at most {@link LoopBook#FEW}
/// @param evidence of the last sighting
public record SeenLoop(
        int id,
        String domain,
        String layer,
        RecipientClass kind,
        Certainty certainty,
        long count,
        Instant first,
        Instant last,
        @Nullable String hop,
        List<String> recipients,
        List<QueueId> messages,
        LoopEvidence evidence) {
    public SeenLoop {
        recipients = List.copyOf(recipients);
        messages = List.copyOf(messages);
    }
}
