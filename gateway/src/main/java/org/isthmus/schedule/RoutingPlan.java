// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.isthmus.config.Snapshot;
import org.isthmus.loop.Departures;
import org.isthmus.route.Router;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.TlsWish;
import org.isthmus.tracking.Event;
import org.isthmus.transit.Cause;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Passage;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.Step;
import org.isthmus.transit.Way;

/// Routes recipients of one message and follows what they stand for to its end. What needs no attempt goes into the changes, the rest to a taker. Used for the
/// message itself and for a {@link Forecast} of it, which therefore cannot say anything else.
final class RoutingPlan {
    private static final EnhancedStatus ROUTING_LOOP = EnhancedStatus.of("5.4.6");

    private final QueuedMessage message;
    private final Changes changes;
    private final Router router;
    private final Departures departures;
    private final Snapshot snapshot;
    private final Instant now;
    private final Taker taker;
    private final Deque<Circle> circles = new ArrayDeque<>();

    /// Takes recipients that are to be delivered.
    interface Taker {
        /// @param kind what the recipient is to the site
        /// @param routed to be recorded with what becomes of it
        void deliver(int number, Recipient recipient, RecipientState.Waiting waiting, RecipientClass kind, List<Way> ways, Event routed);
    }

    RoutingPlan(QueuedMessage message, Changes changes, Router router, Departures departures, Snapshot snapshot, Instant now, Taker taker) {
        this.message = message;
        this.changes = changes;
        this.router = router;
        this.departures = departures;
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
        while (!circles.isEmpty()) {
            end(circles.removeFirst());
        }
    }

    /// Where aliases came back to one that has no mailbox. Only when all others have been routed is it known whether somebody has the message; if so, nothing is lost
    /// where this circle ends, and nobody needs to be told.
    private void end(Circle circle) {
        Set<Integer> undecided = circles.stream().map(Circle::number).collect(Collectors.toSet());
        OptionalInt origin = changes.joins(circle.number(), undecided);
        String words = origin.isPresent() ? "join recipient " + origin.getAsInt() + ", where the circle began" : outcome(circle.routing().route());
        changes.event(new Event.Routed(now, message.id(), circle.number(), changes.recipient(circle.number()).address(), words, circle.routing().steps()));
        if (origin.isPresent()) {
            changes.join(circle.number(), origin.getAsInt());
        } else if (circle.routing().route() instanceof Route.Fail fail) {
            changes.outcome(circle.number(), new Outcome.Failed(fail.cause()), false);
        }
    }

    /// It came back, and would go round again.
    /// @return nobody comes in its place
    private List<Integer> circles(int number, Recipient recipient, LoopEvidence evidence, List<Step> before) {
        List<Step> steps = new ArrayList<>(before);
        steps.add(new Step("returns", evidence.layer() + ": " + evidence.finding(), evidence.at(), "given up with 5.4.6", evidence.evidence(), List.of()));
        changes.event(new Event.Routed(now, message.id(), number, recipient.address(), "fail 5.4.6", steps));
        changes.outcome(number, new Outcome.Failed(new Cause.Looped(evidence, ROUTING_LOOP)), false);
        return List.of();
    }

    private record Circle(int number, Routing routing) {}

    /// What decides the route of a recipient besides itself.
    static Router.Facts facts(Changes changes, int number) {
        QueuedMessage message = changes.before();
        RecipientState.Waiting waiting = (RecipientState.Waiting) changes.state(number);
        int passes = Math.max(message.facts().passes(), message.passage().finding(number).isPresent() ? 1 : 0);
        return new Router.Facts(changes.from(number), message.facts().size(), waiting.attempts(), waiting.released(), passes, message.id(), message.envelope().parameters().tls() == TlsWish.REQUIRED);
    }

    /// @return those that came in its place
    private List<Integer> route(int number) {
        Recipient recipient = changes.recipient(number);
        RecipientState.Waiting waiting = (RecipientState.Waiting) changes.state(number);
        Optional<Passage.Finding> known = message.passage().finding(number);
        if (known.isPresent() && known.get().loops()) {
            return circles(number, recipient, known.get().evidence(), List.of());
        }
        Routing routing = router.route(recipient, facts(changes, number), snapshot);
        if (recipient.comesAgain() && isCircle(routing.route())) {
            circles.add(new Circle(number, routing));
            return List.of();
        }
        Event routed = new Event.Routed(now, message.id(), number, recipient.address(), outcome(routing.route()), routing.steps());
        if (routing.route() instanceof Route.Deliver deliver) {
            Optional<LoopEvidence> loop = departures.departing(message, number, recipient, deliver.ways().getFirst());
            if (loop.isPresent()) {
                return circles(number, recipient, loop.get(), routing.steps());
            }
            taker.deliver(number, recipient, waiting, routing.kind(), deliver.ways(), routed);
            return List.of();
        }
        changes.event(routed);
        switch (routing.route()) {
            case Route.Deliver deliver -> {}
            case Route.Redirect redirect -> {
                return changes.expand(number, redirect);
            }
            case Route.Hold hold -> changes.hold(number, hold.by(), hold.why());
            case Route.Defer defer -> changes.outcome(number, new Outcome.Deferred(defer.cause()), false);
            case Route.Fail fail -> changes.outcome(number, new Outcome.Failed(fail.cause()), false);
        }
        return List.of();
    }

    private static boolean isCircle(Route route) {
        return route instanceof Route.Fail(Cause.Looped looped) && looped.evidence().layer().equals(Router.ALIASES);
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
