// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import org.jspecify.annotations.Nullable;

/// What the sender is told about a recipient. Equal words are said once, for all recipients they hold for.
///
/// @param what what happened, in sentences
/// @param said who said something about it, and what; none if nobody did
/// @param advice what the sender can do, in sentences; empty if there is nothing to add
record Words(String what, @Nullable Quote said, String advice) {

    /// @param who a server, as the sender may know it
    /// @param text the words
    record Quote(String who, String text) {}
}
