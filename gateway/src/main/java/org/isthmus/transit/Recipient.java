// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.smtp.RcptParameters;

/// One recipient of a message: where the copy goes now, and what its sender was promised about it.
///
/// @param address where it goes now
/// @param parameters NOTIFY and ORCPT, handed on through expansions. RFC 3461 §5.2.7
/// @param via the addresses it had before, oldest first: from the one the sender named, through aliases and catch-alls; empty if none.
///            An address that stands here is never expanded again
public record Recipient(Mailbox address, RcptParameters parameters, List<Mailbox> via) {
    public Recipient {
        via = List.copyOf(via);
    }

    public static Recipient of(Mailbox address, RcptParameters parameters) {
        return new Recipient(address, parameters, List.of());
    }

    /// The address that the sender named.
    public Mailbox named() {
        return via.isEmpty() ? address : via.getFirst();
    }
}
