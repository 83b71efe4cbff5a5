// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isthmus.config.Snapshot;
import org.isthmus.loop.Caution;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.tracking.Event;
import org.isthmus.transit.Cause;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// Routes the due recipients of one message with the present configuration: settles those that need no attempt and makes jobs of the others.
final class Preparation {
    private static final EnhancedStatus WAITS = EnhancedStatus.of("4.3.2");

    private final Scheduler scheduler;
    private final Scheduler.Parts parts;
    private final PairGate pairs;

    Preparation(Scheduler scheduler, Scheduler.Parts parts) {
        this.scheduler = scheduler;
        this.parts = parts;
        this.pairs = new PairGate(parts.pairs(), parts.spool());
    }

    /// @param message as it stands, claimed by the caller; the claim is over when this returns
    void prepare(QueuedMessage message) throws IOException, InterruptedException {
        Snapshot snapshot = parts.config().current();
        Instant now = parts.time().now();
        Set<Integer> recalled = new HashSet<>(scheduler.recall(message.id()));
        Changes changes = new Changes(message, now, scheduler.jumpedSince(message.accepted()), snapshot.settings().queue(), parts.entropy());
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
            Job job = new Job(after, group.recipients, group.ways, group.routed, group.track);
            jobs.add(job);
            if (group.suspended != null) {
                parked.put(job, group.suspended);
            }
        });
        scheduler.table.jobsOut(after.id(), jobs);
        List<Job> out = scheduler.table.jobs(after.id());
        Instant next = MessageTable.orLate(after, MessageTable.earliestDue(after.states(), out), plan.now);
        Instant deadline = out.isEmpty() ? null : changes.nextDeadline();
        Instant look = earlier(next, deadline);
        scheduler.table.release(after.id(), look);
        for (Job job : jobs) {
            String pattern = parked.get(job);
            if (pattern == null) {
                scheduler.lanes.queue(job);
            } else {
                scheduler.lanes.park(job, pattern);
            }
        }
        if (look != null) {
            scheduler.wakeAt(look);
        }
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        return one == null ? other : other == null || one.isBefore(other) ? one : other;
    }

    /// Recipients that go the same way in one attempt.
    private static final class Group {
        final List<Way> ways;
        final @Nullable String suspended;
        final Caution.@Nullable Track track;
        final List<Integer> recipients = new ArrayList<>();
        final List<Event> routed = new ArrayList<>();

        Group(List<Way> ways, @Nullable String suspended, Caution.@Nullable Track track) {
            this.ways = ways;
            this.suspended = suspended;
            this.track = track;
        }
    }

    /// The routing of one message.
    private final class Plan implements RoutingPlan.Taker {
        final QueuedMessage message;
        final Changes changes;
        final Set<Integer> recalled;
        final Snapshot snapshot;
        final Instant now;
        final Map<String, Group> groups = new LinkedHashMap<>();

        Plan(QueuedMessage message, Changes changes, Set<Integer> recalled, Snapshot snapshot, Instant now) {
            this.message = message;
            this.changes = changes;
            this.recalled = recalled;
            this.snapshot = snapshot;
            this.now = now;
        }

        void routeAll() throws IOException {
            List<Job> onTheWire = scheduler.table.jobs(message.id());
            List<Integer> todo = new ArrayList<>();
            for (int number = 0; number < message.states().size(); number++) {
                if (message.states().get(number) instanceof RecipientState.Waiting waiting && !MessageTable.inJob(onTheWire, number)
                        && !late(number, waiting) && (!waiting.due().isAfter(now) || recalled.contains(number))) {
                    todo.add(number);
                }
            }
            new RoutingPlan(message, changes, parts.router(), parts.departures(), snapshot, now, this).route(pairs.pass(message, todo, changes, snapshot.settings(), now));
        }

        /// RFC 2852 §4: what was to be delivered by now is returned, or its sender is told.
        /// @return true if it has been returned
        private boolean late(int number, RecipientState.Waiting waiting) {
            if (!changes.isLate()) {
                return false;
            }
            if (changes.isReturned()) {
                changes.expireUntried(number, waiting.last());
                return true;
            }
            if (waiting.attempts() > 0 || waiting.due().isAfter(now)) {
                changes.noticeDelay(number, changes.late(waiting.last()));
            }
            return false;
        }

        @Override
        public void deliver(int number, Recipient recipient, RecipientState.Waiting waiting, RecipientClass kind, List<Way> ways, Event routed) {
            Optional<String> suspended = scheduler.suspensions.stops(
                    ways.getFirst().hop(), recipient.address(), snapshot.settings().delivery().suspended());
            Optional<String> waits = scheduler.onDemand.waits(ways.getFirst().hop(), recipient.address(), snapshot.settings(), parts.time().elapsed());
            Cause trouble = waits.isPresent() ? new Cause.Decided("mail for " + waits.get() + " waits until it is called for", null, WAITS) : scheduler.lanes.trouble(ways.getFirst().hop().toString());
            if (suspended.isEmpty() && trouble != null && changes.isOver()) {
                // Its turn behind a destination that is known to be silent would come long after its time.
                changes.event(routed);
                changes.expireUntried(number, trouble);
                return;
            }
            // What is about to be tried may well succeed; what waits in a line may not be tried for hours.
            Cause why = suspended.isPresent() ? suspension(suspended.get()) : trouble != null ? trouble : recalled.contains(number) ? waiting.last() : null;
            if (why != null) {
                changes.noticeDelay(number, why);
            }
            // One transaction has one reverse-path.
            StringBuilder key = new StringBuilder(suspended.or(() -> waits).orElse("")).append('<').append(changes.from(number)).append('>');
            ways.forEach(way -> key.append('|').append(way.key()));
            Caution.Track track = parts.loops().caution().track(kind, recipient.address(), ways.getFirst());
            if (track != null) {
                key.append('|').append(track.name());
            }
            Group group = groups.computeIfAbsent(key.toString(), k -> new Group(ways, suspended.or(() -> waits).orElse(null), track));
            group.recipients.add(number);
            group.routed.add(routed);
        }

        private Cause suspension(String pattern) {
            return new Cause.Decided("deliveries to " + pattern + " are suspended", null, WAITS);
        }
    }
}
