// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.util.List;
import org.isthmus.loop.SiteIdentity.SelfMatch;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// What became of asking where a way leads.
sealed interface Resolved {
    Step step();

    /// To servers.
    /// @param exchanges at least one, in the order in which to try them
    /// @param self why one of them is ourselves, where that was allowed; none otherwise
    record Reached(List<Exchange> exchanges, @Nullable SelfMatch self, Step step) implements Resolved {
        public Reached {
            exchanges = List.copyOf(exchanges);
        }
    }

    /// To ourselves and nobody better.
    record Ours(SelfMatch self, Step step) implements Resolved {}

    /// Nowhere, as far as can be told now.
    /// @param self why we are among them, behind better ones that cannot be had
    record Unsure(Cause cause, Step step, @Nullable SelfMatch self) implements Resolved {
        Unsure(Cause cause, Step step) {
            this(cause, step, null);
        }
    }

    /// Nowhere, for certain.
    record Nowhere(Cause cause, Step step) implements Resolved {}
}
