// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.isthmus.config.Snapshot;
import org.isthmus.loop.Departures;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Entropy;
import org.isthmus.route.Router;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.tracking.Event;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Step;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// What the scheduler would do with a message that is due, without doing it: the same routing, expansion and suspensions, and nothing is written. What only a running
/// scheduler knows, which hosts are silent, is not in it.
public final class Forecast {
    private static final EnhancedStatus LOCAL = EnhancedStatus.of("4.3.0");

    private final Router router;
    private final Suspensions suspensions;
    private final Entropy entropy;
    /// Nobody has called: what only a running scheduler knows is not in a forecast.
    private final OnDemand onDemand = new OnDemand();

    private Forecast(Router router, Suspensions suspensions, Entropy entropy) {
        this.router = router;
        this.suspensions = suspensions;
        this.entropy = entropy;
    }

    /// @param data the data folder, where destinations that were suspended by command are written down
    public static Forecast open(Router router, Disk disk, Path data, Entropy entropy) throws IOException {
        return new Forecast(router, new Suspensions(disk, data), entropy);
    }

    /// One recipient.
    /// @param number its place in the envelope, those that expansion adds behind the others
    /// @param outcome of its routing, as tracking has it
    /// @param steps how it was routed
    public record Prospect(int number, Recipient recipient, String outcome, List<Step> steps, Fate fate) {
        public Prospect {
            steps = List.copyOf(steps);
        }
    }

    /// What becomes of a recipient.
    public sealed interface Fate {
        /// It is delivered.
        /// @param suspended the pattern that keeps it from being delivered now; none if nothing does
        record Goes(List<Way> ways, @Nullable String suspended) implements Fate {
            public Goes {
                ways = List.copyOf(ways);
            }
        }

        /// It waits for a person.
        record Held(String why) implements Fate {}

        /// Nobody can tell now; it is tried again.
        record Waits(Cause cause) implements Fate {}

        /// It is given up, and the sender told.
        record Fails(Cause cause) implements Fate {}

        /// Others stand in its place.
        record Becomes(List<Integer> numbers) implements Fate {
            public Becomes {
                numbers = List.copyOf(numbers);
            }
        }
    }

    /// @param message with recipients that wait
    /// @return all recipients, those that were added too
    public List<Prospect> of(QueuedMessage message, Snapshot snapshot, Instant now) {
        Changes changes = new Changes(message, now, snapshot.settings().queue(), entropy);
        Map<Integer, Fate> going = new HashMap<>();
        RoutingPlan plan = new RoutingPlan(message, changes, router, Departures.FREE, snapshot, now, (number, recipient, waiting, kind, ways, routed) -> {
            changes.event(routed);
            Optional<String> suspended = suspensions.stops(ways.getFirst().hop(), recipient.address(), snapshot.settings().delivery().suspended())
                    .or(() -> onDemand.waits(ways.getFirst().hop(), recipient.address(), snapshot.settings(), Duration.ZERO));
            going.put(number, new Fate.Goes(ways, suspended.orElse(null)));
        });
        plan.route(IntStream.range(0, message.states().size()).boxed().toList());
        List<Prospect> prospects = new ArrayList<>();
        for (Event event : changes.settling(List.of(), false).events()) {
            if (event instanceof Event.Routed routed) {
                int number = routed.recipient();
                Fate fate = going.containsKey(number) ? going.get(number) : fate(changes.state(number));
                prospects.add(new Prospect(number, changes.recipient(number), routed.outcome(), routed.steps(), fate));
            }
        }
        return prospects;
    }

    private static Fate fate(RecipientState state) {
        return switch (state) {
            case RecipientState.Held held -> new Fate.Held(held.why());
            case RecipientState.Waiting waiting -> new Fate.Waits(waiting.last() == null ? new Cause.Local("it was not routed", LOCAL) : waiting.last());
            case RecipientState.Settled settled -> switch (settled.outcome()) {
                case Outcome.Expanded expanded -> new Fate.Becomes(expanded.into());
                case Outcome.Failed failed -> new Fate.Fails(failed.cause());
                case Outcome.Deferred deferred -> new Fate.Waits(deferred.cause());
                case Outcome.Delivered delivered -> new Fate.Waits(new Cause.Local("it was delivered already", LOCAL));
                case Outcome.Removed removed -> new Fate.Waits(new Cause.Local("it was removed", LOCAL));
            };
        };
    }
}
