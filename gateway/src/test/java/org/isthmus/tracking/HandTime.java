// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import java.time.Duration;
import java.time.Instant;
import org.isthmus.platform.Time;

/// A clock set by hand.
public final class HandTime implements Time {
    volatile Instant now;
    volatile Duration elapsed = Duration.ZERO;

    public HandTime(Instant start) {
        now = start;
    }

    public void pass(Duration duration) {
        now = now.plus(duration);
        elapsed = elapsed.plus(duration);
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public Duration elapsed() {
        return elapsed;
    }

    @Override
    public void sleep(Duration duration) {
        pass(duration);
    }
}
