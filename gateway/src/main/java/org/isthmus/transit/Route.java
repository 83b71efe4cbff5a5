// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.List;
import org.isthmus.address.Mailbox;
import org.jspecify.annotations.Nullable;

/// What becomes of one recipient now. The words are those of Exim's routers.
public sealed interface Route {

    /// It goes out.
    /// @param ways at least one, in the order in which to try them: the next is taken when no server of the one before can be reached
    record Deliver(List<Way> ways) implements Route {
        public Deliver {
            ways = List.copyOf(ways);
        }
    }

    /// Other recipients take its place: a catch-all, an alias.
    /// @param alias true if it names several or is a list in the sense of RFC 3461 §5.2.7, so that success is reported as expanded
    /// @param owner of a list, who hears of its members' failures instead of the sender; none if it has none
    record Redirect(List<Mailbox> to, boolean alias, @Nullable Mailbox owner) implements Route {
        public Redirect {
            to = List.copyOf(to);
        }

        /// Without an owner.
        public Redirect(List<Mailbox> to, boolean alias) {
            this(to, alias, null);
        }
    }

    /// It waits for a person, or for what holds it to be over.
    /// @param by {@code loopback}, the policy {@code hold}; {@code breaker}, an open circuit breaker
    record Hold(String by, String why) implements Route {}

    /// Cannot be told now.
    record Defer(Cause cause) implements Route {}

    /// It can go nowhere.
    record Fail(Cause cause) implements Route {}
}
