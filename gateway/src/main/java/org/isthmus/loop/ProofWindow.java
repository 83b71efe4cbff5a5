// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What was proved, and what was delivered, within the window that ends now. Bounded: the oldest proof goes when there are too many, and the destination that was not used
/// for longest. Guarded by the {@link Breaker}.
final class ProofWindow {
    private static final int MOST_PROOFS = 2000;
    private static final int MOST_DESTINATIONS = 10_000;
    private static final int SLOTS = 10;

    private final Deque<Proof> proofs = new ArrayDeque<>();
    private final Set<String> known = new HashSet<>();
    private final Map<Scope, Deliveries> deliveries = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Scope, Deliveries> eldest) {
            return size() > MOST_DESTINATIONS;
        }
    };

    /// What kind of evidence.
    enum Kind {
        /// The way itself was seen to lead to us: layers 2 and 3.
        WAY,
        /// A copy that had left came back, or an address stands for itself: layers 1 and 4.
        COPY,
        /// The destination says so.
        TOLD
    }

    /// @param copy message and recipient: each counts once
    record Proof(Duration when, Kind kind, String copy, String address, Scope destination) {}

    /// Deliveries by tenths of the window.
    private static final class Deliveries {
        private final long[] slots = new long[SLOTS];
        private final int[] counts = new int[SLOTS];

        void add(long slot) {
            int at = (int) (slot % SLOTS);
            if (slots[at] != slot) {
                slots[at] = slot;
                counts[at] = 0;
            }
            counts[at]++;
        }

        int since(long slot) {
            int sum = 0;
            for (int i = 0; i < SLOTS; i++) {
                sum += slots[i] > slot - SLOTS && slots[i] <= slot ? counts[i] : 0;
            }
            return sum;
        }
    }

    /// @return false if this copy has been counted already
    boolean add(Proof proof, Duration window) {
        forgetBefore(proof.when().minus(window));
        if (!known.add(proof.copy())) {
            return false;
        }
        proofs.addLast(proof);
        if (proofs.size() > MOST_PROOFS) {
            known.remove(proofs.removeFirst().copy());
        }
        return true;
    }

    private void forgetBefore(Duration start) {
        while (!proofs.isEmpty() && proofs.getFirst().when().compareTo(start) < 0) {
            known.remove(proofs.removeFirst().copy());
        }
    }

    int count(Predicate<Proof> which) {
        return (int) proofs.stream().filter(which).count();
    }

    /// How many recipients.
    int recipients(Predicate<Proof> which) {
        return (int) proofs.stream().filter(which).map(Proof::address).distinct().count();
    }

    /// Forgets the proofs of a circuit that is being opened, so that only new ones can open it again.
    void forget(Predicate<Proof> which) {
        for (Iterator<Proof> all = proofs.iterator(); all.hasNext(); ) {
            Proof proof = all.next();
            if (which.test(proof)) {
                all.remove();
                known.remove(proof.copy());
            }
        }
    }

    void delivered(Scope destination, Duration now, Duration window) {
        deliveries.computeIfAbsent(destination, key -> made()).add(slot(now, window));
    }

    private static Deliveries made() {
        Deliveries made = new Deliveries();
        Arrays.fill(made.slots, Long.MIN_VALUE / 2);
        return made;
    }

    /// Copies that the destination took within the window.
    int deliveries(Scope destination, Duration now, Duration window) {
        @Nullable Deliveries known = deliveries.get(destination);
        return known == null ? 0 : known.since(slot(now, window));
    }

    private static long slot(Duration now, Duration window) {
        return now.toMillis() / Math.max(1, window.toMillis() / SLOTS);
    }
}
