// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.time.Duration;
import java.time.Instant;
import org.isthmus.platform.Time;

/// The clock of one host: the world's time, with a wall clock that a trial may jump.
final class SimulatedTime implements Time {
    /// When every world begins.
    static final Instant BEGINNING = Instant.parse("2030-01-01T00:00:00Z");

    private final Baton baton;
    private Duration ahead = Duration.ZERO;

    SimulatedTime(Baton baton) {
        this.baton = baton;
    }

    void jump(Duration by) {
        ahead = ahead.plus(by);
    }

    @Override
    public Instant now() {
        return BEGINNING.plusNanos(baton.now()).plus(ahead);
    }

    @Override
    public Duration elapsed() {
        return Duration.ofNanos(baton.now());
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        baton.step("sleep", duration);
        Baton.throwIfInterrupted();
        baton.awaitInterruptibly(new WaitList(), baton.deadline(duration), "sleep");
    }
}
