// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.isthmus.config.Rate;
import org.junit.jupiter.api.Test;

class BucketsTest {
    private static final Rate RATE = new Rate(6, Duration.ofMinutes(1));
    private final Buckets buckets = new Buckets();
    private Duration elapsed = Duration.ofHours(1);

    @Test
    void aBucketHoldsWhatTheRateAllowsAndIsFilledEvenly() {
        assertThat(taken("a", 10)).isEqualTo(6);
        assertThat(buckets.wait("a", RATE, elapsed)).isEqualTo(Duration.ofSeconds(10));
        elapsed = elapsed.plusSeconds(9);
        assertThat(taken("a", 10)).isZero();
        elapsed = elapsed.plusSeconds(1);
        assertThat(taken("a", 10)).isEqualTo(1);
        elapsed = elapsed.plusSeconds(35);
        assertThat(taken("a", 10)).isEqualTo(3);
        elapsed = elapsed.plus(Duration.ofDays(1));
        assertThat(taken("a", 10)).as("no deeper after a long time").isEqualTo(6);
    }

    @Test
    void eachNameHasItsOwn() {
        assertThat(taken("a", 10)).isEqualTo(6);
        assertThat(taken("b", 10)).isEqualTo(6);
    }

    @Test
    void aLowerRateMakesNobodyWaitForLongerThanItSays() {
        Rate generous = new Rate(6000, Duration.ofMinutes(1));
        for (int i = 0; i < 6000; i++) {
            buckets.take("a", generous, elapsed);
        }
        Rate strict = new Rate(1, Duration.ofSeconds(5));
        assertThat(buckets.wait("a", strict, elapsed)).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void fullBucketsAreNotKeptAndTooManyAreNeither() {
        for (int i = 0; i < 150_000; i++) {
            buckets.take("name" + i, RATE, elapsed);
        }
        assertThat(buckets.size()).isLessThanOrEqualTo(100_000);
        elapsed = elapsed.plusSeconds(11);
        buckets.take("one", RATE, elapsed);
        assertThat(buckets.size()).isEqualTo(1);
    }

    private int taken(String name, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            if (buckets.wait(name, RATE, elapsed).isZero()) {
                buckets.take(name, RATE, elapsed);
                taken++;
            }
        }
        return taken;
    }
}
