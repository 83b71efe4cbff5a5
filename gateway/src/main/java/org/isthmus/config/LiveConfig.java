// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

/// The present configuration. One volatile read; pin the result for a transaction or an attempt.
public final class LiveConfig {
    private volatile Snapshot current;

    public LiveConfig(Snapshot first) {
        current = first;
    }

    public Snapshot current() {
        return current;
    }

    /// Swaps in one step.
    public void replace(Snapshot next) {
        current = next;
    }
}
