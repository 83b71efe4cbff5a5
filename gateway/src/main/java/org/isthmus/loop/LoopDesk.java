// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.isthmus.address.Mailbox;
import org.isthmus.config.LiveConfig;
import org.isthmus.config.Problem;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.syntax.SyntaxProblem;
import org.isthmus.tracking.Event;
import org.isthmus.tracking.Tracker;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.RecipientClass;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where all sightings come together. The breaker and the caution hear of them at once, on the thread that saw; counting, remembering and alerting is done by an actor.
///
/// What was seen and what is open is written to `<data>/loops` within a second, so that it is still known after a restart.
public final class LoopDesk implements LoopWatch, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(LoopDesk.class);
    private static final int INBOX = 4096;
    private static final Duration WRITE_EVERY = Duration.ofSeconds(1);
    /// How long the first proof waits for others, so that the one alert tells the whole of it.
    private static final Duration GATHER = Duration.ofSeconds(15);
    private static final Duration GATHER_OPEN = Duration.ofSeconds(2);
    private static final int MOST_PENDING = 1000;

    private final Parts parts;
    private final Breaker breaker;
    private final Caution caution = new Caution();
    private final LoopBook book = new LoopBook();
    private final LoopFile file;
    private final LoopReport report;
    private final Channel<Item> inbox;
    private final AtomicInteger predicted = new AtomicInteger();
    private final Map<String, Duration> pending = new LinkedHashMap<>();
    private volatile List<SeenLoop> seen = List.of();
    private volatile Function<String, List<QueueId>> held = domain -> List.of();
    private volatile Runnable wake = () -> {};
    private volatile LoopWatch also = LoopWatch.NONE;
    private volatile Diagnosis diagnosis = Diagnosis.NONE;
    private Threads.@Nullable Actor actor;
    private Duration written = Duration.ZERO;
    private boolean dirty;

    /// What it works with.
    public record Parts(LiveConfig config, Classifier classifier, Time time, Threads threads, Disk disk, Path data, Tracker tracker, Alerts alerts) {}

    private sealed interface Item {
        record Saw(Sighting sighting, @Nullable Circuit opened) implements Item {}

        record Changed() implements Item {}

        record Stop() implements Item {}
    }

    public LoopDesk(Parts parts) {
        this.parts = parts;
        breaker = new Breaker(() -> parts.config().current().settings().loop().breaker(), parts.time());
        file = new LoopFile(parts.disk(), parts.data());
        report = new LoopReport(parts.disk());
        inbox = parts.threads().channel(INBOX);
        restore();
        breaker.whenChanged(() -> {
            inbox.offer(new Item.Changed());
            wake.run();
        });
    }

    private void restore() {
        try {
            LoopFile.Memory memory = file.read();
            memory.loops().forEach(book::restore);
            breaker.restore(memory.circuits());
            seen = book.inOrder();
        } catch (IOException e) {
            LOG.warn("what was known of loops cannot be read, and is forgotten: {}", e.toString());
        }
    }

    /// Begins.
    public void start() {
        actor = parts.threads().start("loops", this::work);
    }

    public Breaker breaker() {
        return breaker;
    }

    public Caution caution() {
        return caution;
    }

    /// @param domain to the ids of messages that are held for it
    public void heldBy(Function<String, List<QueueId>> domain) {
        held = domain;
    }

    /// @param woken told when a circuit changes
    public void whenChanged(Runnable woken) {
        wake = woken;
    }

    /// Who knows the causes of loops.
    public void diagnosis(Diagnosis knows) {
        diagnosis = knows;
    }

    /// @param other hears of all that this hears of
    public void also(LoopWatch other) {
        also = other;
    }

    /// How many loops the last prediction found.
    public void predicted(int loops) {
        predicted.set(loops);
    }

    public int predicted() {
        return predicted.get();
    }

    @Override
    public void saw(Sighting sighting) {
        take(sighting, breaker.judge(sighting, false));
    }

    /// A loop was met and evaded: the breaker has nothing to do about it.
    public void mended(Sighting sighting) {
        take(sighting, new Breaker.Judgement(false, null));
    }

    /// A copy would be refused for a loop, and could still be held.
    /// @return false if it is to be held: the breaker is open for it
    public boolean refuses(Sighting sighting) {
        Breaker.Judgement judgement = breaker.judge(sighting, true);
        // A probe that shows the loop once more tells nobody anything new.
        if (!judgement.held()) {
            take(sighting, judgement);
        }
        return !judgement.held();
    }

    private void take(Sighting sighting, Breaker.Judgement judgement) {
        also.saw(sighting);
        if (sighting.certainty() != Sighting.Certainty.SUSPECTED && !sighting.evidence().layer().equals(LoopbackPolicy.LAYER)) {
            caution.looped(sighting.recipient());
        }
        if (!inbox.offer(new Item.Saw(sighting, judgement.opened()))) {
            LOG.debug("too many loops at once to remember each");
        }
    }

    /// What was seen, the latest first.
    public List<SeenLoop> loops() {
        return LoopBook.latestFirst(seen);
    }

    public Optional<SeenLoop> loop(int id) {
        return seen.stream().filter(loop -> loop.id() == id).findFirst();
    }

    /// The whole report of one.
    public String report(SeenLoop loop) {
        List<Circuit> circuits = circuits(loop.domain());
        return report.text(loop, circuits, held(loop.domain()), cause(loop));
    }

    private Optional<Problem> cause(SeenLoop loop) {
        try {
            return diagnosis.cause(loop);
        } catch (RuntimeException e) {
            LOG.error("internal error in a diagnosis", e);
            return Optional.empty();
        }
    }

    /// Circuits that are not closed, of a domain.
    public List<Circuit> circuits(String domain) {
        return breaker.circuits().stream().filter(circuit -> circuit.scope().domain().equals(domain)).toList();
    }

    /// Messages that the breaker holds for a domain.
    public List<QueueId> heldFor(String domain) {
        return held.apply(domain);
    }

    private LoopReport.Held held(String domain) {
        List<QueueId> ids = held.apply(domain);
        return new LoopReport.Held(ids.size(), ids.stream().limit(LoopBook.FEW).map(QueueId::toString).toList());
    }

    private void work() {
        try {
            while (true) {
                Item item = dirty || !pending.isEmpty() ? inbox.receive(nap()) : inbox.receive();
                if (item instanceof Item.Stop) {
                    return;
                }
                if (item != null) {
                    handle(item);
                }
                duties();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration nap() {
        Duration now = parts.time().elapsed();
        Duration next = dirty ? written.plus(WRITE_EVERY) : now.plus(GATHER);
        for (Duration due : pending.values()) {
            next = due.compareTo(next) < 0 ? due : next;
        }
        Duration nap = next.minus(now);
        return nap.isNegative() ? Duration.ZERO : nap;
    }

    private void handle(Item item) {
        try {
            dirty = true;
            if (item instanceof Item.Saw(Sighting sighting, Circuit opened)) {
                note(sighting, opened);
            }
        } catch (RuntimeException e) {
            LOG.error("internal error while a loop is noted", e);
        }
    }

    private void note(Sighting sighting, @Nullable Circuit opened) {
        RecipientClass kind = kind(sighting);
        book.add(sighting, kind);
        seen = book.inOrder();
        parts.tracker().record(new Event.Looped(sighting.at(), sighting.message(), sighting.recipient(), sighting.evidence().layer(), kind,
                sighting.certainty().name().toLowerCase(Locale.ROOT), sighting.evidence().finding()));
        if (opened != null) {
            LOG.info("the loop breaker opens for {}: {}", opened.scope(), opened.finding());
            parts.tracker().record(new Event.Noted(sighting.at(), "breaker-open", opened.scope() + ": " + opened.finding()));
        }
        boolean quiet = sighting.certainty() == Sighting.Certainty.SUSPECTED || sighting.evidence().layer().equals(LoopbackPolicy.LAYER);
        if (!quiet) {
            Duration due = parts.time().elapsed().plus(opened == null ? GATHER : GATHER_OPEN);
            String domain = Scope.domain(sighting.recipient());
            if (pending.containsKey(domain) || pending.size() < MOST_PENDING) {
                pending.merge(domain, due, (one, other) -> one.compareTo(other) < 0 ? one : other);
            }
        }
    }

    private RecipientClass kind(Sighting sighting) {
        RecipientClass known = sighting.kind();
        return known != null ? known : parts.classifier().classify(sighting.recipient(), parts.config().current()).kind();
    }

    private void duties() {
        Duration now = parts.time().elapsed();
        try {
            List<String> due = pending.entrySet().stream().filter(one -> one.getValue().compareTo(now) <= 0).map(Map.Entry::getKey).toList();
            due.forEach(domain -> {
                pending.remove(domain);
                alert(domain);
            });
        } catch (RuntimeException e) {
            LOG.error("internal error in the report of a loop", e);
        }
        if (dirty && now.minus(written).compareTo(WRITE_EVERY) >= 0) {
            write();
        }
    }

    private void alert(String domain) {
        Optional<SeenLoop> latest = loops().stream().filter(loop -> loop.domain().equals(domain) && loop.certainty() != Sighting.Certainty.SUSPECTED).findFirst();
        if (latest.isPresent()) {
            SeenLoop loop = latest.get();
            List<Circuit> circuits = circuits(domain);
            parts.alerts().raise(new Alert(loop.last(), "loop " + domain, LoopReport.subject(loop, circuits), report(loop), concerned(loop)));
        }
    }

    /// The one address that is in trouble; none if there are several.
    private static @Nullable Mailbox concerned(SeenLoop loop) {
        try {
            return loop.recipients().size() == 1 ? Mailbox.parse(loop.recipients().getFirst()) : null;
        } catch (SyntaxProblem e) {
            return null;
        }
    }

    private void write() {
        written = parts.time().elapsed();
        try {
            file.write(new LoopFile.Memory(book.inOrder(), breaker.circuits()));
            dirty = false;
        } catch (IOException e) {
            LOG.warn("what is known of loops cannot be written; it is tried again: {}", e.toString());
        }
    }

    /// Writes down what is known, and ends.
    @Override
    public void close() {
        Threads.Actor working = actor;
        if (working == null) {
            return;
        }
        try {
            inbox.send(new Item.Stop());
            working.join();
            if (dirty || inbox.size() > 0) {
                write();
            }
        } catch (InterruptedException e) {
            working.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
