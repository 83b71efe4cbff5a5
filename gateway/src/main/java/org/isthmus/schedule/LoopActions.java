// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.loop.Circuit;
import org.isthmus.loop.LoopDesk;
import org.isthmus.loop.LoopbackPolicy;
import org.isthmus.loop.PairRate;
import org.isthmus.loop.SeenLoop;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;

/// What operators see of loops and do about them.
final class LoopActions implements LoopControl {
    private static final int MOST_SHOWN = 100;

    private final Scheduler.Parts parts;
    private final LoopDesk loops;
    private final QueueActions queue;

    LoopActions(Scheduler scheduler, Scheduler.Parts parts) {
        this.parts = parts;
        this.loops = parts.loops();
        this.queue = new QueueActions(scheduler, parts);
    }

    @Override
    public List<Line> list() {
        return loops.loops().stream().map(this::line).toList();
    }

    private Line line(SeenLoop loop) {
        return new Line(loop, loops.circuits(loop.domain()), loops.heldFor(loop.domain()).size());
    }

    @Override
    public List<Circuit> circuits() {
        return loops.breaker().circuits();
    }

    @Override
    public Optional<Detail> show(int id) {
        return loops.loop(id).map(loop -> new Detail(line(loop), loops.heldFor(loop.domain()).stream().limit(MOST_SHOWN).toList(), loops.report(loop)));
    }

    @Override
    public Optional<Released> release(Choice choice, boolean dryRun, String by) throws IOException {
        return switch (choice) {
            case Choice.Loop loop -> {
                Optional<SeenLoop> seen = loops.loop(loop.id());
                yield seen.isEmpty() ? Optional.empty() : Optional.of(domain(seen.get().domain(), dryRun, by));
            }
            case Choice.Message message -> message(message.id(), dryRun, by);
            case Choice.Domain domain -> Optional.of(domain.name() == null
                    ? released(circuit -> true, Selector.ALL, dryRun, by)
                    : domain(domain.name(), dryRun, by));
        };
    }

    private Released domain(String name, boolean dryRun, String by) throws IOException {
        Optional<Domain> domain = domainOf(name);
        Predicate<Circuit> its = circuit -> circuit.scope().domain().equals(name);
        return domain.isPresent()
                ? released(its, new Selector(Set.of(), Set.of(), Set.of(domain.get()), null, null, null, true), dryRun, by)
                : new Released(tried(its, dryRun), loops.heldFor(name).size(), 0);
    }

    /// Mail to address literals has none.
    private static Optional<Domain> domainOf(String name) {
        try {
            return Optional.of(Domain.parse(name));
        } catch (org.isthmus.syntax.SyntaxProblem e) {
            return Optional.empty();
        }
    }

    private Optional<Released> message(QueueId id, boolean dryRun, String by) throws IOException {
        Optional<QueuedMessage> message = queue.show(id);
        if (message.isEmpty()) {
            return Optional.empty();
        }
        Set<Mailbox> held = new HashSet<>();
        for (int number = 0; number < message.get().states().size(); number++) {
            if (Sluice.isOurs(message.get().states().get(number))) {
                held.add(message.get().envelope().recipients().get(number).address());
            }
        }
        Selector one = new Selector(Set.of(id), Set.of(), Set.of(), null, null, null, true);
        return Optional.of(released(circuit -> held.stream().anyMatch(circuit.scope()::mayCover), one, dryRun, by));
    }

    private Released released(Predicate<Circuit> circuits, Selector selector, boolean dryRun, String by) throws IOException {
        int behind = circuits().stream().filter(circuits).map(circuit -> circuit.scope().domain()).distinct().mapToInt(domain -> loops.heldFor(domain).size()).sum();
        int recipients = queue.act(selector, dryRun, (changes, number) -> {
            if (changes.state(number) instanceof RecipientState.Held held && (held.by().equals(LoopbackPolicy.LAYER) || held.by().equals(PairRate.NAME))) {
                changes.release(number, held, by, true);
                if (!dryRun && held.by().equals(PairRate.NAME)) {
                    parts.pairs().release(hold -> hold.why().equals(held.why()));
                }
                return true;
            }
            return false;
        });
        return new Released(tried(circuits, dryRun), behind, recipients);
    }

    private int tried(Predicate<Circuit> circuits, boolean dryRun) {
        return dryRun ? (int) circuits().stream().filter(one -> one.state() == Circuit.State.OPEN).filter(circuits).count() : loops.breaker().halfOpen(circuits);
    }

    @Override
    public Status status() {
        return new Status(circuits().size(), loops.predicted());
    }
}
