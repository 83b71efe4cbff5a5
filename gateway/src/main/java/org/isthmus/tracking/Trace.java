// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The life of one message as the log has it, or one refusal, or one event of the server.
///
/// @param id the queue id; of a refusal the trace id that the client was told; {@code -} for an event of the server
/// @param events in the order in which they were written; each as docs/reference/tracking-log.md has it
/// @param about for a report: the message that it speaks of
/// @param reports queue ids of the reports about this message
public record Trace(Kind kind, String id, List<JsonNode> events, @Nullable String about, List<String> reports) {
    public Trace {
        events = List.copyOf(events);
        reports = List.copyOf(reports);
    }

    public enum Kind {
        MESSAGE,
        REFUSAL,
        SERVER
    }
}
