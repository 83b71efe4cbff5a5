// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.isthmus.config.Snapshot;
import org.isthmus.dsn.Action;
import org.isthmus.transit.Content;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Report;

/// Makes the one report that is due about a message at a moment, if one is due. RFC 3461 §5.2, RFC 5321 §4.5.5.
public interface Reporter {
    /// @param happened what happened to recipients just now
    /// @param content of the message, of which the report returns all or the header
    /// @return nothing for the null reverse-path, and where nobody asked
    Optional<Report> report(QueuedMessage message, List<Happening> happened, Content content, Instant now, Snapshot snapshot) throws IOException;

    /// Something that happened to a recipient.
    ///
    /// @param recipient its number
    /// @param action in the words of RFC 3464
    /// @param outcome the outcome that says why; Deferred for a delay
    /// @param willRetryUntil for a delay: when we give up
    /// @param attempted when the attempt ended that this came of; nothing where it came of time alone
    record Happening(int recipient, Action action, Outcome outcome, Optional<Instant> willRetryUntil, Optional<Instant> attempted) {}
}
