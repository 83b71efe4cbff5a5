// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.util.List;

/// What a start found in the spool.
///
/// @param messages in the queue
/// @param recipients of these, settled ones too
/// @param records read
/// @param damaged what was promised and cannot be read, each in a sentence; copied into the quarantine
/// @param unfinished writes that a crash cut short; nobody was told of them
/// @param leftovers content files without a message, removed
public record Recovered(long messages, long recipients, long records, List<String> damaged, int unfinished, int leftovers) {
    public Recovered {
        damaged = List.copyOf(damaged);
    }
}
