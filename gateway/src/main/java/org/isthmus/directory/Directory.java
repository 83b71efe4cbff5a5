// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import org.isthmus.address.Mailbox;
import org.isthmus.config.Snapshot;

/// Knows which addresses reside here. Safe for all threads; answers from memory.
public interface Directory {
    Presence find(Mailbox address, Snapshot snapshot);
}
