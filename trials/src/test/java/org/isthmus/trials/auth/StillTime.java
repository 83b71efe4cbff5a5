// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.auth;

import java.time.Duration;
import java.time.Instant;
import org.isthmus.platform.Time;

/// A clock that stands.
final class StillTime implements Time {
    @Override
    public Instant now() {
        return Instant.parse("2026-11-24T08:00:00Z");
    }

    @Override
    public Duration elapsed() {
        return Duration.ofHours(1);
    }

    @Override
    public void sleep(Duration duration) {}
}
