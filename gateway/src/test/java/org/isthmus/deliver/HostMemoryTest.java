// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.isthmus.platform.Entropy;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Stage;
import org.junit.jupiter.api.Test;

class HostMemoryTest {
    private static final InetSocketAddress HOST = Bench.at("192.0.2.1");

    private static final Cause WHY = new Cause.Unreachable(new Peer("mx.example", HOST), Stage.GREETING, "timed out", EnhancedStatus.of("4.4.1"));

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
            memory.failed(HOST, WHY, now);
            doubtsFor(memory, Duration.ofMinutes(minutes));
            now = now.plus(Duration.ofMinutes(minutes));
        }
    }

    @Test
    void addsUpToAQuarterByChance() {
        HostMemory late = new HostMemory(chance(Long.MAX_VALUE));
        late.failed(HOST, WHY, now);
        doubtsFor(late, Duration.ofSeconds(75));
    }

    @Test
    void oneSuccessEndsTheDoubt() {
        memory.failed(HOST, WHY, now);
        memory.failed(HOST, WHY, now);
        memory.worked(HOST);
        assertThat(memory.isDoubtful(HOST, now)).isFalse();
        memory.failed(HOST, WHY, now);
        doubtsFor(memory, Duration.ofMinutes(1));
    }

    @Test
    void forgetsTheOldestOfTooMany() {
        memory.failed(HOST, WHY, now);
        for (int i = 0; i < 10_000; i++) {
            assertThat(memory.isDoubtful(HOST, now)).isTrue();
            memory.failed(Bench.at("10.0." + i / 250 + "." + (i % 250 + 1)), WHY, now);
        }
        assertThat(memory.isDoubtful(HOST, now)).isFalse();
    }

    @Test
    void aHostInTroubleIsTriedByOneAtATime() {
        assertThat(memory.begin(HOST, now)).as("nothing against it").isNull();
        assertThat(memory.begin(HOST, now)).isNull();
        memory.failed(HOST, WHY, now);
        memory.over(HOST);
        assertThat(memory.begin(HOST, now)).as("the probe").isNull();
        assertThat(memory.begin(HOST, now)).as("another beside it").isEqualTo(WHY);
        memory.worked(HOST);
        memory.over(HOST);
        assertThat(memory.begin(HOST, now)).isNull();
        assertThat(memory.begin(HOST, now)).as("it works again").isNull();
    }
}
