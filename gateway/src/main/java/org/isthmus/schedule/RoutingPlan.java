// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.isthmus.config.Snapshot;
import org.isthmus.route.Router;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.tracking.Event;
import org.isthmus.transit.Cause;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.Way;

/// Routes recipients of one message and follows what they stand for to its end. What needs no attempt goes into the changes, the rest to a taker. Used for the
/// message itself and for a {@link Forecast} of it, which therefore cannot say anything else.
final class RoutingPlan {
    private static final EnhancedStatus LOOP = EnhancedStatus.of("5.4.6");

    private final QueuedMessage message;
    private final Changes changes;
    private final Router router;
    private final Snapshot snapshot;
    private final Instant now;
    private final Taker taker;

    /// Takes recipients that are to be delivered.
    interface Taker {
        /// @param routed to be recorded with what becomes of it
        void deliver(int number, Recipient recipient, RecipientState.Waiting waiting, List<Way> ways, Event routed);
    }

    RoutingPlan(QueuedMessage message, Changes changes, Router router, Snapshot snapshot, Instant now, Taker taker) {
        this.message = message;
        this.changes = changes;
        this.router = router;
        this.snapshot = snapshot;
        this.now = now;
        this.taker = taker;
    }

    /// @param numbers of recipients that wait
    void route(Collection<Integer> numbers) {
        Deque<Integer> todo = new ArrayDeque<>(numbers);
        while (!todo.isEmpty()) {
            todo.addAll(route(todo.remove()));
        }
    }

    /// @return those that came in its place
    private List<Integer> route(int number) {
        Recipient recipient = changes.recipient(number);
        RecipientState.Waiting waiting = (RecipientState.Waiting) changes.state(number);
        Router.Facts facts = new Router.Facts(message.envelope().from(), message.facts().size(), waiting.attempts(), waiting.released(), message.facts().passes(), message.id());
        Routing routing = router.route(recipient, facts, snapshot);
        Event routed = new Event.Routed(now, message.id(), number, recipient.address(), outcome(routing.route()), routing.steps());
        if (routing.route() instanceof Route.Deliver deliver) {
            taker.deliver(number, recipient, waiting, deliver.ways(), routed);
            return List.of();
        }
        changes.event(routed);
        switch (routing.route()) {
            case Route.Deliver deliver -> {}
            case Route.Redirect redirect -> {
                return redirect(number, recipient, redirect);
            }
            case Route.Hold hold -> changes.hold(number, hold.by(), hold.why());
            case Route.Defer defer -> changes.outcome(number, new Outcome.Deferred(defer.cause()), false);
            case Route.Fail fail -> changes.outcome(number, new Outcome.Failed(fail.cause()), false);
        }
        return List.of();
    }

    private List<Integer> redirect(int number, Recipient recipient, Route.Redirect redirect) {
        boolean circles = redirect.to().stream().allMatch(target -> target.equals(recipient.address()) || recipient.via().contains(target));
        if (circles) {
            LoopEvidence evidence = new LoopEvidence("L1", "the address stands for itself: " + path(recipient), null, List.of());
            changes.outcome(number, new Outcome.Failed(new Cause.Looped(evidence, LOOP)), false);
            return List.of();
        }
        return changes.expand(number, redirect.to(), redirect.alias());
    }

    private static String path(Recipient recipient) {
        StringBuilder path = new StringBuilder();
        recipient.via().forEach(address -> path.append(address).append(" -> "));
        return path.append(recipient.address()).toString();
    }

    private static String outcome(Route route) {
        return switch (route) {
            case Route.Deliver deliver -> "deliver by " + String.join(", else ", deliver.ways().stream().map(way -> way.hop().toString()).toList());
            case Route.Redirect redirect -> "redirect to " + String.join(", ", redirect.to().stream().map(Object::toString).toList());
            case Route.Hold hold -> "hold: " + hold.why();
            case Route.Defer defer -> "defer " + defer.cause().status();
            case Route.Fail fail -> "fail " + fail.cause().status();
        };
    }
}
