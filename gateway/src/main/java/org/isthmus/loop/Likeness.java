// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.address.Mailbox;
import org.isthmus.platform.Time;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.Prints;
import org.isthmus.transit.Step;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// Layer 5 of loop control: what went outward and comes without our token, or under one of another name, but looks the same. Nothing is signed here, so one pass is harmless.
final class Likeness {
    /// Passes within a day after which a suspicion is as good as a proof.
    private static final int PASSES = 5;
    private static final Duration DAY = Duration.ofDays(1);

    private final Ledger ledger;
    private final Time time;

    Likeness(Ledger ledger, Time time) {
        this.ledger = ledger;
        this.time = time;
    }

    /// Copies of what may be the same message.
    /// @param sent newest first
    /// @param passes how many of them stand for passes
    record Suspicion(List<Departure> sent, int passes) {
        boolean isLoop() {
            return passes >= PASSES;
        }

        Step step(LoopEvidence evidence) {
            return new Step("returns", "the same Message-ID, and Date and body or From, Date and Subject, went to this recipient " + passes + " times within a day", null,
                    isLoop() ? "refused with 5.4.6: it would circle" : "allowed; at " + PASSES + " it is taken for a loop", evidence.evidence(), List.of());
        }

        LoopEvidence evidence(Mailbox recipient, Way way, InetAddress from) {
            Departure last = sent.getFirst();
            String finding = "what looks like the same message was sent to " + recipient + " by " + last.words() + " at " + last.at() + ", came back without our trace from "
                    + from.getHostAddress() + ", and would go out again by " + way.hop();
            return new LoopEvidence("L5", finding, null, Likeness.evidence(null, sent));
        }
    }

    /// @param traces that the message carries: their own copies are judged by layer 4
    /// @param from who brings it
    /// @param self the message's own name, whose copies are no earlier passes; 0 if it has none yet
    /// @return null if nothing like it has gone there
    @Nullable Suspicion of(Mailbox recipient, Prints prints, List<Trace> traces, InetAddress from, long self) {
        List<Departure> sent = ledger.like(prints.messageId(), ledger.print(recipient));
        if (sent.isEmpty()) {
            return null;
        }
        Instant since = time.now().minus(DAY);
        List<Departure> like = new ArrayList<>(sent.size());
        for (Departure departure : sent) {
            boolean known = departure.uid() == self || traces.stream().anyMatch(trace -> trace.token().uid() == departure.uid());
            if (!known && departure.at().isAfter(since) && departure.prints().resemble(prints)) {
                like.add(departure);
            }
        }
        if (like.isEmpty()) {
            return null;
        }
        Departure first = like.getLast();
        // Under our token it has been out for certain, whoever brings it; without one the network that brought it first may be trying again.
        return traces.isEmpty() && first.network() == ledger.network(from) ? null : new Suspicion(like, passes(like, first, !traces.isEmpty()));
    }

    /// All that the first network brought, which may be retries, is one pass.
    private static int passes(List<Departure> like, Departure first, boolean traced) {
        Set<Long> passes = new HashSet<>();
        for (Departure departure : like) {
            if (traced || departure.network() != first.network()) {
                passes.add(departure.uid());
            }
        }
        passes.add(first.uid());
        return passes.size();
    }

    /// What proves or suggests a loop, for the operator.
    static List<String> evidence(@Nullable Trace trace, List<Departure> sent) {
        List<String> evidence = new ArrayList<>(4);
        if (trace != null) {
            evidence.add(trace.words());
        }
        for (Departure departure : sent.subList(0, Math.min(3, sent.size()))) {
            evidence.add("ledger: pass " + departure.pass() + " left as " + departure.message() + " at " + departure.at() + " by " + departure.words()
                    + ", configuration " + departure.config() + (departure.dns().isEmpty() ? "" : "; " + departure.dns()));
        }
        return evidence;
    }
}
