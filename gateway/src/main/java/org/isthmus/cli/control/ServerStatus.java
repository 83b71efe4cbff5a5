// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import java.time.Instant;
import java.util.List;
import org.isthmus.loop.Ledger;
import org.isthmus.loop.Returns;
import org.isthmus.schedule.LoopControl;
import org.isthmus.schedule.QueueControl;
import org.isthmus.spool.Spool;
import org.isthmus.tracking.Counters;

/// How a server is.
///
/// @param state {@code ready}, {@code starting}, {@code stopping}
/// @param now by the server's clock
/// @param configuration the file
/// @param configurationVersion counts reloads, from 1
/// @param configured when it came in force
/// @param loops circuits of the loop breaker, and what is predicted
/// @param ledger how much of what went out is known
/// @param returns what came back
/// @param pressure what is scarce, so that mail is put off, and from whom; empty if nothing is
public record ServerStatus(
        String state,
        long pid,
        Instant started,
        Instant now,
        String configuration,
        long configurationVersion,
        Instant configured,
        List<Door> doors,
        QueueControl.Status queue,
        Spool.Room room,
        Counters counters,
        LoopControl.Status loops,
        Ledger.Depth ledger,
        Returns.Counts returns,
        String pressure) {
    public ServerStatus {
        doors = List.copyOf(doors);
    }

    /// A listener.
    /// @param address with the port that was chosen
    /// @param sessions open at this moment
    public record Door(String name, String address, int sessions) {}
}
