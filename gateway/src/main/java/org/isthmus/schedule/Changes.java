// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Settings;
import org.isthmus.dsn.Action;
import org.isthmus.platform.Entropy;
import org.isthmus.report.Reporter.Happening;
import org.isthmus.smtp.DeliverBy;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.ReportOn;
import org.isthmus.spool.Spool;
import org.isthmus.tracking.Event;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Report;
import org.isthmus.transit.Route;
import org.isthmus.transit.Settlement;
import org.jspecify.annotations.Nullable;

/// Gathers what one step makes of a message's recipients: new states, added recipients, what is to be reported, what is to be tracked.
/// The whole of it becomes one durable write. Used by one thread, then thrown away.
final class Changes {
    private static final EnhancedStatus EXPIRED = EnhancedStatus.of("5.4.7");
    private static final EnhancedStatus LATE = EnhancedStatus.of("4.4.7");

    private final QueuedMessage before;
    private final Instant now;
    private final Duration jumped;
    private final Settings.Queue queue;
    private final Entropy entropy;
    private final List<Recipient> recipients;
    private final List<RecipientState> states;
    private final Map<Integer, RecipientState> changed = new LinkedHashMap<>();
    private final List<Happening> happened = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private int heldMore;
    private @Nullable Map<Copy, Integer> index;

    Changes(QueuedMessage before, Instant now, Settings.Queue queue, Entropy entropy) {
        this(before, now, Duration.ZERO, queue, entropy);
    }

    /// @param jumped by how much the message seems to be older than it is
    Changes(QueuedMessage before, Instant now, Duration jumped, Settings.Queue queue, Entropy entropy) {
        this.before = before;
        this.now = now;
        this.jumped = jumped;
        this.queue = queue;
        this.entropy = entropy;
        this.recipients = new ArrayList<>(before.envelope().recipients());
        this.states = new ArrayList<>(before.states());
    }

    Recipient recipient(int number) {
        return recipients.get(number);
    }

    RecipientState state(int number) {
        return states.get(number);
    }

    List<RecipientState> states() {
        return states;
    }

    List<Happening> happened() {
        return happened;
    }

    /// What happened, by whom it is to be told: the sender, the owner of a list.
    Map<ReversePath, List<Happening>> happenedBySender() {
        Map<ReversePath, List<Happening>> bySender = new LinkedHashMap<>();
        happened.forEach(one -> bySender.computeIfAbsent(from(one.recipient()), from -> new ArrayList<>()).add(one));
        return bySender;
    }

    /// The reverse-path of the copy for a recipient.
    ReversePath from(int number) {
        ReversePath own = recipients.get(number).from();
        return own == null ? before.envelope().from() : own;
    }

    /// The numbers of recipients with new states.
    java.util.Set<Integer> numbers() {
        return changed.keySet();
    }

    /// The new states.
    Collection<RecipientState> changed() {
        return changed.values();
    }

    boolean isEmpty() {
        return changed.isEmpty();
    }

    void event(Event event) {
        events.add(event);
    }

    void events(Collection<? extends Event> some) {
        events.addAll(some);
    }

    /// The end of an attempt, or of a routing that needed none.
    void outcome(int number, Outcome outcome, boolean ambiguous) {
        RecipientState.Waiting waiting = waiting(number);
        switch (outcome) {
            case Outcome.Delivered delivered -> {
                if (!delivered.reportsOn() || (isTraced() && !delivered.inside())) {
                    happen(number, delivered.inside() ? Action.DELIVERED : Action.RELAYED, outcome, Optional.empty(), Optional.of(now));
                }
                settle(number, outcome, waiting.attempts() + 1);
            }
            case Outcome.Failed failed -> {
                happen(number, Action.FAILED, outcome, Optional.empty(), Optional.of(now));
                settle(number, outcome, waiting.attempts() + 1);
            }
            case Outcome.Deferred deferred -> defer(number, waiting, deferred, ambiguous);
            case Outcome.Expanded expanded -> settle(number, outcome, waiting.attempts());
            case Outcome.Removed removed -> settle(number, outcome, waiting.attempts());
        }
    }

    /// Whether the sender wants to be told of each relay. RFC 2852 §4
    private boolean isTraced() {
        DeliverBy by = before.envelope().parameters().timing().deliverBy();
        return by != null && by.traced();
    }

    private void defer(int number, RecipientState.Waiting waiting, Outcome.Deferred deferred, boolean ambiguous) {
        int attempts = waiting.attempts() + 1;
        RetryPolicy policy = new RetryPolicy(queue.retry(), Duration.between(released(), end()));
        switch (policy.after(attempts, released(), now, entropy.below(1000) / 1000.0)) {
            case RetryPolicy.Next.GiveUp giveUp -> expire(number, deferred.cause(), Optional.of(now));
            case RetryPolicy.Next.At at -> {
                int notices = noticesDue();
                if (notices > waiting.delayNotices()) {
                    happen(number, Action.DELAYED, isLate() ? new Outcome.Deferred(late(deferred.cause())) : deferred, Optional.of(end()), Optional.of(now));
                }
                put(number, new RecipientState.Waiting(
                        at.due(), attempts, Math.max(notices, waiting.delayNotices()), deferred.cause(),
                        waiting.possibleDuplicate() || ambiguous, waiting.released()));
                events.add(new Event.Settled(now, before.id(), number, address(number), deferred, attempts, at.due()));
            }
        }
    }

    /// Gives a recipient up because its time is over, without an attempt.
    void expireUntried(int number, @Nullable Cause last) {
        expire(number, last, Optional.empty());
    }

    private void expire(int number, @Nullable Cause last, Optional<Instant> attempted) {
        Outcome outcome = new Outcome.Failed(new Cause.Expired(age(), last, EXPIRED));
        happen(number, Action.FAILED, outcome, Optional.empty(), attempted);
        settle(number, outcome, waiting(number).attempts() + 1);
    }

    /// Tells the sender of a delay without an attempt, when a notice is due.
    void noticeDelay(int number, Cause cause) {
        RecipientState.Waiting waiting = waiting(number);
        int notices = noticesDue();
        if (notices > waiting.delayNotices()) {
            happen(number, Action.DELAYED, new Outcome.Deferred(isLate() ? late(cause) : cause), Optional.of(end()), Optional.empty());
            put(number, new RecipientState.Waiting(waiting.due(), waiting.attempts(), notices, cause, waiting.possibleDuplicate(), waiting.released()));
        }
    }

    /// The same for a recipient that is held; it stays held.
    void noticeHeld(int number, RecipientState.Held held, Cause cause) {
        RecipientState.Waiting waiting = held.before();
        int notices = noticesDue();
        if (notices > waiting.delayNotices()) {
            happen(number, Action.DELAYED, new Outcome.Deferred(cause), Optional.empty(), Optional.empty());
            RecipientState.Waiting told = new RecipientState.Waiting(
                    waiting.due(), waiting.attempts(), notices, waiting.last(), waiting.possibleDuplicate(), waiting.released());
            put(number, new RecipientState.Held(held.by(), held.why(), held.since(), told));
        }
    }

    // RFC 2852 §4: in mode N the moment that the sender named is one more at which he is told.
    private int noticesDue() {
        return (int) queue.delayNotice().stream().filter(after -> age().compareTo(after) >= 0).count() + (isLate() && !isReturned() ? 1 : 0);
    }

    /// Whether the moment has passed by which the sender wanted it delivered. RFC 2852 §4
    boolean isLate() {
        Instant by = deliverBy();
        return by != null && !now.isBefore(by);
    }

    /// Whether what is late is returned, and not only told of.
    boolean isReturned() {
        DeliverBy by = before.envelope().parameters().timing().deliverBy();
        return by != null && by.returned();
    }

    /// Why somebody is told that it is late.
    Cause late(@Nullable Cause last) {
        return new Cause.Expired(Duration.between(before.accepted(), now).minus(jumped), last, LATE);
    }

    /// The next moment at which a notice is due or time is over; null if both have passed.
    @Nullable Instant nextDeadline() {
        return java.util.stream.Stream.concat(queue.delayNotice().stream().map(released()::plus), java.util.stream.Stream.of(end()))
                .filter(moment -> moment.isAfter(now))
                .min(Instant::compareTo)
                .orElse(null);
    }

    boolean isOver() {
        return !now.isBefore(end());
    }

    /// RFC 2852 §4: what is to be returned when it is late is not tried for longer.
    private Instant end() {
        Instant end = released().plus(queue.lifetimeOf(before.priority()));
        Instant by = deliverBy();
        return by != null && isReturned() && by.isBefore(end) ? by : end;
    }

    /// When it might go, by the clock as it is now.
    private Instant released() {
        return before.released().plus(jumped);
    }

    private @Nullable Instant deliverBy() {
        Instant by = before.deliverBy();
        return by == null ? null : by.plus(jumped);
    }

    /// Since it might go. RFC 4865 §4: time that the sender wanted it held for is none of waiting.
    private Duration age() {
        return Duration.between(released(), now);
    }

    /// Keeps a recipient until a person releases it.
    void hold(int number, String by, String why) {
        put(number, new RecipientState.Held(by, why, now, waiting(number)));
        heldMore++;
        events.add(new Event.Held(now, before.id(), number, address(number), true, by, why));
    }

    /// Lets a held recipient go; it is due now.
    /// @param person a person does, so that what held it does not hold it again
    void release(int number, RecipientState.Held held, String by, boolean person) {
        RecipientState.Waiting waiting = held.before();
        put(number, new RecipientState.Waiting(
                now, waiting.attempts(), waiting.delayNotices(), waiting.last(), waiting.possibleDuplicate(), person || waiting.released()));
        heldMore--;
        events.add(new Event.Held(now, before.id(), number, address(number), false, by, held.why()));
    }

    /// Settles a recipient that may be held as well as waiting: an operator's decision.
    void decide(int number, Outcome outcome) {
        if (states.get(number) instanceof RecipientState.Held held) {
            states.set(number, held.before());
            heldMore--;
        }
        outcome(number, outcome, false);
    }

    /// An attempt ended where no mail may go, and there is another way: it is routed again at once.
    void again(int number, Cause why) {
        RecipientState.Waiting waiting = waiting(number);
        int attempts = waiting.attempts() + 1;
        put(number, new RecipientState.Waiting(now, attempts, waiting.delayNotices(), why, waiting.possibleDuplicate(), waiting.released()));
        events.add(new Event.Settled(now, before.id(), number, address(number), new Outcome.Deferred(why), attempts, now));
    }

    /// The message as it was before.
    QueuedMessage before() {
        return before;
    }

    /// Makes a waiting recipient due at another time.
    void due(int number, Instant at) {
        put(number, waiting(number).dueAt(at));
    }

    /// Puts others in the place of a recipient. Nobody gets two copies, and no address is expanded twice: one that was expanded on this way already is added as a
    /// mailbox of its own ({@link Recipient#comesAgain}), of which routing knows whether there is one.
    ///
    /// @return the numbers of those added
    List<Integer> expand(int number, Route.Redirect redirect) {
        Recipient one = recipients.get(number);
        ReversePath from = from(number);
        // About a report nobody is told, so its null reverse-path stays. RFC 5321 §4.5.5.
        boolean owned = redirect.owner() != null && !(from instanceof ReversePath.Null);
        // RFC 5321 §3.9.2, RFC 3461 §5.2.7.2: failures of a list's members are its owner's business, and what the sender asked for ends here.
        ReversePath own = owned && redirect.owner() != null ? new ReversePath.To(redirect.owner()) : one.from();
        boolean list = redirect.alias();
        RcptParameters parameters = owned ? RcptParameters.NONE : list ? withoutSuccess(one.parameters()) : one.parameters();
        Set<Integer> into = new LinkedHashSet<>();
        List<Integer> added = new ArrayList<>();
        for (Mailbox target : redirect.to()) {
            Recipient member = member(number, target, parameters, own);
            int present = indexOf(member);
            if (present < 0) {
                present = add(member);
                added.add(present);
            }
            into.add(present);
        }
        Outcome outcome = new Outcome.Expanded(List.copyOf(into), list);
        if (list) {
            happen(number, owned ? Action.DELIVERED : Action.EXPANDED, outcome, Optional.empty(), Optional.empty());
        }
        outcome(number, outcome, false);
        return added;
    }

    private Recipient member(int number, Mailbox target, RcptParameters parameters, @Nullable ReversePath from) {
        List<Mailbox> via = new ArrayList<>(recipients.get(number).via());
        via.add(recipients.get(number).address());
        Recipient member = new Recipient(target, parameters, via, from);
        int present = member.comesAgain() ? -1 : indexOf(member);
        if (present >= 0 && leadsTo(present, number)) {
            // Somebody else's way to this one began there: a circle that two named recipients close.
            via.add(target);
            return new Recipient(target, parameters, via, from);
        }
        return member;
    }

    private int add(Recipient recipient) {
        index().put(Copy.of(recipient), recipients.size());
        recipients.add(recipient);
        states.add(RecipientState.Waiting.from(now));
        changed.put(recipients.size() - 1, states.getLast());
        return recipients.size() - 1;
    }

    /// What makes two recipients get one copy: the same address, still to be expanded or not any more, from the same sender.
    private record Copy(Mailbox address, boolean again, @Nullable ReversePath from) {
        static Copy of(Recipient recipient) {
            return new Copy(recipient.address(), recipient.comesAgain(), recipient.from());
        }
    }

    private int indexOf(Recipient wanted) {
        return index().getOrDefault(Copy.of(wanted), -1);
    }

    private Map<Copy, Integer> index() {
        Map<Copy, Integer> known = index;
        if (known == null) {
            known = new HashMap<>();
            for (int i = 0; i < recipients.size(); i++) {
                known.putIfAbsent(Copy.of(recipients.get(i)), i);
            }
            index = known;
        }
        return known;
    }

    /// Whether a recipient was expanded into another, directly or not.
    private boolean leadsTo(int from, int to) {
        return reached(from).contains(to);
    }

    private Set<Integer> reached(int from) {
        Set<Integer> reached = new LinkedHashSet<>();
        Deque<Integer> todo = new ArrayDeque<>(List.of(from));
        while (!todo.isEmpty()) {
            int number = todo.remove();
            if (reached.add(number) && states.get(number) instanceof RecipientState.Settled(Outcome.Expanded expanded)) {
                todo.addAll(expanded.into());
            }
        }
        return reached;
    }

    /// Where a circle of aliases closes at one that has no mailbox: the recipient that it comes back to, if on the way round others were found who have the message then,
    /// or the sender is told already. Empty if this one must be told of.
    /// @param undecided others of which this will be asked
    OptionalInt joins(int number, Set<Integer> undecided) {
        Recipient one = recipients.get(number);
        for (int origin = 0; origin < recipients.size(); origin++) {
            Recipient other = recipients.get(origin);
            if (other.address().sameIgnoringCase(one.address()) && !other.comesAgain()) {
                Set<Integer> reached = reached(origin);
                if (reached.contains(number) && reached.stream().anyMatch(found -> found != number && !undecided.contains(found) && isEnd(found, one.named()))) {
                    return OptionalInt.of(origin);
                }
            }
        }
        return OptionalInt.empty();
    }

    private boolean isEnd(int number, Mailbox named) {
        return !(states.get(number) instanceof RecipientState.Settled settled) || switch (settled.outcome()) {
            case Outcome.Expanded expanded -> false;
            case Outcome.Failed failed -> !(failed.cause() instanceof Cause.Looped) || recipients.get(number).named().equals(named);
            case Outcome.Delivered delivered -> true;
            case Outcome.Deferred deferred -> true;
            case Outcome.Removed removed -> true;
        };
    }

    /// Leaves a recipient to another of the message.
    void join(int number, int other) {
        outcome(number, new Outcome.Expanded(List.of(other), false), false);
    }

    // RFC 3461 §5.2.7.3: success was reported as "expanded", so it is not asked for again below.
    private static RcptParameters withoutSuccess(RcptParameters parameters) {
        if (parameters.reportOn() == null) {
            return parameters;
        }
        Set<ReportOn> rest = new HashSet<>(parameters.reportOn());
        rest.remove(ReportOn.SUCCESS);
        return new RcptParameters(rest, parameters.originalRecipient());
    }

    private void happen(int number, Action action, Outcome outcome, Optional<Instant> until, Optional<Instant> attempted) {
        happened.add(new Happening(number, action, outcome, until, attempted));
    }

    private void settle(int number, Outcome outcome, int attempts) {
        put(number, new RecipientState.Settled(outcome));
        events.add(new Event.Settled(now, before.id(), number, address(number), outcome, attempts, null));
    }

    private void put(int number, RecipientState state) {
        states.set(number, state);
        changed.put(number, state);
    }

    private RecipientState.Waiting waiting(int number) {
        if (states.get(number) instanceof RecipientState.Waiting waiting) {
            return waiting;
        }
        throw new IllegalStateException("recipient " + number + " of " + before.id() + " does not wait: " + states.get(number));
    }

    private Mailbox address(int number) {
        return recipients.get(number).address();
    }

    /// Recipients that this settles.
    int settled() {
        return (int) changed.values().stream().filter(RecipientState.Settled.class::isInstance).count();
    }

    /// Recipients that this adds.
    int added() {
        return recipients.size() - before.states().size();
    }

    /// How many more are held than before; negative for fewer.
    int heldMore() {
        return heldMore;
    }

    /// When the first changed recipient that still waits is due, or late.
    @Nullable Instant nextDue() {
        return MessageTable.orLate(before, MessageTable.earliestDue(List.copyOf(changed.values()), List.of()), now);
    }

    /// The message with all this done to it.
    QueuedMessage after() {
        return before.with(recipients, states);
    }

    /// A report, and what it tells.
    record Told(Report report, List<Happening> happened) {}

    /// What the spool is told. When the message is gone with it, the last event says so.
    Spool.Settling settling(List<Told> reports, boolean last) {
        List<Event> told = new ArrayList<>(events);
        reports.forEach(one -> told.add(new Event.Reported(now, before.id(), one.report().envelope().recipients().getFirst().address().text(),
                kinds(one.happened()), one.happened().stream().map(Happening::recipient).toList())));
        if (last) {
            told.add(new Event.Gone(now, before.id(), age()));
        }
        List<Settlement> settlements = new ArrayList<>(changed.size());
        changed.forEach((number, state) -> settlements.add(new Settlement(number, state)));
        List<Recipient> more = recipients.subList(before.states().size(), recipients.size());
        return new Spool.Settling(settlements, more, reports.stream().map(Told::report).toList(), told);
    }

    private static String kinds(List<Happening> happened) {
        return String.join(" ", happened.stream().map(one -> one.action().name().toLowerCase(Locale.ROOT)).distinct().toList());
    }
}
