// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.List;

/// What a courier is told.
///
/// @param message the message; only the recipients named are its business
/// @param recipients numbers in its envelope, at least one
/// @param ways where to, in the order in which to try
/// @param recognition finds out on the wire whether the peer is ourselves
/// @param stamp what is written into the message as it leaves
public record DeliveryRequest(
        QueuedMessage message, List<Integer> recipients, List<Way> ways, Content content, Recognition recognition, Stamp stamp) {
    public DeliveryRequest {
        recipients = List.copyOf(recipients);
        ways = List.copyOf(ways);
    }

    /// With nothing written into the message.
    public DeliveryRequest(QueuedMessage message, List<Integer> recipients, List<Way> ways, Content content, Recognition recognition) {
        this(message, recipients, ways, content, recognition, Stamp.NONE);
    }
}
