// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What came of one attempt.
///
/// @param way the one that was used, or the last one tried
/// @param tried every server tried, with what became of it, in order
/// @param outcomes for every recipient of the request, by number: Delivered, Deferred or Failed
/// @param ambiguous the connection broke between the last dot and its answer: a repetition may be a duplicate. RFC 1047
/// @param conversation what was said that explains the outcome: greeting, failing command and reply, in order; bounded
public record DeliveryAttempt(
        QueueId message,
        Way way,
        Instant started,
        Duration took,
        List<Try> tried,
        Map<Integer, Outcome> outcomes,
        boolean ambiguous,
        List<String> conversation) {
    public DeliveryAttempt {
        tried = List.copyOf(tried);
        outcomes = Map.copyOf(outcomes);
        conversation = List.copyOf(conversation);
    }

    /// One server tried.
    /// @param what {@code connected}, or why not
    public record Try(Peer peer, String what) {}
}
