// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
import org.jspecify.annotations.Nullable;

/// Routes the due recipients of one message with the present configuration: settles those that need no attempt and makes jobs of the others.
final class Preparation {
    private static final EnhancedStatus LOOP = EnhancedStatus.of("5.4.6");
    private static final EnhancedStatus WAITS = EnhancedStatus.of("4.3.2");

    private final Scheduler scheduler;
    private final Scheduler.Parts parts;

    Preparation(Scheduler scheduler, Scheduler.Parts parts) {
        this.scheduler = scheduler;
        this.parts = parts;
    }

    /// @param message as it stands, claimed by the caller; the claim is over when this returns
    void prepare(QueuedMessage message) throws IOException, InterruptedException {
        Snapshot snapshot = parts.config().current();
        Instant now = parts.time().now();
        Set<Integer> recalled = new HashSet<>(scheduler.recall(message.id()));
        Changes changes = new Changes(message, now, snapshot.settings().queue(), parts.entropy());
        Plan plan = new Plan(message, changes, recalled, snapshot, now);
        plan.routeAll();
        if (!changes.isEmpty()) {
            scheduler.commit(message, changes, snapshot);
        }
        handOver(changes, plan);
    }

    // The claim ends before the jobs can be taken, so that a worker that is done at once finds the message free.
    private void handOver(Changes changes, Plan plan) {
        QueuedMessage after = changes.after();
        List<Job> jobs = new ArrayList<>();
        Map<Job, String> parked = new LinkedHashMap<>();
        plan.groups.forEach((key, group) -> {
            Job job = new Job(after, group.recipients, group.ways, group.routed);
            jobs.add(job);
            if (group.suspended != null) {
                parked.put(job, group.suspended);
            }
        });
        scheduler.table.jobsOut(after.id(), jobs);
        List<Job> out = scheduler.table.jobs(after.id());
        Instant next = MessageTable.earliestDue(after.states(), out);
        Instant deadline = out.isEmpty() ? null : changes.nextDeadline();
        scheduler.table.release(after.id(), earlier(next, deadline));
        for (Job job : jobs) {
            String pattern = parked.get(job);
            if (pattern == null) {
                scheduler.lanes.queue(job);
            } else {
                scheduler.lanes.park(job, pattern);
            }
        }
        if (next != null || deadline != null) {
            scheduler.wake();
        }
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        return one == null ? other : other == null || one.isBefore(other) ? one : other;
    }

    /// Recipients that go the same way in one attempt.
    private static final class Group {
        final List<Way> ways;
        final @Nullable String suspended;
        final List<Integer> recipients = new ArrayList<>();
        final List<Event> routed = new ArrayList<>();

        Group(List<Way> ways, @Nullable String suspended) {
            this.ways = ways;
            this.suspended = suspended;
        }
    }

    /// The routing of one message.
    private final class Plan {
        final QueuedMessage message;
        final Changes changes;
        final Set<Integer> recalled;
        final Snapshot snapshot;
        final Instant now;
        final Map<String, Group> groups = new LinkedHashMap<>();
        final Deque<Integer> todo = new ArrayDeque<>();

        Plan(QueuedMessage message, Changes changes, Set<Integer> recalled, Snapshot snapshot, Instant now) {
            this.message = message;
            this.changes = changes;
            this.recalled = recalled;
            this.snapshot = snapshot;
            this.now = now;
        }

        void routeAll() {
            List<Job> onTheWire = scheduler.table.jobs(message.id());
            for (int number = 0; number < message.states().size(); number++) {
                if (message.states().get(number) instanceof RecipientState.Waiting waiting
                        && (!waiting.due().isAfter(now) || recalled.contains(number))
                        && !MessageTable.inJob(onTheWire, number)) {
                    todo.add(number);
                }
            }
            while (!todo.isEmpty()) {
                route(todo.remove());
            }
        }

        private void route(int number) {
            Recipient recipient = changes.recipient(number);
            RecipientState.Waiting waiting = (RecipientState.Waiting) changes.state(number);
            Router.Facts facts = new Router.Facts(message.envelope().from(), message.facts().size(), waiting.attempts(), waiting.released(), message.facts().passes());
            Routing routing = parts.router().route(recipient, facts, snapshot);
            Event routed = new Event.Routed(now, message.id(), number, recipient.address(), outcome(routing.route()), routing.steps());
            switch (routing.route()) {
                case Route.Deliver deliver -> deliver(number, recipient, waiting, deliver.ways(), routed);
                case Route.Redirect redirect -> {
                    changes.event(routed);
                    redirect(number, recipient, redirect);
                }
                case Route.Hold hold -> {
                    changes.event(routed);
                    changes.hold(number, "loopback", hold.why());
                }
                case Route.Defer defer -> {
                    changes.event(routed);
                    changes.outcome(number, new Outcome.Deferred(defer.cause()), false);
                }
                case Route.Fail fail -> {
                    changes.event(routed);
                    changes.outcome(number, new Outcome.Failed(fail.cause()), false);
                }
            }
        }

        private void deliver(int number, Recipient recipient, RecipientState.Waiting waiting, List<Way> ways, Event routed) {
            Optional<String> suspended = scheduler.suspensions.stops(
                    ways.getFirst().hop(), recipient.address(), snapshot.settings().delivery().suspended());
            Cause trouble = scheduler.lanes.trouble(ways.getFirst().hop().toString());
            if (recalled.contains(number)) {
                if (suspended.isEmpty() && trouble != null && changes.isOver()) {
                    // It waited behind a destination that is known to be silent until its time was over.
                    changes.event(routed);
                    changes.expire(number, trouble);
                    return;
                }
                Cause why = suspended.isPresent() ? suspension(suspended.get()) : trouble != null ? trouble : waiting.last();
                if (why != null) {
                    changes.noticeDelay(number, why);
                }
            }
            StringBuilder key = new StringBuilder(suspended.orElse(""));
            ways.forEach(way -> key.append('|').append(way.hop()));
            Group group = groups.computeIfAbsent(key.toString(), k -> new Group(ways, suspended.orElse(null)));
            group.recipients.add(number);
            group.routed.add(routed);
        }

        private Cause suspension(String pattern) {
            return new Cause.Decided("deliveries to " + pattern + " are suspended", null, WAITS);
        }

        private void redirect(int number, Recipient recipient, Route.Redirect redirect) {
            boolean circles = redirect.to().stream()
                    .allMatch(target -> target.equals(recipient.address()) || recipient.via().contains(target));
            if (circles) {
                LoopEvidence evidence = new LoopEvidence("L1", "the address stands for itself: " + path(recipient), null, List.of());
                changes.outcome(number, new Outcome.Failed(new Cause.Looped(evidence, LOOP)), false);
            } else {
                todo.addAll(changes.expand(number, redirect.to(), redirect.alias()));
            }
        }

        private static String path(Recipient recipient) {
            StringBuilder path = new StringBuilder();
            recipient.via().forEach(address -> path.append(address).append(" -> "));
            return path.append(recipient.address()).toString();
        }
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
