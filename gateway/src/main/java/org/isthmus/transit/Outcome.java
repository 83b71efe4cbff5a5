// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.List;
import org.isthmus.smtp.Reply;

/// The end of one recipient's way, or of one attempt.
public sealed interface Outcome {

    /// The peer took it.
    /// @param reportsOn the peer took our NOTIFY too (DSN), so that success is its to report. RFC 3461 §5.2.2
    /// @param inside it went to the site's own side, where it counts as delivered and not as relayed
    record Delivered(Peer peer, Reply reply, boolean reportsOn, boolean inside) implements Outcome {}

    record Deferred(Cause cause) implements Outcome {}

    record Failed(Cause cause) implements Outcome {}

    /// Alias or catch-all; the recipients of these numbers wait in its place.
    record Expanded(List<Integer> into, boolean alias) implements Outcome {
        public Expanded {
            into = List.copyOf(into);
        }
    }

    /// An operator took it off the queue, without a report.
    record Removed(String by) implements Outcome {}
}
