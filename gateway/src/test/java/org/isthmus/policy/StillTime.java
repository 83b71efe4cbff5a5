// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import java.time.Duration;
import java.time.Instant;
import org.isthmus.platform.Time;

/// A clock that a test moves.
final class StillTime implements Time {
    Duration elapsed = Duration.ofHours(1);

    @Override
    public Instant now() {
        return Instant.EPOCH.plus(elapsed);
    }

    @Override
    public Duration elapsed() {
        return elapsed;
    }

    @Override
    public void sleep(Duration duration) {
        elapsed = elapsed.plus(duration);
    }
}
