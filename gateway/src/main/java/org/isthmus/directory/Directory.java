// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import org.isthmus.address.Mailbox;
import org.isthmus.config.Snapshot;

/// Knows which addresses reside here. Safe for all threads; answers from memory.
public interface Directory {
    /// So many expansions in a row are no organisation but a circle.
    int MOST_EXPANSIONS = 20;

    Presence find(Mailbox address, Snapshot snapshot);

    /// Whether the address has a mailbox of its own here: what {@link #find} would say if no alias and no catch-all stood for it.
    /// Asked about an address that was expanded already, so that {@code bob: bob, carol} keeps a copy for bob instead of a circle.
    default Presence resident(Mailbox address, Snapshot snapshot) {
        return find(address, snapshot);
    }
}
