// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import org.isthmus.address.Mailbox;
import org.isthmus.loop.Breaker;
import org.isthmus.loop.Circuit;
import org.isthmus.loop.LoopDesk;
import org.isthmus.loop.Scope;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Threads;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.transit.Cause;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does to the queue what the circuit breaker decides: takes back what waits when a circuit opens, lets one copy through when it is half-open, and all that it held when it
/// has closed. One actor; it knows by domain which messages are held by the breaker, and reads them when it needs more.
///
/// | when | it |
/// |---|---|
/// | a circuit opens | has all jobs that wait routed again, so that the breaker holds what it covers |
/// | a circuit is half-open without a probe | releases the oldest copy that the circuit covers |
/// | five minutes have passed with evidence of layers 1 to 3, or of a destination | makes the circuit half-open by itself: a probe that circles still is only held again |
/// | the probe has been taken long enough | closes the circuit and releases what no other circuit covers |
/// | something came to be held that no circuit covers any more | releases it |
/// | a delay notice is due | has the sender told: what is held is not given up, and nobody is left wondering |
final class Sluice {
    private static final Logger LOG = LoggerFactory.getLogger(Sluice.class);
    private static final Duration ROUND = Duration.ofMinutes(1);
    private static final Duration FORGET_AFTER = Duration.ofDays(1);
    private static final Duration TRY_EVERY = Duration.ofMinutes(5);
    private static final Set<String> FREE = Set.of("L1", "aliases", "L2", "L3", "told");
    private static final EnhancedStatus LOOP = EnhancedStatus.of("4.4.6");
    private static final String NAME = "the loop breaker";

    private final Scheduler scheduler;
    private final Scheduler.Parts parts;
    private final LoopDesk loops;
    private final Breaker breaker;
    private final QueueActions actions;
    private final Channel<Boolean> wake;
    private final Map<String, TreeSet<QueueId>> held = new HashMap<>();
    private final Set<QueueId> early = new TreeSet<>();
    private final List<Fresh> fresh = new ArrayList<>();
    private Set<Scope> open = Set.of();
    private final Map<Scope, Duration> tried = new HashMap<>();
    private Instant noticed;
    private Threads.@Nullable Actor actor;

    private record Fresh(QueueId id, Mailbox recipient) {}

    Sluice(Scheduler scheduler, Scheduler.Parts parts) {
        this.scheduler = scheduler;
        this.parts = parts;
        this.loops = parts.loops();
        this.breaker = loops.breaker();
        this.actions = new QueueActions(scheduler, parts);
        this.wake = parts.threads().channel(1);
        this.noticed = Instant.EPOCH;
        loops.heldBy(this::heldFor);
        loops.whenChanged(this::wake);
    }

    /// A message from the spool, at the start.
    void add(QueuedMessage message) {
        for (int number = 0; number < message.states().size(); number++) {
            if (isOurs(message.states().get(number))) {
                add(message.id(), message.envelope().recipients().get(number).address());
            }
        }
    }

    /// Recipients of a message came to be held.
    void held(QueuedMessage message, Iterable<Integer> numbers) {
        for (int number : numbers) {
            if (isOurs(message.states().get(number))) {
                add(message.id(), message.envelope().recipients().get(number).address());
            }
        }
        wake();
    }

    static boolean isOurs(RecipientState state) {
        return state instanceof RecipientState.Held held && held.by().equals(Breaker.NAME);
    }

    private void add(QueueId id, Mailbox recipient) {
        synchronized (held) {
            held.computeIfAbsent(Scope.domain(recipient), domain -> new TreeSet<>()).add(id);
            fresh.add(new Fresh(id, recipient));
            if (Duration.between(id.moment(), parts.time().now()).compareTo(ROUND) > 0) {
                // A probe that is held again may have missed its notice.
                early.add(id);
            }
        }
    }

    private void drop(String domain, QueueId id) {
        synchronized (held) {
            TreeSet<QueueId> ids = held.get(domain);
            if (ids != null && ids.remove(id) && ids.isEmpty()) {
                held.remove(domain);
            }
        }
    }

    /// Messages that are held for a domain, oldest first.
    List<QueueId> heldFor(String domain) {
        synchronized (held) {
            return List.copyOf(held.getOrDefault(domain, new TreeSet<>()));
        }
    }

    void start() {
        actor = parts.threads().start("breaker", this::work);
    }

    void stop() throws InterruptedException {
        Threads.Actor working = actor;
        if (working != null) {
            working.interrupt();
            working.join();
        }
    }

    void wake() {
        wake.offer(true);
    }

    private void work() {
        try {
            while (!scheduler.stopping()) {
                try {
                    round();
                } catch (IOException | RuntimeException e) {
                    LOG.error("the loop breaker meets trouble, and goes on", e);
                }
                if (isIdle()) {
                    wake.receive();
                } else {
                    wake.receive(nap());
                }
            }
        } catch (InterruptedException e) {
            // Stopping.
        }
    }

    private boolean isIdle() {
        synchronized (held) {
            return held.isEmpty() && fresh.isEmpty() && breaker.circuits().isEmpty();
        }
    }

    private Duration nap() {
        Optional<Duration> close = breaker.nextClose();
        Duration until = close.map(when -> when.minus(parts.time().elapsed())).orElse(ROUND);
        Duration least = Duration.ofMillis(10);
        return until.compareTo(ROUND) > 0 ? ROUND : until.compareTo(least) < 0 ? least : until;
    }

    private void round() throws IOException, InterruptedException {
        List<Circuit> circuits = breaker.circuits();
        Set<Scope> now = circuits.stream().filter(circuit -> circuit.state() == Circuit.State.OPEN).map(Circuit::scope).collect(Collectors.toSet());
        if (!open.containsAll(now)) {
            scheduler.lookAgainAtWaiting();
        }
        open = now;
        tried.keySet().retainAll(now);
        List<Circuit> closed = breaker.close();
        for (Circuit circuit : closed) {
            LOG.info("the loop breaker closes for {}", circuit.scope());
            release(circuit.scope().domain());
        }
        releaseUncovered();
        for (Circuit circuit : circuits) {
            lookAfter(circuit);
        }
        for (Circuit circuit : breaker.wantProbes()) {
            probe(circuit);
        }
        notices();
    }

    /// What was held while its circuit closed.
    private void releaseUncovered() throws IOException, InterruptedException {
        List<Fresh> now;
        synchronized (held) {
            now = List.copyOf(fresh);
            fresh.clear();
        }
        for (Fresh one : now) {
            if (!breaker.mayHold(one.recipient())) {
                release(one.id(), Scope.domain(one.recipient()));
            }
        }
    }

    private void release(String domain) throws IOException, InterruptedException {
        int count = 0;
        for (QueueId id : heldFor(domain)) {
            count += release(id, domain);
        }
        if (count > 0) {
            LOG.info("{} recipients that the loop breaker held for {} are released", count, domain);
        }
    }

    /// Releases what no circuit covers.
    private int release(QueueId id, String domain) throws IOException, InterruptedException {
        int count = letGo(id, domain, (message, number) -> !breaker.mayHold(address(message, number)));
        scheduler.wake();
        return count;
    }

    private static Mailbox address(QueuedMessage message, int number) {
        return message.envelope().recipients().get(number).address();
    }

    /// @param domain whose index is put right
    private int letGo(QueueId id, String domain, BiPredicate<QueuedMessage, Integer> which) throws IOException, InterruptedException {
        // First out of the index: what is held again at once comes in again by itself.
        drop(domain, id);
        Optional<QueuedMessage> message = actions.show(id);
        if (message.isEmpty()) {
            return 0;
        }
        int count = actions.change(id, (changes, number) -> {
            if (changes.state(number) instanceof RecipientState.Held state && isOurs(state) && which.test(message.get(), number)) {
                changes.release(number, state, NAME, false);
                return true;
            }
            return false;
        });
        if (actions.show(id).stream().anyMatch(left -> holds(left, domain))) {
            synchronized (held) {
                held.computeIfAbsent(domain, key -> new TreeSet<>()).add(id);
            }
        }
        return count;
    }

    private static boolean holds(QueuedMessage message, String domain) {
        for (int number = 0; number < message.states().size(); number++) {
            if (isOurs(message.states().get(number)) && Scope.domain(address(message, number)).equals(domain)) {
                return true;
            }
        }
        return false;
    }

    private void probe(Circuit circuit) throws IOException, InterruptedException {
        for (QueueId id : heldFor(circuit.scope().domain())) {
            Optional<QueuedMessage> message = actions.show(id);
            for (int number = 0; message.isPresent() && number < message.get().states().size(); number++) {
                Mailbox recipient = address(message.get(), number);
                if (isOurs(message.get().states().get(number)) && circuit.scope().mayCover(recipient) && breaker.probe(circuit.scope(), id, recipient)) {
                    int chosen = number;
                    LOG.info("the loop breaker tries {} to {}", id, recipient);
                    if (letGo(id, circuit.scope().domain(), (same, n) -> n == chosen) == 0) {
                        breaker.lost(id, recipient);
                    }
                    scheduler.wake();
                    return;
                }
            }
        }
    }

    /// A probe that left the queue otherwise, or is held by somebody else, tells nothing more. A circuit that has held nothing for a day has done its work.
    private void lookAfter(Circuit circuit) throws IOException {
        Circuit.Probe probe = circuit.probe();
        if (probe != null && circuit.acknowledged() == null && !waits(probe)) {
            breaker.lost(probe);
        }
        boolean old = Duration.between(circuit.since(), parts.time().now()).compareTo(FORGET_AFTER) > 0;
        if (old && probe == null && heldFor(circuit.scope().domain()).isEmpty()) {
            breaker.forget(circuit.scope());
        } else if (circuit.state() == Circuit.State.OPEN && FREE.contains(circuit.layer())) {
            tryAgain(circuit);
        }
    }

    /// Where a probe that circles still is caught before anybody has taken it, trying costs nothing: the copy is only held again.
    private void tryAgain(Circuit circuit) {
        Duration now = parts.time().elapsed();
        Duration last = tried.putIfAbsent(circuit.scope(), now);
        if (last != null && now.minus(last).compareTo(TRY_EVERY) >= 0 && !heldFor(circuit.scope().domain()).isEmpty()) {
            tried.put(circuit.scope(), now);
            breaker.halfOpen(one -> one.scope().equals(circuit.scope()));
        }
    }

    private boolean waits(Circuit.Probe probe) throws IOException {
        Optional<QueuedMessage> message = actions.show(probe.message());
        for (int number = 0; message.isPresent() && number < message.get().states().size(); number++) {
            if (probe.isFor(address(message.get(), number))
                    && message.get().states().get(number) instanceof RecipientState.Waiting) {
                return true;
            }
        }
        return false;
    }

    /// Only messages are read whose age has passed a limit since the last look.
    private void notices() throws IOException, InterruptedException {
        Instant now = parts.time().now();
        Instant before = noticed;
        if (Duration.between(before, now).compareTo(ROUND) < 0 && !now.isBefore(before)) {
            return;
        }
        noticed = now;
        List<Duration> limits = parts.config().current().settings().queue().delayNotice();
        // An id is a little older than its message.
        Set<QueueId> due = new TreeSet<>();
        synchronized (held) {
            due.addAll(early);
            early.clear();
            held.values().forEach(ids -> limits.forEach(limit -> due.addAll(ids.subSet(QueueId.at(later(before.minus(limit))), QueueId.at(later(now.minus(limit)))))));
        }
        for (QueueId id : due) {
            Optional<QueuedMessage> message = actions.show(id);
            if (message.isPresent() && !notice(message.get(), now, limits)) {
                synchronized (held) {
                    early.add(id);
                }
            }
        }
    }

    /// @return false if it is to be looked at again: the message is not old enough for the notice that its id is old enough for, or it is just being tried
    private boolean notice(QueuedMessage message, Instant now, List<Duration> limits) throws IOException, InterruptedException {
        if (message.states().stream().noneMatch(Sluice::isOurs)) {
            return false;
        }
        notice(message.id());
        Duration idAge = Duration.between(message.id().moment(), now);
        Duration age = Duration.between(message.accepted(), now);
        return limits.stream().noneMatch(limit -> idAge.compareTo(limit) >= 0 && age.compareTo(limit) < 0);
    }

    private static Instant later(Instant moment) {
        return moment.isBefore(Instant.EPOCH) ? Instant.EPOCH : moment;
    }

    private void notice(QueueId id) throws IOException, InterruptedException {
        try {
            actions.change(id, (changes, number) -> {
                if (!isOurs(changes.state(number))) {
                    return false;
                }
                RecipientState.Held state = (RecipientState.Held) changes.state(number);
                changes.noticeHeld(number, state, new Cause.Looped(new LoopEvidence(Breaker.NAME, state.why(), null, List.of()), LOOP));
                return true;
            });
        } catch (NoSuchElementException e) {
            // It has just left the queue.
        }
    }
}
