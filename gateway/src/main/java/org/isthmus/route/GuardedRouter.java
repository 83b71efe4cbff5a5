// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.isthmus.config.Snapshot;
import org.isthmus.loop.Breaker;
import org.isthmus.loop.Sighting;
import org.isthmus.loop.Sighting.Certainty;
import org.isthmus.transit.Cause;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// Routes as another router does, and asks the circuit breaker: what it covers is held, at RCPT and in the queue alike. What the other router finds to circle is a sighting,
/// and is refused only while the breaker is closed for it.
///
/// A recipient that a person released passes an open breaker once, if there is a way at all.
public final class GuardedRouter implements Router {
    private final Router inner;
    private final Breaker breaker;
    private final Predicate<Sighting> refuses;
    private final Supplier<Instant> now;

    /// @param refuses told of what circles; false if the copy is to be held all the same. {@code LoopDesk::refuses} in the server
    public GuardedRouter(Router inner, Breaker breaker, Predicate<Sighting> refuses, Supplier<Instant> now) {
        this.inner = inner;
        this.breaker = breaker;
        this.refuses = refuses;
        this.now = now;
    }

    @Override
    public Routing route(Recipient recipient, Facts facts, Snapshot snapshot) {
        Routing routing = inner.route(recipient, facts, snapshot);
        return switch (routing.route()) {
            case Route.Deliver deliver when facts.released() -> routing;
            case Route.Deliver deliver -> breaker.holds(recipient.address(), deliver.ways().getFirst().hop(), facts.message()).map(why -> held(routing, why)).orElse(routing);
            case Route.Fail fail when fail.cause() instanceof Cause.Looped looped -> circling(routing, looped.evidence(), recipient, facts);
            case Route.Fail fail -> routing;
            case Route.Redirect redirect -> routing;
            case Route.Hold hold -> routing;
            case Route.Defer defer -> routing;
        };
    }

    @Override
    public Router unguarded() {
        return inner;
    }

    private Routing circling(Routing routing, LoopEvidence evidence, Recipient recipient, Facts facts) {
        @Nullable NextHop nowhere = null;
        Optional<String> why = breaker.holds(recipient.address(), nowhere, facts.message());
        if (why.isEmpty()) {
            Sighting sighting = new Sighting(now.get(), 0, facts.message(), recipient.address(), nowhere, Certainty.PROVED, evidence, routing.kind());
            if (refuses.test(sighting)) {
                return routing;
            }
            why = breaker.holds(recipient.address(), nowhere, null);
        }
        return held(routing, why.orElse("mail for " + recipient.address() + " circles: " + evidence.finding()));
    }

    private static Routing held(Routing routing, String why) {
        List<Step> steps = new ArrayList<>(routing.steps());
        steps.add(Step.of(Breaker.NAME, "loop.breaker", null, "held: " + why));
        return new Routing(routing.kind(), new Route.Hold(Breaker.NAME, why), steps);
    }
}
