// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings;
import org.isthmus.directory.AddressKey;
import org.isthmus.loop.ProofWindow.Kind;
import org.isthmus.loop.ProofWindow.Proof;
import org.isthmus.platform.Time;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.RecipientClass;
import org.jspecify.annotations.Nullable;

/// The circuit breaker: stops feeding a loop that was proved, holds the mail instead of refusing it, and lets it go when the loop is gone.
///
/// | evidence within the window | opens |
/// |---|---|
/// | layer 2 or 3, `proofs` copies for one domain by one next hop: the way itself leads to us | that domain by that hop |
/// | layer 1 or 4, `proofs` copies for one recipient | that recipient |
/// | layer 4, `recipients` recipients, and at least half of what that domain was sent by that hop | that domain by that hop |
/// | a destination's own loop refusals, `proofs` of them, and not one copy that it took | the domain by that hop if they are about `recipients` recipients, otherwise the recipient |
///
/// Each copy, a message and a recipient, counts once. What is only suspected, layer 5 and everything above never count: a stranger can make those up. So a stranger who
/// makes his own forward loop stops mail to his own address.
///
/// An open circuit becomes half-open when the cause is gone ({@link #acyclicAgain}) or by hand; then one copy is let through, and when a server has had it for `settle`
/// without its coming back, the circuit closes. A monitor over memory: nothing here waits.
public final class Breaker {
    /// As {@code by} of what is held.
    public static final String NAME = "breaker";
    /// Beyond so many, mail is refused copy by copy as without a breaker.
    static final int MOST_CIRCUITS = 1000;

    private static final Set<String> WAY_LAYERS = Set.of("L2", "L3");
    private static final Set<String> COPY_LAYERS = Set.of("L1", "aliases", "L4");

    private final Supplier<Settings.Breaker> settings;
    private final Time time;
    private final Map<Scope, Circuit> circuits = new LinkedHashMap<>();
    private final ProofWindow window = new ProofWindow();
    /// What readers on the hot path see.
    private volatile Map<Scope, Circuit> seen = Map.of();
    private volatile Runnable changed = () -> {};
    private long unnamed;

    public Breaker(Supplier<Settings.Breaker> settings, Time time) {
        this.settings = settings;
        this.time = time;
    }

    /// As a running server has written it down, for those who only ask.
    public static Breaker remembered(LoopFile file, Settings.Breaker settings, Time time) throws IOException {
        Breaker breaker = new Breaker(() -> settings, time);
        breaker.restore(file.read().circuits());
        return breaker;
    }

    /// Told whenever a circuit changes; must not wait.
    public void whenChanged(Runnable told) {
        changed = told;
    }

    /// What a proof came to.
    /// @param held the mail is covered already, so that it is to be held and not refused
    /// @param opened the circuit that it opened
    public record Judgement(boolean held, @Nullable Circuit opened) {}

    /// Takes a proof into account.
    /// @param mayHold the copy can still be held; then a proof that is covered already does not count
    public Judgement judge(Sighting sighting, boolean mayHold) {
        Kind kind = kind(sighting);
        if (kind == null || !settings.get().enabled()) {
            return new Judgement(false, null);
        }
        Judgement judgement;
        synchronized (this) {
            judgement = judge(sighting, kind, mayHold);
        }
        if (judgement.opened() != null) {
            changed.run();
        }
        return judgement;
    }

    private static @Nullable Kind kind(Sighting sighting) {
        if (sighting.kind() == RecipientClass.DANGLING && sighting.message() == null) {
            // A domain that is not ours, and a client that still holds the message: whoever points thousands of domains at us only has that many refusals.
            return null;
        }
        return switch (sighting.certainty()) {
            case SUSPECTED -> null;
            case TOLD -> Kind.TOLD;
            case PROVED -> WAY_LAYERS.contains(sighting.evidence().layer()) ? Kind.WAY : COPY_LAYERS.contains(sighting.evidence().layer()) ? Kind.COPY : null;
        };
    }

    private Judgement judge(Sighting sighting, Kind kind, boolean mayHold) {
        for (Circuit circuit : List.copyOf(circuits.values())) {
            if (covers(circuit, sighting.recipient(), sighting.hop())) {
                // It circles still: what is let through is called back.
                if (circuit.state() == Circuit.State.HALF_OPEN) {
                    put(circuit.opened());
                    return new Judgement(mayHold, circuit.opened());
                }
                return new Judgement(mayHold, null);
            }
        }
        Settings.Breaker rules = settings.get();
        String address = AddressKey.of(sighting.recipient());
        Proof proof = new Proof(time.elapsed(), kind, copy(sighting) + " " + address, address, Scope.destination(sighting.recipient(), sighting.hop()));
        if (!window.add(proof, rules.window())) {
            return new Judgement(false, null);
        }
        Scope scope = opens(proof, sighting, rules);
        return new Judgement(false, scope == null ? null : open(scope, sighting));
    }

    private String copy(Sighting sighting) {
        QueueId message = sighting.message();
        return sighting.uid() != 0 ? "u" + sighting.uid() : message != null ? "m" + message : "n" + unnamed++;
    }

    private @Nullable Scope opens(Proof proof, Sighting sighting, Settings.Breaker rules) {
        Predicate<Proof> same = other -> other.kind() == proof.kind() && other.destination().equals(proof.destination());
        Predicate<Proof> sameRecipient = other -> other.kind() == proof.kind() && other.address().equals(proof.address());
        int taken = window.deliveries(proof.destination(), proof.when(), rules.window());
        int count = window.count(same);
        boolean wide = window.recipients(same) >= rules.recipients();
        return switch (proof.kind()) {
            case WAY -> count >= rules.proofs() ? proof.destination() : null;
            case COPY -> sighting.hop() != null && wide && count * 2 >= taken && count >= rules.proofs() ? proof.destination()
                    : window.count(sameRecipient) >= rules.proofs() ? Scope.recipient(sighting.recipient()) : null;
            case TOLD -> taken > 0 || count < rules.proofs() ? null
                    : wide ? proof.destination() : window.count(sameRecipient) >= rules.proofs() ? Scope.recipient(sighting.recipient()) : null;
        };
    }

    private @Nullable Circuit open(Scope scope, Sighting sighting) {
        if (circuits.size() >= MOST_CIRCUITS) {
            return null;
        }
        if (scope.address() == null) {
            window.forget(proof -> proof.destination().equals(scope));
        } else {
            window.forget(proof -> proof.address().equals(scope.address()));
        }
        Circuit circuit = new Circuit(scope, Circuit.State.OPEN, sighting.at(), sighting.evidence().layer(), sighting.evidence().finding(), null, null);
        put(circuit);
        return circuit;
    }

    private void put(Circuit circuit) {
        circuits.put(circuit.scope(), circuit);
        seen = Map.copyOf(circuits);
    }

    /// Why a copy is to be held; empty if it is not.
    /// @param hop where it would go; none if there is no way at all
    /// @param message its queue id; none before it has one
    public Optional<String> holds(Mailbox recipient, @Nullable NextHop hop, @Nullable QueueId message) {
        Map<Scope, Circuit> now = seen;
        if (now.isEmpty()) {
            return Optional.empty();
        }
        for (Scope scope : scopes(recipient, hop)) {
            Circuit circuit = now.get(scope);
            if (circuit != null && !circuit.probes(message, AddressKey.of(recipient))) {
                return Optional.of(circuit.why());
            }
        }
        return Optional.empty();
    }

    private static List<Scope> scopes(Mailbox recipient, @Nullable NextHop hop) {
        Scope one = Scope.recipient(recipient);
        Scope any = Scope.destination(recipient, null);
        return hop == null ? List.of(one, any) : List.of(one, any, Scope.destination(recipient, hop));
    }

    private static boolean covers(Circuit circuit, Mailbox recipient, @Nullable NextHop hop) {
        return hop == null ? circuit.scope().mayCover(recipient) : scopes(recipient, hop).contains(circuit.scope());
    }

    /// Whether any circuit could cover a copy, whichever way it goes.
    public boolean mayHold(Mailbox recipient) {
        return seen.values().stream().anyMatch(circuit -> circuit.scope().mayCover(recipient));
    }

    /// An attempt ended.
    public void attempted(QueueId message, Mailbox recipient, NextHop hop, Outcome outcome) {
        boolean told = false;
        synchronized (this) {
            if (outcome instanceof Outcome.Delivered) {
                window.delivered(Scope.destination(recipient, hop), time.elapsed(), settings.get().window());
            }
            if (circuits.isEmpty() || outcome instanceof Outcome.Deferred) {
                return;
            }
            String address = AddressKey.of(recipient);
            for (Circuit circuit : List.copyOf(circuits.values())) {
                if (circuit.probes(message, address)) {
                    // Refused for another reason: that says nothing about the loop, so another copy is tried.
                    boolean taken = outcome instanceof Outcome.Delivered;
                    put(circuit.halfOpen(taken ? circuit.probe() : null, taken ? time.elapsed() : null));
                    told = true;
                }
            }
        }
        if (told) {
            changed.run();
        }
    }

    /// The configuration or DNS changed, and the prediction has no cycle any more: every open circuit lets one copy through, to see.
    public void acyclicAgain() {
        halfOpen(circuit -> true);
    }

    /// The same where only some domains are known to be free of cycles.
    /// @param domains in A-label form
    public void acyclicAgain(Collection<String> domains) {
        halfOpen(circuit -> domains.contains(circuit.scope().domain()));
    }

    /// Lets one copy through each of these.
    /// @return how many circuits this changed
    public int halfOpen(Predicate<Circuit> which) {
        int count = 0;
        synchronized (this) {
            for (Circuit circuit : List.copyOf(circuits.values())) {
                if (circuit.state() == Circuit.State.OPEN && which.test(circuit)) {
                    put(circuit.halfOpen(null, null));
                    count++;
                }
            }
        }
        if (count > 0) {
            changed.run();
        }
        return count;
    }

    /// Half-open circuits for which a probe is to be chosen.
    public List<Circuit> wantProbes() {
        return seen.values().stream().filter(circuit -> circuit.state() == Circuit.State.HALF_OPEN && circuit.probe() == null).toList();
    }

    /// Chooses the probe of a circuit; from now on this copy is not held.
    /// @return false if the circuit does not want one any more
    public synchronized boolean probe(Scope scope, QueueId message, Mailbox recipient) {
        Circuit circuit = circuits.get(scope);
        if (circuit == null || circuit.state() != Circuit.State.HALF_OPEN || circuit.probe() != null) {
            return false;
        }
        put(circuit.halfOpen(Circuit.Probe.of(message, recipient), null));
        return true;
    }

    /// The probe of a circuit could not be let through.
    public void lost(QueueId message, Mailbox recipient) {
        lost(Circuit.Probe.of(message, recipient));
    }

    /// The probe of a circuit has left the queue in another way.
    public synchronized void lost(Circuit.Probe probe) {
        for (Circuit circuit : List.copyOf(circuits.values())) {
            if (probe.equals(circuit.probe()) && circuit.acknowledged() == null) {
                put(circuit.halfOpen(null, null));
            }
        }
    }

    /// Closes the circuits whose probe has been taken long enough, and all if the breaker has been switched off.
    /// @return those
    public List<Circuit> close() {
        List<Circuit> closed = new ArrayList<>();
        synchronized (this) {
            Duration now = time.elapsed();
            Settings.Breaker rules = settings.get();
            for (Circuit circuit : List.copyOf(circuits.values())) {
                Duration acknowledged = circuit.acknowledged();
                boolean proved = acknowledged != null && now.minus(acknowledged).compareTo(rules.settle()) >= 0;
                if (proved || !rules.enabled()) {
                    circuits.remove(circuit.scope());
                    closed.add(circuit);
                }
            }
            seen = Map.copyOf(circuits);
        }
        if (!closed.isEmpty()) {
            changed.run();
        }
        return closed;
    }

    /// Closes a circuit that has nothing left to do.
    public void forget(Scope scope) {
        synchronized (this) {
            circuits.remove(scope);
            seen = Map.copyOf(circuits);
        }
        changed.run();
    }

    /// When the next circuit may close, by {@link Time#elapsed}; empty if none waits for that.
    public Optional<Duration> nextClose() {
        Duration settle = settings.get().settle();
        return seen.values().stream().flatMap(circuit -> Optional.ofNullable(circuit.acknowledged()).stream()).map(settle::plus).min(Duration::compareTo);
    }

    /// All that are not closed.
    public List<Circuit> circuits() {
        return List.copyOf(seen.values());
    }

    /// Takes in what an earlier life had written down.
    void restore(List<Circuit> before) {
        synchronized (this) {
            before.stream().limit(MOST_CIRCUITS).forEach(this::put);
        }
        changed.run();
    }
}
