// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import org.isthmus.platform.Disk;
import org.junit.jupiter.api.Test;

class SimulatedHostTest {
    @Test
    void theWallClockJumpsMeasuredTimeDoesNot() {
        World world = new World(1);
        SimulatedHost host = world.host("host", "192.0.2.1");
        world.run(() -> {
            Instant now = host.platform().time().now();
            Duration elapsed = host.platform().time().elapsed();
            host.jumpClock(Duration.ofDays(-10));
            assertThat(host.platform().time().now()).isBefore(now.minus(Duration.ofDays(9)));
            assertThat(host.platform().time().elapsed()).isBetween(elapsed, elapsed.plusSeconds(1));
            assertThat(world.time().now()).isAfter(now);
        });
    }

    @Test
    void theDiskTakesItsTime() {
        World world = new World(1);
        SimulatedHost host = world.host("host", "192.0.2.1");
        host.diskLatency(Duration.ofSeconds(1));
        world.run(() -> {
            Disk.File file = host.platform().disk().create(Path.of("/a"));
            for (int i = 0; i < 20; i++) {
                file.force(false);
            }
            assertThat(world.time().elapsed()).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(17));
        });
    }

    /// A crash in the midst of writing leaves each state that it may leave.
    @Test
    void aCrashMayComeAtAnyMoment() {
        Set<String> seen = new TreeSet<>();
        for (long seed = 0; seed < 300; seed++) {
            World world = new World(seed);
            SimulatedHost host = world.host("host", "192.0.2.1");
            host.diskLatency(Duration.ofMillis(10));
            world.run(() -> {
                host.start("writer", () -> writeAB(host));
                world.time().sleep(Duration.ofNanos(world.chance("crash").below(60_000_000)));
                host.crash();
                host.boot();
                seen.add(content(host));
            });
        }
        // The length may have grown without the byte.
        assertThat(seen).contains("none", "", "a", "ab").isSubsetOf("none", "", "\0", "a", "a\0", "ab");
    }

    private static void writeAB(SimulatedHost host) {
        try {
            Disk.File file = host.platform().disk().create(Path.of("/file"));
            host.platform().disk().forceFolder(Path.of("/"));
            file.write(ByteBuffer.wrap(new byte[] {'a'}), 0);
            file.force(true);
            file.write(ByteBuffer.wrap(new byte[] {'b'}), 1);
            file.force(true);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String content(SimulatedHost host) throws IOException {
        Disk disk = host.platform().disk();
        if (disk.list(Path.of("/")).isEmpty()) {
            return "none";
        }
        Disk.File file = disk.open(Path.of("/file"));
        ByteBuffer buffer = ByteBuffer.allocate(10);
        int n = file.read(buffer, 0);
        return new String(buffer.array(), 0, n, java.nio.charset.StandardCharsets.US_ASCII);
    }

    @Test
    void twoHostsDoNotShareAnAddress() {
        World world = new World(1);
        world.host("one", "192.0.2.1");
        assertThatThrownBy(() -> world.host("other", "192.0.2.1")).isInstanceOf(IllegalArgumentException.class);
    }
}
