// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What came of one attempt.
///
/// @param way the one that was used, or the last one tried
/// @param tried every server tried, with what became of it, in order
/// @param outcomes for every recipient of the request, by number: Delivered, Deferred or Failed
/// @param uncertain recipients whose copy the server may have: the connection broke between the last dot and its answer. To repeat it may make a duplicate. RFC 1047
/// @param conversation what was said that explains the outcome: greeting, failing command and reply, in order; bounded
public record DeliveryAttempt(
        QueueId message,
        Way way,
        Instant started,
        Duration took,
        List<Try> tried,
        Map<Integer, Outcome> outcomes,
        Set<Integer> uncertain,
        List<String> conversation) {
    public DeliveryAttempt {
        tried = List.copyOf(tried);
        outcomes = Map.copyOf(outcomes);
        uncertain = Set.copyOf(uncertain);
        conversation = List.copyOf(conversation);
    }

    /// True if for some recipient nobody can tell whether the server has the message.
    public boolean ambiguous() {
        return !uncertain.isEmpty();
    }

    /// One server tried.
    /// @param what {@code connected}, or why not
    /// @param tls how much TLS was asked of it, and what decided that; none where nothing but the configuration did and nothing was insisted on
    public record Try(Peer peer, String what, @Nullable Step tls) {
        public Try(Peer peer, String what) {
            this(peer, what, null);
        }
    }
}
