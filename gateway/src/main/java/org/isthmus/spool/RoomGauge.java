// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Time;
import org.jspecify.annotations.Nullable;

/// Says whether the disk has room for another message. The disk is asked a few times a second at most, and when a segment was made; between, what drafts
/// expect is reckoned.
final class RoomGauge {
    private static final Duration FRESH = Duration.ofMillis(250);

    private final Disk disk;
    private final Time time;
    private final Path folder;
    private final long reserve;
    private @Nullable Duration asked;
    private long usable;
    private long expected;

    RoomGauge(Disk disk, Time time, Path folder, long reserve) {
        this.disk = disk;
        this.time = time;
        this.folder = folder;
        this.reserve = reserve;
    }

    /// @throws NoRoom if so many octets, with all others that are expected, would touch the reserve
    void reserve(long octets) throws IOException {
        Duration now = time.elapsed();
        if (!stale(now) && take(octets)) {
            return;
        }
        long answer = disk.usable(folder);
        synchronized (this) {
            usable = answer;
            asked = now;
        }
        if (!take(octets)) {
            throw full(octets);
        }
    }

    /// Whether so many octets more would leave the reserve alone. A disk that does not answer has none.
    boolean hasRoom(long octets) {
        try {
            return disk.usable(folder) - reserve >= octets;
        } catch (IOException e) {
            return false;
        }
    }

    private synchronized boolean take(long octets) {
        if (usable - expected - reserve < octets) {
            return false;
        }
        expected += octets;
        return true;
    }

    private synchronized NoRoom full(long octets) {
        return new NoRoom("the disk has " + (usable >> 20) + " MiB left, of which " + (reserve >> 20) + " MiB are kept back"
                + (expected + octets > 0 ? " and " + (expected + octets >> 20) + " MiB are wanted" : ""));
    }

    private synchronized boolean stale(Duration now) {
        return asked == null || now.minus(asked).compareTo(FRESH) > 0;
    }

    /// Something larger was written: what the disk said before is no longer true.
    synchronized void forget() {
        asked = null;
    }

    synchronized void release(long octets) {
        expected -= octets;
    }
}
