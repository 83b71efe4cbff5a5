// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.List;

/// What a courier is told.
///
/// @param message the message; only the recipients named are its business
/// @param recipients numbers in its envelope, at least one
/// @param ways where to, in the order in which to try
/// @param recognition finds out on the wire whether the peer is ourselves
public record DeliveryRequest(
        QueuedMessage message, List<Integer> recipients, List<Way> ways, Content content, Recognition recognition) {
    public DeliveryRequest {
        recipients = List.copyOf(recipients);
        ways = List.copyOf(ways);
    }
}
