// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings;
import org.isthmus.message.HeaderMarks;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Time;
import org.isthmus.trace.SealedToken;
import org.isthmus.trace.TraceKey;
import org.isthmus.transit.Client;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.Marks;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Passage;
import org.isthmus.transit.Prints;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.Step;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// Judges mail that comes back: layers 4, 5 and the suspicion of layer 7. For each recipient by itself, never for the message as a whole:
///
/// | # | what came | what follows |
/// |---|---|---|
/// | 1 | a token that is forged, foreign or too old | nothing; forgeries are counted |
/// | 2 | a token that says: sent outward to this recipient, who is now delivered inside | it has made its trip: delivered, counted |
/// | 3 | a token that names the recipient, the ledger knows that copy, and it would leave by the same class of way | a loop, for certain |
/// | 4 | the same, but it would leave by another way: the configuration was changed | allowed, three times |
/// | 5 | a token that does not name the recipient, or names it without the ledger knowing: a list, a forward | allowed, three times where the ledger counts them |
/// | 6 | a user who has authenticated puts a Resent- block on top of the token | a new message |
/// | 7 | a token of a message that we made | its generation is kept for layer 6 |
/// | - | no token, but the Message-ID and more of what went outward to this recipient | a suspicion; the fifth within a day is a loop |
///
/// **A copy of the ledger counts only if it left on an earlier pass than the one that arrives.** A client that lost our 250 and sends again holds the message as it was before
/// that copy left, with an older token or with none: so a retry is never taken for a return. Without a token there is no such order; there the network that
/// brought the message first is believed to be retrying.
///
/// Nothing is refused on unsigned data alone, and a token is never held against a recipient that it does not name. Safe for all threads.
public final class Returns implements Departures {
    private static final String LAYER = "L4";
    /// Outward passes of one message to one recipient that are not certain to be a loop. Each may be a list or a forward.
    private static final int PASSES = 3;
    /// A breaker believes in no older proof, for old mail can be replayed by whoever has kept it.
    private static final Duration FRESH = Duration.ofHours(1);
    /// Own Received lines above which a message is worth a line for the operator.
    private static final int OWN_LINES = 10;

    private final SiteKeys keys;
    private final Ledger ledger;
    private final LoopWatch watch;
    private final Time time;
    private final Likeness likeness;
    private final AtomicLong returned = new AtomicLong();
    private final AtomicLong forged = new AtomicLong();

    public Returns(SiteKeys keys, Ledger ledger, LoopWatch watch, Time time) {
        this.keys = keys;
        this.ledger = ledger;
        this.watch = watch;
        this.time = time;
        this.likeness = new Likeness(ledger, time);
    }

    /// Knows of nothing that has ever left: for what tells what would happen, and for tests.
    public static Returns forgetful(Entropy entropy, Time time) {
        return new Returns(SiteKeys.ephemeral(entropy, time), Ledger.forgetful(entropy), LoopWatch.NONE, time);
    }

    /// Where a recipient would go now.
    @FunctionalInterface
    public interface Ways {
        /// @param returned it has left and come back
        Routing way(Recipient recipient, boolean returned);
    }

    /// What is known of a message when its header is complete.
    /// @param id its queue id, if it is accepted
    /// @param envelopeId the ENVID it came with; a token of ours may come back in it. RFC 3461 §4.4
    public record Arrival(QueueId id, Client client, List<Recipient> recipients, @Nullable String envelopeId) {
        public Arrival {
            recipients = List.copyOf(recipients);
        }
    }

    /// How often since the start.
    /// @param loopbackReturned recipients whose mail made the trip out and home again (row 2)
    /// @param traceForged tokens that named this site and a key of it under a wrong signature
    public record Counts(long loopbackReturned, long traceForged) {}

    public Counts counts() {
        return new Counts(returned.get(), forged.get());
    }

    /// What gathers from the header of one message all that is asked for here.
    public HeaderMarks gatherer(Settings settings) {
        return new HeaderMarks(settings.connector().hostname().ascii(), settings.loop().traceHeader().toLowerCase(java.util.Locale.ROOT), this::isPlausible, ledger.key());
    }

    private boolean isPlausible(String text) {
        return SealedToken.parse(text).filter(this::isOfThisSite).isPresent();
    }

    private boolean isOfThisSite(SealedToken sealed) {
        return keys.find(sealed.keyId()).filter(key -> key.site() == sealed.site()).isPresent();
    }

    /// Judges what the header shows. It is complete.
    public Homecoming judge(Arrival arrival, HeaderMarks read, Ways ways) {
        Marks marks = MarksReader.read(read);
        List<Trace> traces = traces(arrival, marks);
        if (traces.isEmpty()) {
            return new Homecoming(marks, traces, false, Passage.first(marks.prints(), marks.automation()));
        }
        Trace newest = traces.getFirst();
        boolean resent = marks.resentAt() >= 0 && newest.field() >= 0 && marks.resentAt() < newest.field();
        if (resent && arrival.client().user() != null) {
            // Row 6.
            Homecoming anew = new Homecoming(marks, traces, false, Passage.first(marks.prints(), marks.automation()));
            for (int n = 0; n < arrival.recipients().size(); n++) {
                anew.step(n, step("a user who resends sends anew (RFC 5322 §3.6.6)", "a new message", newest));
            }
            return anew;
        }
        Passage passage = new Passage(newest.token().uid(), newest.token().pass() + 1, newest.token().lineage(), resent, marks.prints(), marks.automation(),
                traces.stream().map(Trace::text).toList(), List.of(), Circle.of(newest, read, time.now()));
        Homecoming home = new Homecoming(marks, traces, true, passage);
        Case shown = new Case(traces, passage, marks.prints(), arrival.client().remote().getAddress());
        for (int n = 0; n < arrival.recipients().size(); n++) {
            Recipient recipient = arrival.recipients().get(n);
            judge(home, n, recipient, shown, ways, arrival.id());
        }
        return home;
    }

    /// What the rows are decided on, but for the recipient.
    /// @param prints as the header alone shows them, or the whole message
    private record Case(List<Trace> traces, Passage passage, Prints prints, @Nullable InetAddress from) {}

    private void judge(Homecoming home, int number, Recipient recipient, Case shown, Ways ways, QueueId id) {
        Routing routing = ways.way(recipient, true);
        if (!(routing.route() instanceof Route.Deliver deliver)) {
            // Where it goes is not known yet; it is judged when it leaves.
            home.step(number, step("it has been here before", "to be judged when it leaves", shown.traces().getFirst()));
            return;
        }
        Row row = row(recipient.address(), deliver.ways().getFirst(), shown);
        home.step(number, row.step());
        Passage.Finding finding = row.finding(number);
        if (finding != null) {
            home.found(finding);
            tell(row, home.passage().uid(), id, recipient.address(), deliver.ways().getFirst().hop());
        }
    }

    private void tell(Row row, long uid, @Nullable QueueId id, Mailbox recipient, NextHop hop) {
        switch (row) {
            case Row.Returned home -> returned.incrementAndGet();
            case Row.Loop loop -> watch.saw(new Sighting(time.now(), uid, id, recipient, hop, loop.certainty(), loop.evidence()));
            case Row.Allowed allowed -> { }
        }
    }

    /// What a row of the table decides.
    private sealed interface Row {
        Step step();

        default Passage.@Nullable Finding finding(int number) {
            return switch (this) {
                case Allowed allowed -> null;
                case Returned home -> new Passage.Finding(number, false, home.evidence());
                case Loop loop -> new Passage.Finding(number, true, loop.evidence());
            };
        }

        record Allowed(Step step) implements Row {}

        record Returned(Step step, LoopEvidence evidence) implements Row {}

        record Loop(Step step, LoopEvidence evidence, Sighting.Certainty certainty) implements Row {}
    }

    /// Rows 2 to 5. A loop that one token proves is not excused by another one; so all are asked.
    private Row row(Mailbox recipient, Way way, Case shown) {
        Row row = null;
        long print = ledger.print(recipient);
        for (Trace trace : shown.traces()) {
            boolean names = trace.names(recipient);
            List<Departure> sent = names || trace.asksLedger() ? sent(trace, print, shown.prints()) : List.of();
            if (names || sent.stream().anyMatch(departure -> departure.pass() == trace.token().pass())) {
                Row next = named(recipient, way, trace, sent, shown);
                if (next instanceof Row.Loop) {
                    return next;
                }
                row = row == null ? next : row;
            }
        }
        return row == null ? unnamed(recipient, way, print, shown) : row;
    }

    /// Copies of the token's message to the recipient that had left when the token was made, and that are this message: older ones than the arrival.
    private List<Departure> sent(Trace trace, long print, Prints prints) {
        return ledger.of(trace.token().uid(), print).stream()
                .filter(departure -> departure.pass() <= trace.token().pass() && departure.prints().agreeWith(prints))
                .toList();
    }

    private static int passes(List<Departure> sent) {
        return (int) sent.stream().mapToInt(Departure::pass).distinct().count();
    }

    private Row named(Mailbox recipient, Way way, Trace trace, List<Departure> sent, Case shown) {
        if (trace.outward() && way.inside()) {
            String finding = "mail for " + recipient + " left the site and came home from " + from(shown) + "; loopback = turn-around saves the trip";
            return new Row.Returned(step("row 2: a copy for this recipient left and came home", "delivered inside by " + way.hop(), trace),
                    new LoopEvidence(LAYER, finding, null, List.of(trace.words())));
        }
        if (!trace.wentBy(way.hop())) {
            return passes(sent) >= PASSES
                    ? loop("row 4: another way, but it has left " + PASSES + " times", recipient, way, trace, sent, shown)
                    : new Row.Allowed(step("row 4: it went another way before", "allowed, pass " + (trace.token().pass() + 1), trace));
        }
        if (sent.isEmpty()) {
            return new Row.Allowed(step("row 5: the ledger knows no such copy of this message", "allowed, pass " + (trace.token().pass() + 1), trace));
        }
        if (shown.passage().resent() && passes(sent) < PASSES) {
            return new Row.Allowed(step("row 3, but somebody has put a Resent- block on top of the token", "allowed, " + passes(sent) + " of " + PASSES + " times", trace));
        }
        return loop("row 3: this copy was sent by the same way before, and came back", recipient, way, trace, sent, shown);
    }

    private Row unnamed(Mailbox recipient, Way way, long print, Case shown) {
        Trace newest = shown.traces().getFirst();
        List<Departure> sent = sent(newest, print, shown.prints()).stream().filter(departure -> departure.outward() != way.inside()).toList();
        return passes(sent) >= PASSES
                ? loop("row 5: not named, but it has left " + PASSES + " times", recipient, way, newest, sent, shown)
                : new Row.Allowed(step("row 5: our token does not name this recipient: a list or a forward", "allowed, pass " + (newest.token().pass() + 1), newest));
    }

    private Row loop(String rule, Mailbox recipient, Way way, Trace trace, List<Departure> sent, Case shown) {
        Departure last = sent.getFirst();
        boolean fresh = last.at().isAfter(time.now().minus(FRESH));
        String finding = "the message was sent to " + recipient + " by " + last.words() + " at " + last.at() + ", came back from " + from(shown) + ", and would go the same way again by "
                + way.hop();
        LoopEvidence evidence = shown.passage().along(new LoopEvidence(LAYER, finding, null, Likeness.evidence(trace, sent)));
        Step step = new Step("returns", rule, null, "refused with 5.4.6: it would circle", evidence.evidence(), List.of());
        return new Row.Loop(step, evidence, fresh ? Sighting.Certainty.PROVED : Sighting.Certainty.SUSPECTED);
    }

    private static String from(Case shown) {
        InetAddress from = shown.from();
        return from == null ? "there" : from.getHostAddress();
    }

    private static Step step(String rule, String outcome, Trace trace) {
        return new Step("returns", rule, null, outcome, List.of(trace.words()), List.of());
    }

    /// The same for a message whose header was rewritten after it had been judged: it is known again by what leaves.
    public Passage rewritten(Passage passage, HeaderMarks read) {
        return passage.printed(MarksReader.whole(read));
    }

    /// Whether a token that the message came with names this address, and the ledger knows that copy of it. For copies that the site keeps: one that comes back is not made again.
    public boolean hadBefore(Homecoming home, Mailbox address) {
        long print = ledger.print(address);
        return home.comesBack && home.traces.stream().anyMatch(trace -> trace.names(address) && !sent(trace, print, home.passage().prints()).isEmpty());
    }

    /// Whether a token of ours proves that this very message left here: it is the same in all that a reader sees as a copy that the ledger knows, and the token was made for one of
    /// its recipients. A token that was copied onto other content proves nothing.
    public boolean leftHere(Homecoming home, Arrival arrival, HeaderMarks read) {
        Prints whole = MarksReader.whole(read);
        for (Trace trace : home.comesBack ? home.traces : List.<Trace>of()) {
            for (Recipient recipient : arrival.recipients()) {
                boolean asked = trace.names(recipient.address()) || trace.asksLedger();
                if (asked && sent(trace, ledger.print(recipient.address()), whole).stream().anyMatch(departure -> departure.prints().sameAs(whole))) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Judges what only the whole message shows. To be asked once, at its end, unless {@link #judge} lost it.
    public void complete(Homecoming home, Arrival arrival, HeaderMarks read, Ways ways) {
        Prints prints = MarksReader.whole(read);
        Passage passage = home.passage();
        home.complete(passage.printed(prints));
        if (prints.messageId() != 0) {
            for (int n = 0; n < arrival.recipients().size(); n++) {
                if (!home.loops(n)) {
                    suspect(home, n, arrival, prints, ways);
                }
            }
        }
        if (issued(home.marks) > OWN_LINES) {
            LoopEvidence evidence = new LoopEvidence("L7", "a message has been here " + issued(home.marks) + " times by its Received lines", null,
                    home.marks.ownLines().stream().map(line -> "Received by us as " + line.id()).toList());
            watch.saw(new Sighting(time.now(), passage.uid(), arrival.id(), arrival.recipients().getFirst().address(), null, Sighting.Certainty.SUSPECTED, evidence));
        }
    }

    private void suspect(Homecoming home, int number, Arrival arrival, Prints prints, Ways ways) {
        Recipient recipient = arrival.recipients().get(number);
        Likeness.Suspicion suspicion = likeness.of(recipient.address(), prints, home.comesBack ? home.traces : List.of(), arrival.client().remote().getAddress(), 0);
        if (suspicion == null || !(ways.way(recipient, true).route() instanceof Route.Deliver deliver) || deliver.ways().getFirst().inside()) {
            return;
        }
        Way way = deliver.ways().getFirst();
        LoopEvidence evidence = suspicion.evidence(recipient.address(), way, arrival.client().remote().getAddress());
        home.step(number, suspicion.step(evidence));
        if (suspicion.isLoop()) {
            home.found(new Passage.Finding(number, true, evidence));
        }
        watch.saw(new Sighting(time.now(), home.passage().uid(), arrival.id(), recipient.address(), way.hop(), Sighting.Certainty.SUSPECTED, evidence));
    }

    @Override
    public Optional<LoopEvidence> departing(QueuedMessage message, int number, Recipient recipient, Way way) {
        Passage passage = message.passage();
        if (passage.tokens().isEmpty() && recipient.via().isEmpty()) {
            return Optional.empty();
        }
        InetAddress from = message.origin() instanceof Origin.Received received ? received.client().remote().getAddress() : null;
        List<Trace> traces = Trace.again(passage.tokens(), keys);
        if (!traces.isEmpty()) {
            Row row = row(recipient.address(), way, new Case(traces, passage, passage.prints(), from));
            if (row instanceof Row.Loop loop) {
                tell(row, passage.uid(), message.id(), recipient.address(), way.hop());
                return Optional.of(loop.evidence());
            }
        }
        return way.inside() || from == null ? Optional.empty() : suspicious(message, recipient, way, traces, from);
    }

    private Optional<LoopEvidence> suspicious(QueuedMessage message, Recipient recipient, Way way, List<Trace> traces, InetAddress from) {
        Passage passage = message.passage();
        if (recipient.via().isEmpty() || passage.prints().messageId() == 0) {
            return Optional.empty();
        }
        Likeness.Suspicion suspicion = likeness.of(recipient.address(), passage.prints(), traces, from, passage.uid());
        if (suspicion == null) {
            return Optional.empty();
        }
        LoopEvidence evidence = suspicion.evidence(recipient.address(), way, from);
        watch.saw(new Sighting(time.now(), passage.uid(), message.id(), recipient.address(), way.hop(), Sighting.Certainty.SUSPECTED, evidence));
        return suspicion.isLoop() ? Optional.of(evidence) : Optional.empty();
    }

    /// Received lines of ours whose queue id this site can have issued: what is no id of ours, or one of the future, somebody made up.
    public int issued(HeaderMarks read) {
        return issued(MarksReader.read(read));
    }

    private int issued(Marks marks) {
        Instant soon = time.now().plusSeconds(60);
        int issued = 0;
        for (Marks.OwnLine line : marks.ownLines()) {
            issued += QueueId.parse(line.id()).filter(id -> !id.moment().isAfter(soon)).isPresent() ? 1 : 0;
        }
        return issued;
    }

    private List<Trace> traces(Arrival arrival, Marks marks) {
        List<Trace> traces = new ArrayList<>(0);
        Set<String> seen = new HashSet<>(0);
        for (Marks.Candidate candidate : marks.tokens()) {
            add(candidate.text(), candidate.field(), seen, traces);
        }
        String envelopeId = arrival.envelopeId();
        if (envelopeId != null && isPlausible(envelopeId)) {
            add(envelopeId, -1, seen, traces);
        }
        return traces;
    }

    private void add(String text, int field, Set<String> seen, List<Trace> traces) {
        if (!seen.add(text)) {
            return;
        }
        SealedToken.parse(text).ifPresent(sealed -> {
            switch (keys.check(sealed, TraceKey.Use.TRANSFER)) {
                case TraceCheck.Ours ours -> traces.add(new Trace(ours.token(), ours.key(), text, field));
                case TraceCheck.Forged forgery -> forged.incrementAndGet();
                case TraceCheck.Expired expired -> { }
                case TraceCheck.Foreign foreign -> { }
            }
        });
    }
}
