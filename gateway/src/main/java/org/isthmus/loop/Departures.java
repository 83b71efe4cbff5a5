// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.Optional;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Way;

/// Asked before a copy leaves: what an address stood for, and by which way it goes, is known for certain only then. {@link Returns} is the one that knows.
@FunctionalInterface
public interface Departures {
    /// Lets everything go.
    Departures FREE = (message, number, recipient, way) -> Optional.empty();

    /// @param number the recipient's place in the envelope
    /// @param way the first of its ways
    /// @return why the copy would circle; empty if it may go
    Optional<LoopEvidence> departing(QueuedMessage message, int number, Recipient recipient, Way way);
}
