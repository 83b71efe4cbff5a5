// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class JumpsTest {
    private static final Instant START = Instant.parse("2026-11-24T00:00:00Z");
    private final Jumps jumps = new Jumps();
    private Instant wall = START;
    private Duration elapsed = Duration.ofDays(3);

    @Test
    void whatWasBeforeAJumpForwardIsNoOlderForIt() {
        pass(Duration.ofHours(1));
        Instant before = wall;
        jump(Duration.ofDays(10));
        pass(Duration.ofHours(1));
        assertThat(jumps.since(before)).isEqualTo(Duration.ofDays(10));
        assertThat(jumps.since(wall)).as("after it").isZero();
        jump(Duration.ofDays(1));
        assertThat(jumps.since(before)).isEqualTo(Duration.ofDays(11));
    }

    @Test
    void aClockThatIsSetRightAgainHasNeverJumped() {
        Instant before = wall;
        jump(Duration.ofDays(10));
        jump(Duration.ofDays(-4));
        assertThat(jumps.since(before)).isEqualTo(Duration.ofDays(6));
        jump(Duration.ofDays(-6));
        assertThat(jumps.since(before)).isZero();
        jump(Duration.ofDays(-1));
        assertThat(jumps.since(before)).isZero();
    }

    @Test
    void smallStepsAreNoJumpUntilTheyAddUp() {
        Instant before = wall;
        for (int i = 0; i < 100; i++) {
            jump(Duration.ofMillis(i % 2 == 0 ? 900 : -900));
        }
        assertThat(jumps.since(before)).isZero();
        for (int i = 0; i < 100; i++) {
            jump(Duration.ofSeconds(10));
        }
        assertThat(jumps.since(before)).isBetween(Duration.ofSeconds(970), Duration.ofSeconds(1000));
    }

    private void pass(Duration time) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plusMinutes(1)) {
            wall = wall.plus(Duration.ofMinutes(1));
            elapsed = elapsed.plusMinutes(1);
            jumps.look(wall, elapsed);
        }
    }

    private void jump(Duration by) {
        jumps.look(wall, elapsed);
        wall = wall.plus(by);
        jumps.look(wall, elapsed);
    }
}
