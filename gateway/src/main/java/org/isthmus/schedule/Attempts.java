// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.loop.Breaker;
import org.isthmus.loop.Departure;
import org.isthmus.loop.Ledger;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.tracking.Event;
import org.isthmus.transit.Cause;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.DeliveryRequest;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One attempt from the slot to the settlement.
final class Attempts {
    private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);
    private static final EnhancedStatus LOCAL = EnhancedStatus.of("4.3.0");

    private final Scheduler scheduler;
    private final Scheduler.Parts parts;
    private final LoopEar ear;

    private final Copies copies;

    Attempts(Scheduler scheduler, Scheduler.Parts parts) {
        this.scheduler = scheduler;
        this.parts = parts;
        this.ear = new LoopEar(parts.loops(), parts.time());
        this.copies = new Copies(parts.ledger());
    }

    /// Attempts, settles, and gives the slot back, whatever happens.
    void attempt(Lanes.Grant grant) {
        Job job = grant.job();
        Snapshot snapshot = parts.config().current();
        Settings.Delivery limits = snapshot.settings().delivery();
        Bearing bearing = Bearing.UNKNOWN;
        Instant next = null;
        try {
            QueuedMessage message = job.message != null ? job.message : parts.spool().read(job.id);
            DeliveryAttempt attempt = depart(message, job, snapshot);
            bearing = Bearing.of(attempt);
            next = settle(message, job, attempt, snapshot);
        } catch (NoSuchElementException e) {
            LOG.warn("{} is no longer in the spool", job.id);
        } catch (InterruptedException e) {
            // Stopping: nothing was settled, the recipients wait in the spool.
            next = parts.time().now();
        } catch (IOException | RuntimeException e) {
            LOG.error("attempt for {} failed by local trouble", job.id, e);
            next = parts.time().now().plus(Duration.ofMinutes(1));
        } finally {
            scheduler.table.jobOver(job);
            scheduler.table.changed(job.id, next);
            String narrowed = scheduler.lanes.done(grant, bearing, limits, snapshot.settings().loop().breaker().settle(), parts.time().elapsed());
            if (narrowed != null) {
                LOG.info("{}", narrowed);
            }
            if (next != null || job.track != null) {
                scheduler.wake();
            }
        }
    }

    /// With the ledger: a peer may send a copy back before it says that it has taken it, so the ledger knows it while it is on the wire.
    private DeliveryAttempt depart(QueuedMessage message, Job job, Snapshot snapshot) throws IOException, InterruptedException {
        List<Departure> leaving = copies.of(message, job, snapshot, parts.time().now());
        Ledger.Leaving underWay = parts.ledger().leaving(message.passage().uid(), leaving);
        try {
            DeliveryAttempt attempt = deliver(message, job, snapshot);
            copies.left(leaving, job, attempt, parts.time().now());
            return attempt;
        } finally {
            underWay.close();
        }
    }

    private DeliveryAttempt deliver(QueuedMessage message, Job job, Snapshot snapshot) throws IOException, InterruptedException {
        Instant started = parts.time().now();
        DeliveryRequest request =
                new DeliveryRequest(message.sentBy(message.envelope().from(job.recipients.getFirst())), job.recipients, job.ways, parts.spool().content(job.id),
                        parts.recognition(), parts.stamp());
        try {
            return parts.courier().deliver(request, snapshot);
        } catch (RuntimeException e) {
            // A bug of ours must neither bounce mail nor lose it.
            LOG.error("courier failed for {}", job.id, e);
            Map<Integer, Outcome> outcomes = new LinkedHashMap<>();
            Cause cause = new Cause.Local("internal error", LOCAL);
            job.recipients.forEach(number -> outcomes.put(number, new Outcome.Deferred(cause)));
            return new DeliveryAttempt(job.id, job.ways.getFirst(), started, Duration.ZERO, List.of(), outcomes, Set.of(), List.of());
        }
    }

    /// @return when the first recipient that still waits is due; null if none does
    private @Nullable Instant settle(QueuedMessage message, Job job, DeliveryAttempt attempt, Snapshot snapshot) throws InterruptedException {
        Instant now = parts.time().now();
        Changes changes = new Changes(message, now, scheduler.jumpedSince(message.accepted()), snapshot.settings().queue(), parts.entropy());
        changes.events(job.routed);
        changes.event(new Event.Attempted(now, attempt));
        for (int number : job.recipients) {
            settle(number, outcome(attempt, number, job.id), attempt, job, changes, snapshot);
        }
        scheduler.commit(message, changes, snapshot);
        return changes.nextDue();
    }

    private void settle(int number, Outcome outcome, DeliveryAttempt attempt, Job job, Changes changes, Snapshot snapshot) {
        job.taken |= outcome instanceof Outcome.Delivered;
        if (outcome instanceof Outcome.Failed failed && failed.cause() instanceof Cause.Looped looped && turnsAround(number, attempt, changes, snapshot)) {
            ear.turned(changes.before(), number, attempt, looped.evidence());
            changes.again(number, looped);
            return;
        }
        Optional<String> held = ear.heard(changes.before(), number, attempt, outcome);
        if (held.isPresent()) {
            changes.hold(number, Breaker.NAME, held.get());
        } else {
            changes.outcome(number, outcome, attempt.uncertain().contains(number));
        }
    }

    /// The way has just been found to lead to ourselves. What is of the site, or relayed by us, may have another one now that loop control knows.
    private boolean turnsAround(int number, DeliveryAttempt attempt, Changes changes, Snapshot snapshot) {
        Routing routing = parts.router().route(changes.recipient(number), RoutingPlan.facts(changes, number), snapshot);
        boolean ours = routing.kind() != RecipientClass.REMOTE && routing.kind() != RecipientClass.DANGLING;
        return ours && switch (routing.route()) {
            case Route.Deliver deliver -> deliver.ways().stream().noneMatch(way -> way.hop().equals(attempt.way().hop()));
            case Route.Hold hold -> true;
            case Route.Redirect redirect -> false;
            case Route.Defer defer -> false;
            case Route.Fail fail -> false;
        };
    }

    private static Outcome outcome(DeliveryAttempt attempt, int number, QueueId id) {
        Outcome outcome = attempt.outcomes().get(number);
        if (outcome == null) {
            LOG.error("the courier said nothing about recipient {} of {}", number, id);
            return new Outcome.Deferred(new Cause.Local("no outcome", LOCAL));
        }
        return outcome;
    }
}
