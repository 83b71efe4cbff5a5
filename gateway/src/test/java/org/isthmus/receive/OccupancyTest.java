// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import org.isthmus.config.ByteSize;
import org.isthmus.config.Settings;
import org.isthmus.receive.Occupancy.Entry;
import org.junit.jupiter.api.Test;

class OccupancyTest {
    private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress TWO = InetAddress.ofLiteral("192.0.2.2");

    private final Settings.Limits limits =
            new Settings.Limits(ByteSize.mebibytes(50), 2000, 3, 2, 20, Duration.ofMinutes(5), ByteSize.mebibytes(1), 2000);
    private final Occupancy occupancy = new Occupancy();

    @Test
    void aClientHasItsShareAndNoMore() {
        assertThat(occupancy.enter(ONE, limits)).isEqualTo(Entry.ENTERED);
        assertThat(occupancy.enter(ONE, limits)).isEqualTo(Entry.ENTERED);
        assertThat(occupancy.enter(ONE, limits)).isEqualTo(Entry.FULL_FOR_CLIENT);
        assertThat(occupancy.enter(TWO, limits)).isEqualTo(Entry.ENTERED);
    }

    @Test
    void theHouseIsFullForEverybody() {
        occupancy.enter(ONE, limits);
        occupancy.enter(ONE, limits);
        occupancy.enter(TWO, limits);
        assertThat(occupancy.enter(TWO, limits)).isEqualTo(Entry.FULL);
    }

    @Test
    void whoLeavesMakesRoomForHimselfAndOthers() {
        occupancy.enter(ONE, limits);
        occupancy.enter(ONE, limits);
        occupancy.enter(TWO, limits);
        occupancy.leave(ONE);
        assertThat(occupancy.count()).isEqualTo(2);
        assertThat(occupancy.enter(ONE, limits)).isEqualTo(Entry.ENTERED);
        occupancy.leave(ONE);
        occupancy.leave(ONE);
        occupancy.leave(TWO);
        assertThat(occupancy.count()).isZero();
    }
}
