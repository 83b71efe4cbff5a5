// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform;

import java.time.Duration;
import java.time.Instant;

/// The clock. {@link #now} may jump in both directions; only {@link #elapsed} is fit for measuring.
public interface Time {
    /// Wall-clock time, for what people read and for what must survive a restart.
    Instant now();

    /// Time since some fixed moment; never goes back. For limits and durations.
    Duration elapsed();

    /// Waits; by {@link #elapsed}, not by the wall clock.
    void sleep(Duration duration) throws InterruptedException;
}
