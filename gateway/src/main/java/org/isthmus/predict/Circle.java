// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.util.List;

/// A closed walk: mail that follows it never arrives.
///
/// @param cause the leg that closes it
/// @param legs all of them, beginning with us if it passes us
record Circle(Leg cause, List<Leg> legs) {
    Circle {
        legs = List.copyOf(legs);
    }

    boolean written() {
        return legs.stream().allMatch(Leg::written);
    }

    boolean sure() {
        return legs.stream().allMatch(Leg::sure);
    }

    /// The last decision of ours before the cause.
    Leg route() {
        return legs.reversed().stream().filter(leg -> leg.turn() == Leg.Turn.ROUTE).findFirst().orElse(cause);
    }
}
