// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.StatusClass;
import org.isthmus.transit.Cause;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.DeliveryRequest;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// An attempt as it goes: which recipients are still open, what was tried, what was said. Belongs to one actor.
final class Attempt {
    private final DeliveryRequest request;
    private final Instant started;
    private final Duration startedAt;
    private final Map<Integer, Outcome> outcomes = new HashMap<>();
    private final List<DeliveryAttempt.Try> tried = new ArrayList<>();
    private final Transcript transcript = new Transcript();
    private Way way;
    private boolean ambiguous;
    private boolean anyPassing;
    private @Nullable Cause last;

    Attempt(DeliveryRequest request, Instant started, Duration startedAt) {
        this.request = request;
        this.started = started;
        this.startedAt = startedAt;
        this.way = request.ways().getFirst();
    }

    DeliveryRequest request() {
        return request;
    }

    Transcript transcript() {
        return transcript;
    }

    Recipient recipient(int number) {
        return request.message().envelope().recipients().get(number);
    }

    /// Those without an outcome, in the request's order.
    List<Integer> open() {
        if (outcomes.isEmpty()) {
            return request.recipients();
        }
        return request.recipients().stream().filter(i -> !outcomes.containsKey(i)).toList();
    }

    boolean isDone() {
        return outcomes.size() == request.recipients().size();
    }

    /// Whether something happened that must not be forgotten: a recipient has the message, or may have it.
    boolean isMemorable() {
        return ambiguous || outcomes.values().stream().anyMatch(Outcome.Delivered.class::isInstance);
    }

    /// The first outcome of a recipient counts.
    void settle(int number, Outcome outcome) {
        outcomes.putIfAbsent(number, outcome);
    }

    void settleOpen(Outcome outcome) {
        open().forEach(i -> settle(i, outcome));
    }

    void ambiguous() {
        ambiguous = true;
    }

    Duration age(Duration now) {
        return now.minus(startedAt);
    }

    /// A server that was of use.
    void connected(Server server) {
        way = server.way();
        tried.add(new DeliveryAttempt.Try(server.peer(), "connected"));
    }

    /// A server that was of none, or no longer.
    /// @param what why
    void failed(Server server, Broken broken, String what) {
        way = server.way();
        tried.add(new DeliveryAttempt.Try(server.peer(), what));
        anyPassing |= broken.kind() != Broken.Kind.FOR_GOOD;
        // A server's own words tell more than that another one could not be reached.
        if (!(last instanceof Cause.Replied) || broken.why() instanceof Cause.Replied) {
            last = broken.why();
        }
    }

    /// No more servers: what is open waits, unless all servers refused us for good.
    void giveUp() {
        Cause cause = last != null ? last : new Cause.Local("no server was tried", EnhancedStatus.of("4.3.0"));
        settleOpen(last != null && !anyPassing ? new Outcome.Failed(cause) : new Outcome.Deferred(temporary(cause)));
    }

    /// One server's refusal for good is only trouble that may pass while another has not refused.
    private static Cause temporary(Cause cause) {
        return cause instanceof Cause.Replied replied
                ? new Cause.Replied(replied.peer(), replied.stage(), replied.reply(), replied.status().as(StatusClass.PERSISTENT_TRANSIENT_FAILURE))
                : cause;
    }

    DeliveryAttempt finish(Duration now) {
        return new DeliveryAttempt(
                request.message().id(), way, started, age(now), tried, outcomes, ambiguous, transcript.lines());
    }
}
