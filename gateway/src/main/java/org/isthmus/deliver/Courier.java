// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import org.isthmus.config.Snapshot;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.DeliveryRequest;

/// Total: what the network does comes back as outcomes, never as an exception.
public interface Courier {
    /// Makes one attempt; blocks until every recipient of the request has an outcome.
    /// @throws InterruptedException if it was interrupted and nothing is known to have been delivered; otherwise an interrupt ends the
    ///     attempt early, with outcomes, and stays pending
    DeliveryAttempt deliver(DeliveryRequest request, Snapshot snapshot) throws InterruptedException;
}
