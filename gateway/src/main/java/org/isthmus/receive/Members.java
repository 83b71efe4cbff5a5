// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Snapshot;
import org.isthmus.route.Router;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// Looks behind an alias at RCPT: whether anybody at all can be reached there. The first who can ends the search, so that a list costs what one address does; and so many
/// who cannot are no reason to look further.
final class Members {
    private static final int MOST_LOOKED_AT = 100;

    private final Router router;
    private final Router.Facts facts;
    private final Snapshot snapshot;
    private final List<Step> steps = new ArrayList<>();
    private @Nullable Cause why;

    Members(Router router, Router.Facts facts, Snapshot snapshot) {
        this.router = router;
        this.facts = facts;
        this.snapshot = snapshot;
    }

    /// Why those who cannot be reached cannot: of the last one, or of the circle that the aliases lead in.
    @Nullable Cause why() {
        return why;
    }

    /// How those were routed who were looked at.
    List<Step> steps() {
        return steps;
    }

    /// @param redirect what the recipient stands for
    /// @return false if it is certain that nobody gets the message
    boolean anyReached(Recipient recipient, Route.Redirect redirect) {
        Set<Recipient> seen = new HashSet<>();
        Deque<Recipient> todo = new ArrayDeque<>();
        add(recipient, redirect, todo, seen);
        for (int i = 0; !todo.isEmpty(); i++) {
            if (i == MOST_LOOKED_AT) {
                return true;
            }
            Recipient next = todo.remove();
            Routing routing = router.route(next, facts, snapshot);
            steps.addAll(routing.steps());
            switch (routing.route()) {
                case Route.Redirect more -> add(next, more, todo, seen);
                case Route.Fail fail -> why = why instanceof Cause.Looped ? why : fail.cause();
                case Route.Deliver deliver -> {
                    return true;
                }
                case Route.Defer defer -> {
                    return true;
                }
                case Route.Hold hold -> {
                    return true;
                }
            }
        }
        return false;
    }

    private static void add(Recipient one, Route.Redirect redirect, Deque<Recipient> todo, Set<Recipient> seen) {
        List<Mailbox> via = new ArrayList<>(one.via());
        via.add(one.address());
        for (Mailbox to : redirect.to()) {
            Recipient member = new Recipient(to, one.parameters(), via);
            // What is reached on two ways is looked at once, as long as it stands for the same.
            if (seen.add(new Recipient(to, one.parameters(), member.comesAgain() ? List.of(to) : List.of()))) {
                todo.add(member);
            }
        }
    }
}
