// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Where one recipient of a queued message stands.
public sealed interface RecipientState {

    /// @param due when it is to be tried next
    /// @param attempts made so far
    /// @param delayNotices sent so far
    /// @param last why the last attempt did not succeed
    /// @param possibleDuplicate an attempt ended between the last dot and its answer, so the peer may have it already. RFC 1047
    /// @param released a person let it go from a hold: what held it does not hold it again
    record Waiting(Instant due, int attempts, int delayNotices, @Nullable Cause last, boolean possibleDuplicate, boolean released)
            implements RecipientState {

        /// Not tried yet.
        public static Waiting from(Instant due) {
            return new Waiting(due, 0, 0, null, false, false);
        }

        /// The same, due at another time.
        public Waiting dueAt(Instant other) {
            return new Waiting(other, attempts, delayNotices, last, possibleDuplicate, released);
        }
    }

    /// Kept until a person releases it; does not expire.
    /// @param by {@code operator}, {@code loopback}, {@code breaker}
    /// @param before where it stood
    record Held(String by, String why, Instant since, Waiting before) implements RecipientState {}

    record Settled(Outcome outcome) implements RecipientState {}
}
