// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.util.List;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// From one state to the next: an edge of the graph.
///
/// @param why in the operator's words: the rule, or what the place is
/// @param at where that stands
/// @param written it follows from the configuration alone; otherwise DNS or a record of the past says so
/// @param sure it happens to such mail; otherwise it may
record Leg(State from, State to, Turn turn, String why, @Nullable SourceLine at, List<String> evidence, boolean written, boolean sure) {
    Leg {
        evidence = List.copyOf(evidence);
    }

    enum Turn {
        /// We send it there.
        ROUTE,
        /// Another recipient takes the place of this one.
        REDIRECT,
        /// The place is ourselves.
        SELF,
        /// The server gives back what it does not know.
        RETURN,
        /// Whoever is there sends it where the recipient's MX points, and that is ourselves.
        HOME,
        /// The remote address was seen to forward to one of ours.
        FORWARD
    }

    /// Whether it is a reason for a loop, rather than an ordinary part of a way.
    boolean isCause() {
        return turn != Turn.ROUTE && turn != Turn.REDIRECT;
    }
}
