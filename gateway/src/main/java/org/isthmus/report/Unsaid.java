// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import java.time.Instant;
import java.util.List;
import org.isthmus.transit.QueuedMessage;

/// Hears of reports that are not made although something happened that is told otherwise: nothing is dropped in silence. Safe for all threads; returns at once.
@FunctionalInterface
public interface Unsaid {
    /// Hears nothing.
    Unsaid NONE = withheld -> {};

    void withheld(Withheld withheld);

    /// A report that was not made.
    ///
    /// @param recipients their numbers
    /// @param why in words for the operator
    /// @param digest the postmaster is to hear of it in the next digest; otherwise nobody misses it, or the postmaster is the one who cannot be reached
    record Withheld(Instant at, QueuedMessage message, List<Integer> recipients, String why, boolean digest) {
        public Withheld {
            recipients = List.copyOf(recipients);
        }
    }
}
