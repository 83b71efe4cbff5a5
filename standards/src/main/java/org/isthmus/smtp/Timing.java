// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import org.jspecify.annotations.Nullable;

/// What a MAIL command says of time and turn.
///
/// @param deliverBy BY; none if the sender did not say. RFC 2852
/// @param priority MT-PRIORITY, -9 to 9; none if the sender did not say, which means 0. RFC 6710
/// @param release HOLDFOR or HOLDUNTIL; none if it may go at once. RFC 4865
public record Timing(@Nullable DeliverBy deliverBy, @Nullable Integer priority, @Nullable Release release) {
    /// Nothing said.
    public static final Timing NONE = new Timing(null, null, null);

    /// @throws IllegalArgumentException for a priority that is none
    public Timing {
        if (priority != null && (priority < -9 || priority > 9)) {
            throw new IllegalArgumentException("MT-PRIORITY is from -9 to 9");
        }
    }

    public boolean isNone() {
        return deliverBy == null && priority == null && release == null;
    }

    /// Its turn among others: higher goes first.
    public int turn() {
        return priority == null ? 0 : priority;
    }

    /// The same with another priority.
    public Timing with(int other) {
        return new Timing(deliverBy, other, release);
    }
}
