// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.time.Duration;
import java.time.Instant;
import org.isthmus.platform.Time;

/// The system's clocks: wall clock and monotonic clock.
final class LiveTime implements Time {
    private final long start = System.nanoTime();

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        Thread.sleep(duration);
    }
}
