// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.StatusClass;
import org.isthmus.transit.Cause;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.DeliveryRequest;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Step;
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
    private final Set<Integer> uncertain = new HashSet<>();
    private final List<Trouble> troubles = new ArrayList<>();
    private @Nullable Step tls;
    private @Nullable Server home;
    private @Nullable LoopEvidence proof;

    private record Trouble(Server server, Broken broken) {}

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
        return !uncertain.isEmpty() || outcomes.values().stream().anyMatch(Outcome.Delivered.class::isInstance);
    }

    /// The first outcome of a recipient counts.
    void settle(int number, Outcome outcome) {
        outcomes.putIfAbsent(number, outcome);
    }

    void settleOpen(Outcome outcome) {
        open().forEach(i -> settle(i, outcome));
    }

    /// Recipients that are open no longer: they may have the message, and may not.
    void uncertain(Collection<Integer> whose, Cause why) {
        uncertain.addAll(whose);
        whose.forEach(number -> settle(number, new Outcome.Deferred(why)));
    }

    Duration age(Duration now) {
        return now.minus(startedAt);
    }

    /// What decided about the TLS of the server that is tried now; none if nobody did yet.
    void decided(@Nullable Step step) {
        tls = step;
    }

    /// A server that was of use.
    void connected(Server server) {
        way = server.way();
        tried.add(new DeliveryAttempt.Try(server.peer(), "connected", tls));
    }

    /// A server that was of none, or no longer.
    /// @param what why
    void failed(Server server, Broken broken, String what) {
        way = server.way();
        tried.add(new DeliveryAttempt.Try(server.peer(), what, tls));
        troubles.add(new Trouble(server, broken));
    }

    /// A server that is ourselves. RFC 5321 §5.1: it goes, and with it everything of equal or worse preference.
    void isOurselves(Server server, LoopEvidence evidence) {
        way = server.way();
        tried.add(new DeliveryAttempt.Try(server.peer(), "is ourselves"));
        transcript.noted(server.peer() + " is ourselves: QUIT without MAIL");
        if (home == null || home.way() != server.way() || server.exchange().preference() < home.exchange().preference()) {
            home = server;
            proof = evidence;
        }
    }

    /// Whether a server is of no use because one was found to be ourselves: that one, its equals, and worse ones. Where DNS names us as the best exchanger, that is
    /// true on every other way too; where a next hop of the configuration is ourselves, another way may be right.
    boolean leadsHome(Server server) {
        if (home == null) {
            return false;
        }
        boolean sameWay = server.way() == home.way();
        boolean byDns = !(home.way().hop() instanceof NextHop.Named);
        return sameWay ? server.exchange().preference() >= home.exchange().preference() : byDns && !hasBetter(home);
    }

    private static boolean hasBetter(Server home) {
        return home.way().exchanges().stream().anyMatch(other -> other.preference() < home.exchange().preference());
    }

    /// No more servers: what is open waits, unless all servers refused us for good or the only way leads to ourselves.
    void giveUp() {
        // What stands behind ourselves is no way, so its troubles are none.
        List<Trouble> left = troubles.stream().filter(trouble -> !leadsHome(trouble.server())).toList();
        boolean mayPass = left.stream().anyMatch(trouble -> trouble.broken().kind() != Broken.Kind.FOR_GOOD);
        boolean backup = home != null && hasBetter(home);
        if (proof != null && (left.isEmpty() || (!mayPass && !backup))) {
            // Better exchangers than ourselves that could not be tried will come back; without them, mail would only circle.
            settleOpen(backup ? new Outcome.Deferred(new Cause.Looped(proof, EnhancedStatus.of("4.4.6"))) : new Outcome.Failed(new Cause.Looped(proof, EnhancedStatus.of("5.4.6"))));
            return;
        }
        Cause cause = left.isEmpty() ? new Cause.Local("no server was tried", EnhancedStatus.of("4.3.0")) : telling(left);
        settleOpen(left.isEmpty() || mayPass ? new Outcome.Deferred(temporary(cause)) : new Outcome.Failed(cause));
    }

    /// The last server's trouble; but a server's own words tell more than that another one could not be reached.
    private static Cause telling(List<Trouble> troubles) {
        List<Cause> causes = troubles.stream().map(trouble -> trouble.broken().why()).toList();
        return causes.reversed().stream().filter(Cause.Replied.class::isInstance).findFirst().orElse(causes.getLast());
    }

    /// One server's refusal for good is only trouble that may pass while another has not refused.
    private static Cause temporary(Cause cause) {
        return cause instanceof Cause.Replied replied
                ? new Cause.Replied(replied.peer(), replied.stage(), replied.reply(), replied.status().as(StatusClass.PERSISTENT_TRANSIENT_FAILURE))
                : cause;
    }

    DeliveryAttempt finish(Duration now) {
        return new DeliveryAttempt(
                request.message().id(), way, started, age(now), tried, outcomes, uncertain, transcript.lines());
    }
}
