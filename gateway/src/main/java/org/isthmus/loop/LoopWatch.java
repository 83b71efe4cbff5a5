// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

/// Hears of every loop that a layer meets. Counts, alerts, and opens a breaker on proof. Safe for all threads; returns at once.
@FunctionalInterface
public interface LoopWatch {
    /// Hears nothing.
    LoopWatch NONE = sighting -> {};

    void saw(Sighting sighting);
}
