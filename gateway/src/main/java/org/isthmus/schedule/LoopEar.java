// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.isthmus.address.Mailbox;
import org.isthmus.loop.Breaker;
import org.isthmus.loop.LoopDesk;
import org.isthmus.loop.Sighting;
import org.isthmus.loop.Sighting.Certainty;
import org.isthmus.platform.Time;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.transit.Cause;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.LoopEvidence.Node;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Peer;
import org.isthmus.transit.QueuedMessage;

/// Hears in the outcomes of attempts what tells of loops: that the peer was ourselves, and that a destination refuses our mail as circling.
final class LoopEar {
    /// Field: what Postfix, Exim, sendmail, qmail, Exchange and their like say. Lower case.
    private static final List<String> WORDS = List.of(
            "mail loop", "loops back", "routing loop", "loop detected", "too many hops", "hop count exceeded", "maximum hop count", "message looping", "mail forwarding loop",
            "too many received", "loop count exceeded", "excessive hops");

    private final LoopDesk loops;
    private final Breaker breaker;
    private final Time time;

    LoopEar(LoopDesk loops, Time time) {
        this.loops = loops;
        this.breaker = loops.breaker();
        this.time = time;
    }

    /// The way was found to lead to ourselves, and another one is taken: worth telling, and no reason to hold anything.
    void turned(QueuedMessage message, int number, DeliveryAttempt attempt, LoopEvidence evidence) {
        loops.mended(sighting(message, message.envelope().recipients().get(number).address(), attempt.way().hop(), Certainty.PROVED, evidence));
    }

    /// @return why the recipient is to be held instead of what the outcome says; empty if it is not
    Optional<String> heard(QueuedMessage message, int number, DeliveryAttempt attempt, Outcome outcome) {
        Mailbox recipient = message.envelope().recipients().get(number).address();
        NextHop hop = attempt.way().hop();
        switch (outcome) {
            case Outcome.Failed(Cause.Looped(LoopEvidence evidence, EnhancedStatus status)) -> {
                if (!loops.refuses(sighting(message, recipient, hop, Certainty.PROVED, evidence))) {
                    return why(recipient, hop, evidence);
                }
            }
            case Outcome.Failed(Cause.Replied replied) when isLoop(replied) -> {
                LoopEvidence evidence = told(replied, attempt);
                if (!loops.refuses(sighting(message, recipient, hop, Certainty.TOLD, evidence))) {
                    return why(recipient, hop, evidence);
                }
            }
            case Outcome.Failed failed -> { }
            case Outcome.Deferred deferred -> { }
            case Outcome.Delivered delivered -> { }
            case Outcome.Expanded expanded -> { }
            case Outcome.Removed removed -> { }
        }
        breaker.attempted(message.id(), recipient, hop, outcome);
        return Optional.empty();
    }

    private Optional<String> why(Mailbox recipient, NextHop hop, LoopEvidence evidence) {
        return breaker.holds(recipient, hop, null).or(() -> Optional.of("mail for " + recipient + " circles: " + evidence.finding()));
    }

    private Sighting sighting(QueuedMessage message, Mailbox recipient, NextHop hop, Certainty certainty, LoopEvidence evidence) {
        return new Sighting(time.now(), message.passage().uid(), message.id(), recipient, hop, certainty, evidence);
    }

    private static LoopEvidence told(Cause.Replied replied, DeliveryAttempt attempt) {
        Peer peer = replied.peer();
        String finding = peer.name() + " refuses our mail as circling: " + replied.reply().text();
        Node node = new Node(peer.name(), attempt.way().inside(), null);
        return new LoopEvidence("told", finding, null, List.of("reply of " + peer + ": " + replied.reply().text()), List.of(node));
    }

    /// RFC 3463 §3.5: X.4.6, routing loop detected.
    static boolean isLoop(Cause.Replied replied) {
        EnhancedStatus status = replied.status();
        if (status.subject() == 4 && status.detail() == 6) {
            return true;
        }
        String text = replied.reply().text().toLowerCase(Locale.ROOT);
        return WORDS.stream().anyMatch(text::contains);
    }
}
