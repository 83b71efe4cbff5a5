// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.smtp.RcptParameters;
import org.jspecify.annotations.Nullable;

/// One recipient of a message: where the copy goes now, and what its sender was promised about it.
///
/// @param address where it goes now
/// @param parameters NOTIFY and ORCPT, handed on through expansions. RFC 3461 §5.2.7
/// @param via the addresses it had before, oldest first: from the one the sender named, through aliases and catch-alls; empty if none.
///            An address that stands here is never expanded again
/// @param from the reverse-path of its copy where that is not the envelope's: the owner of a list (RFC 5321 §3.9.2), the null one for a copy that the site keeps
public record Recipient(Mailbox address, RcptParameters parameters, List<Mailbox> via, @Nullable ReversePath from) {
    public Recipient {
        via = List.copyOf(via);
    }

    /// With the envelope's reverse-path.
    public Recipient(Mailbox address, RcptParameters parameters, List<Mailbox> via) {
        this(address, parameters, via, null);
    }

    public static Recipient of(Mailbox address, RcptParameters parameters) {
        return new Recipient(address, parameters, List.of());
    }

    /// True if it was expanded on its own way already: it stands for its own mailbox now, or for nobody.
    public boolean comesAgain() {
        return via.stream().anyMatch(address::sameIgnoringCase);
    }

    /// The address that the sender named.
    public Mailbox named() {
        return via.isEmpty() ? address : via.getFirst();
    }
}
