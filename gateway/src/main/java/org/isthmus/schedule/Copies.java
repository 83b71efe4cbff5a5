// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.config.Snapshot;
import org.isthmus.loop.Departure;
import org.isthmus.loop.Ledger;
import org.isthmus.loop.TraceStamp;
import org.isthmus.tracking.Event;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Step;
import org.isthmus.transit.Way;

/// Writes into the ledger what leaves by SMTP, outward and to servers inside alike: those are the copies that can come back. What goes by LMTP has arrived for good.
/// A copy of which nobody knows whether the peer took it (RFC 1047) is written too.
final class Copies {
    private final Ledger ledger;

    Copies(Ledger ledger) {
        this.ledger = ledger;
    }

    /// The copies of a job, in the order of its recipients.
    List<Departure> of(QueuedMessage message, Job job, Snapshot snapshot, Instant now) {
        Way way = job.ways.getFirst();
        if (!ledger.isKept() || !anyBySmtp(job.ways)) {
            return List.of();
        }
        int network = message.origin() instanceof Origin.Received received ? ledger.network(received.client().remote().getAddress()) : 0;
        String dns = dns(job.routed);
        List<Departure> copies = new ArrayList<>(job.recipients.size());
        for (int number : job.recipients) {
            copies.add(new Departure(now, message.passage().uid(), message.passage().pass(), !way.inside(), ledger.print(message.envelope().recipients().get(number).address()),
                    message.id(), message.passage().prints(), network, snapshot.version(), TraceStamp.routeClass(way.hop()), "", dns));
        }
        return copies;
    }

    private static boolean anyBySmtp(List<Way> ways) {
        for (Way way : ways) {
            if (way.protocol() != Way.Protocol.LMTP) {
                return true;
            }
        }
        return false;
    }

    /// What DNS said about the exchangers, where it was asked.
    private static String dns(List<Event> routed) {
        for (Event event : routed) {
            if (event instanceof Event.Routed one) {
                for (Step step : one.steps()) {
                    if (step.stage().equals("mx") && !step.evidence().isEmpty()) {
                        return String.join("; ", step.evidence());
                    }
                }
            }
        }
        return "";
    }

    /// The attempt is over.
    void left(List<Departure> copies, Job job, DeliveryAttempt attempt, Instant now) {
        Way way = attempt.way();
        if (copies.isEmpty() || way.protocol() == Way.Protocol.LMTP) {
            return;
        }
        for (int i = 0; i < copies.size(); i++) {
            Outcome outcome = attempt.outcomes().get(job.recipients.get(i));
            if (outcome instanceof Outcome.Delivered delivered) {
                ledger.record(copies.get(i).taken(now, !way.inside(), TraceStamp.routeClass(way.hop()), delivered.peer().toString()));
            } else if (attempt.ambiguous() && outcome instanceof Outcome.Deferred) {
                ledger.record(copies.get(i).taken(now, !way.inside(), TraceStamp.routeClass(way.hop()), "perhaps"));
            }
        }
    }
}
