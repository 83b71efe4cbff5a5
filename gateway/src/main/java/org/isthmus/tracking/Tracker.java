// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

/// Takes events that no journal record carries: refusals and notes. Never waits and never fails: what cannot be kept is counted.
public interface Tracker {
    void record(Event event);

    /// Forgets everything; for what runs without effects.
    Tracker NONE = event -> {};
}
