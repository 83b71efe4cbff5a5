// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.isthmus.address.Domain;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.loop.PairRate;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.transit.Cause;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Wording;
import org.jspecify.annotations.Nullable;

/// What operators see of the queue and do to it. Recipients that are on the wire at the moment are left alone and not counted.
final class QueueActions implements QueueControl {
    private static final Duration GLANCE = Duration.ofMillis(10);
    private static final int MOST_GLANCES = 1000;

    private final Scheduler scheduler;
    private final Scheduler.Parts parts;

    QueueActions(Scheduler scheduler, Scheduler.Parts parts) {
        this.scheduler = scheduler;
        this.parts = parts;
    }

    /// Changes one recipient; false if there is nothing to change.
    interface Verb {
        boolean apply(Changes changes, int number);
    }

    @Override
    public List<QueuedMessage> list(Selector selector, int most) throws IOException {
        List<QueuedMessage> found = new ArrayList<>();
        for (QueueId id : candidates(selector)) {
            Optional<QueuedMessage> message = show(id);
            if (message.isPresent() && !matching(message.get(), selector).isEmpty()) {
                found.add(message.get());
                if (found.size() == most) {
                    break;
                }
            }
        }
        return found;
    }

    @Override
    public Optional<QueuedMessage> show(QueueId id) throws IOException {
        try {
            return Optional.of(parts.spool().read(id));
        } catch (NoSuchElementException e) {
            return Optional.empty();
        }
    }

    @Override
    public int retry(Selector selector, boolean dryRun, String by) throws IOException {
        if (!dryRun) {
            scheduler.lanes.forget();
        }
        Instant now = parts.time().now();
        return act(selector, dryRun, (changes, number) -> {
            // RFC 4865: what its sender wants held goes no earlier; a person may hold and release it.
            if (changes.state(number) instanceof RecipientState.Waiting && !now.isBefore(changes.before().released())) {
                changes.due(number, now);
                return true;
            }
            return false;
        });
    }

    @Override
    public int hold(Selector selector, boolean dryRun, String by) throws IOException {
        return act(selector, dryRun, (changes, number) -> {
            if (changes.state(number) instanceof RecipientState.Waiting) {
                changes.hold(number, "operator", "held by " + by);
                return true;
            }
            return false;
        });
    }

    @Override
    public int release(Selector selector, boolean dryRun, String by) throws IOException {
        return act(selector, dryRun, (changes, number) -> {
            if (changes.state(number) instanceof RecipientState.Held held) {
                changes.release(number, held, by, true);
                if (!dryRun && held.by().equals(PairRate.NAME)) {
                    parts.pairs().release(hold -> hold.why().equals(held.why()));
                }
                return true;
            }
            return false;
        });
    }

    @Override
    public int remove(Selector selector, boolean dryRun, String by) throws IOException {
        return act(selector, dryRun, (changes, number) -> decide(changes, number, new Outcome.Removed(by)));
    }

    @Override
    public int bounce(Selector selector, boolean dryRun, String by) throws IOException {
        Cause cause = new Cause.Decided("given up by the postmaster", null, EnhancedStatus.of("5.0.0"));
        return act(selector, dryRun, (changes, number) -> decide(changes, number, new Outcome.Failed(cause)));
    }

    private static boolean decide(Changes changes, int number, Outcome outcome) {
        boolean open = !(changes.state(number) instanceof RecipientState.Settled);
        if (open) {
            changes.decide(number, outcome);
        }
        return open;
    }

    @Override
    public int flush(@Nullable Domain domain, String by) throws IOException {
        parts.forgetHosts().run();
        scheduler.onDemand.call(domain, false, parts.time().elapsed());
        Set<Domain> domains = domain == null ? Set.of() : Set.of(domain);
        return retry(new Selector(Set.of(), Set.of(), domains, null, null, null, false), false, by);
    }

    /// Somebody calls for the mail of a domain (RFC 1985): what waits for it is due, and what was learned of the ways to it in its absence is forgotten.
    int called(Domain domain, boolean below) throws IOException {
        Settings settings = parts.config().current().settings();
        settings.nextHops().keySet().stream().filter(hop -> leadsTo(hop, domain, settings)).forEach(scheduler.lanes::forget);
        scheduler.lanes.forget(new NextHop.Exchangers(domain).toString());
        Instant now = parts.time().now();
        return act(Selector.ALL, false, (changes, number) -> {
            boolean concerned = changes.recipient(number).address().host() instanceof Domain host && (host.equals(domain) || (below && host.isWithin(domain)));
            if (concerned && changes.state(number) instanceof RecipientState.Waiting && !now.isBefore(changes.before().released())) {
                changes.due(number, now);
                return true;
            }
            return false;
        });
    }

    private static boolean leadsTo(String hop, Domain domain, Settings settings) {
        return settings.domains().stream().anyMatch(one -> one.name().matches(domain) && hop.equals(one.deliverTo()))
                || settings.routes().stream().anyMatch(one -> one.to().matches(domain) && hop.equals(one.via()));
    }

    @Override
    public void suspend(String destination, String by) throws IOException {
        scheduler.suspensions.suspend(destination);
        scheduler.lookAgainAtWaiting();
    }

    @Override
    public boolean resume(String destination, String by) throws IOException {
        boolean resumed = scheduler.suspensions.resume(destination);
        scheduler.lookAgainAtWaiting();
        return resumed;
    }

    @Override
    public Status status() {
        MessageTable.Counts counts = scheduler.table.counts();
        List<QueueId> ids = parts.spool().ids();
        Set<String> suspended = new TreeSet<>(scheduler.suspensions.byCommand());
        suspended.addAll(parts.config().current().settings().delivery().suspended());
        return new Status(
                counts.messages(),
                counts.waiting(),
                counts.held(),
                scheduler.lanes.active(),
                scheduler.tally.delivered.sum(),
                scheduler.tally.deferred.sum(),
                scheduler.tally.failed.sum(),
                ids.isEmpty() ? null : ids.getFirst().moment(),
                suspended,
                scheduler.lanes.destinations(100, parts.time().elapsed()));
    }

    int act(Selector selector, boolean dryRun, Verb verb) throws IOException {
        int changed = 0;
        try {
            for (QueueId id : candidates(selector)) {
                changed += dryRun ? tryOut(id, selector, verb) : change(id, selector, verb);
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted; " + changed + " recipients were changed", e);
        } finally {
            scheduler.wake();
        }
        return changed;
    }

    private int tryOut(QueueId id, Selector selector, Verb verb) throws IOException {
        Optional<QueuedMessage> message = show(id);
        return message.isEmpty() ? 0 : apply(message.get(), selector, verb, changes(message.get(), parts.config().current()));
    }

    /// Changes all recipients of one message that the verb is about.
    int change(QueueId id, Verb verb) throws IOException, InterruptedException {
        return change(id, Selector.ALL, verb);
    }

    private int change(QueueId id, Selector selector, Verb verb) throws IOException, InterruptedException {
        if (!claim(id)) {
            return 0;
        }
        boolean again = false;
        Instant next = null;
        try {
            QueuedMessage message = parts.spool().read(id);
            again = !scheduler.recall(id).isEmpty();
            Snapshot snapshot = parts.config().current();
            Changes changes = changes(message, snapshot);
            int count = apply(message, selector, verb, changes);
            if (!changes.isEmpty()) {
                scheduler.commit(message, changes, snapshot);
            }
            next = MessageTable.orLate(message, MessageTable.earliestDue(changes.states(), scheduler.table.jobs(id)), parts.time().now());
            return count;
        } catch (NoSuchElementException e) {
            return 0;
        } finally {
            scheduler.table.release(id, next);
            if (again) {
                // What was taken back of other recipients is routed again.
                scheduler.table.lookNow(id);
            }
        }
    }

    private Changes changes(QueuedMessage message, Snapshot snapshot) {
        return new Changes(message, parts.time().now(), snapshot.settings().queue(), parts.entropy());
    }

    private int apply(QueuedMessage message, Selector selector, Verb verb, Changes changes) {
        List<Job> onTheWire = scheduler.table.jobs(message.id()).stream().filter(job -> job.place == Job.Place.ACTIVE).toList();
        int count = 0;
        for (int number : matching(message, selector)) {
            if (!MessageTable.inJob(onTheWire, number) && verb.apply(changes, number)) {
                count++;
            }
        }
        return count;
    }

    private boolean claim(QueueId id) throws InterruptedException {
        for (int glance = 0; glance < MOST_GLANCES && scheduler.table.contains(id); glance++) {
            if (scheduler.table.claim(id)) {
                return true;
            }
            parts.time().sleep(GLANCE);
        }
        return false;
    }

    private List<QueueId> candidates(Selector selector) {
        if (!selector.ids().isEmpty()) {
            return selector.ids().stream().sorted().toList();
        }
        Duration age = selector.olderThan();
        Instant before = age == null ? null : parts.time().now().minus(age);
        return parts.spool().ids().stream().filter(id -> before == null || id.moment().isBefore(before)).toList();
    }

    private List<Integer> matching(QueuedMessage message, Selector selector) {
        if (selector.from() != null && !matchesSender(selector.from(), message)) {
            return List.of();
        }
        if (selector.olderThan() != null && message.accepted().isAfter(parts.time().now().minus(selector.olderThan()))) {
            return List.of();
        }
        List<Integer> numbers = new ArrayList<>();
        for (int number = 0; number < message.states().size(); number++) {
            if (matches(message, number, selector)) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    private static boolean matchesSender(String from, QueuedMessage message) {
        String sender = message.envelope().from().text();
        return from.equalsIgnoreCase(sender) || from.equalsIgnoreCase("<" + sender + ">");
    }

    private static boolean matches(QueuedMessage message, int number, Selector selector) {
        var address = message.envelope().recipients().get(number).address();
        boolean named = selector.to().isEmpty() || selector.to().stream().anyMatch(to -> to.equalsIgnoreCase(address.text()));
        boolean inDomain = selector.toDomains().isEmpty()
                || (address.host() instanceof Domain domain && selector.toDomains().contains(domain));
        return named && inDomain && switch (message.states().get(number)) {
            case RecipientState.Waiting waiting -> !selector.held() && hasReason(waiting.last(), selector.reason());
            case RecipientState.Held held -> selector.reason() == null
                    || contains(held.why(), selector.reason()) || hasReason(held.before().last(), selector.reason());
            case RecipientState.Settled settled -> false;
        };
    }

    private static boolean hasReason(@Nullable Cause cause, @Nullable String reason) {
        return reason == null || (cause != null && contains(Wording.brief(cause), reason));
    }

    private static boolean contains(String text, String part) {
        return text.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
    }
}
