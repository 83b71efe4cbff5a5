// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What every {@link org.isthmus.platform.Time} and {@link org.isthmus.platform.Entropy} does.
public interface TimeContract extends PlatformContract {

    @Test
    default void sleepsAtLeastSoLong() throws Exception {
        in(p -> {
            Duration before = p.time().elapsed();
            p.time().sleep(Duration.ofMillis(20));
            assertThat(p.time().elapsed().minus(before)).isGreaterThanOrEqualTo(Duration.ofMillis(20));
        });
    }

    @Test
    default void sleepsNotAtAllForNothing() throws Exception {
        in(p -> {
            p.time().sleep(Duration.ZERO);
            p.time().sleep(Duration.ofDays(-1));
        });
    }

    @Test
    default void elapsedNeverGoesBack() throws Exception {
        in(p -> {
            Duration last = p.time().elapsed();
            for (int i = 0; i < 1000; i++) {
                Duration now = p.time().elapsed();
                assertThat(now).isGreaterThanOrEqualTo(last);
                last = now;
            }
        });
    }

    @Test
    default void nowIsOfThisCentury() throws Exception {
        in(p -> assertThat(p.time().now()).isBetween(Instant.parse("2020-01-01T00:00:00Z"), Instant.parse("2100-01-01T00:00:00Z")));
    }

    @Test
    default void anInterruptEndsSleepAtOnce() throws Exception {
        in(p -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> p.time().sleep(Duration.ofDays(1000))).isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
        });
    }

    @Test
    default void chanceStaysBelowItsBound() throws Exception {
        in(p -> {
            Set<Long> seen = new HashSet<>();
            for (int i = 0; i < 500; i++) {
                long number = p.entropy().below(6);
                assertThat(number).isBetween(0L, 5L);
                seen.add(number);
            }
            assertThat(seen).hasSize(6);
            assertThat(p.entropy().below(1)).isZero();
            assertThat(p.entropy().below(Long.MAX_VALUE)).isNotNegative();
            assertThatThrownBy(() -> p.entropy().below(0)).isInstanceOf(IllegalArgumentException.class);
        });
    }

    @Test
    default void chanceFillsAllBytes() throws Exception {
        in(p -> {
            byte[] one = new byte[100];
            byte[] other = new byte[100];
            p.entropy().fill(one);
            p.entropy().fill(other);
            assertThat(one).isNotEqualTo(other);
            assertThat(Arrays.copyOfRange(one, 84, 100)).isNotEqualTo(new byte[16]);
            p.entropy().fill(new byte[0]);
        });
    }
}
