// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.isthmus.platform.Entropy;
import org.junit.jupiter.api.Test;

class HostMemoryTest {
    private static final InetSocketAddress HOST = Bench.at("192.0.2.1");

    private final HostMemory memory = new HostMemory(chance(0));
    private Duration now = Duration.ofDays(1);

    private static Entropy chance(long value) {
        return new Entropy() {
            @Override
            public void fill(byte[] into) {}

            @Override
            public long below(long bound) {
                return Math.min(value, bound - 1);
            }
        };
    }

    private void doubtsFor(HostMemory memory, Duration time) {
        assertThat(memory.isDoubtful(HOST, now.plus(time).minusMillis(1))).isTrue();
        assertThat(memory.isDoubtful(HOST, now.plus(time))).isFalse();
    }

    @Test
    void doubtsLongerAfterEachFailureUpToFiveMinutes() {
        for (int minutes : new int[] {1, 2, 4, 5, 5}) {
            memory.failed(HOST, now);
            doubtsFor(memory, Duration.ofMinutes(minutes));
            now = now.plus(Duration.ofMinutes(minutes));
        }
    }

    @Test
    void addsUpToAQuarterByChance() {
        HostMemory late = new HostMemory(chance(Long.MAX_VALUE));
        late.failed(HOST, now);
        doubtsFor(late, Duration.ofSeconds(75));
    }

    @Test
    void oneSuccessEndsTheDoubt() {
        memory.failed(HOST, now);
        memory.failed(HOST, now);
        memory.worked(HOST);
        assertThat(memory.isDoubtful(HOST, now)).isFalse();
        memory.failed(HOST, now);
        doubtsFor(memory, Duration.ofMinutes(1));
    }

    @Test
    void forgetsTheOldestOfTooMany() {
        memory.failed(HOST, now);
        for (int i = 0; i < 10_000; i++) {
            assertThat(memory.isDoubtful(HOST, now)).isTrue();
            memory.failed(Bench.at("10.0." + i / 250 + "." + (i % 250 + 1)), now);
        }
        assertThat(memory.isDoubtful(HOST, now)).isFalse();
    }
}
