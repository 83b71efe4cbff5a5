// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.util.List;
import org.isthmus.address.Mailbox;
import org.jspecify.annotations.Nullable;

/// What the past has shown of forwards at strangers, which no configuration of ours can: mail to this address of theirs came back for that one of ours.
@FunctionalInterface
public interface KnownForwards {
    /// Nothing is known.
    KnownForwards NONE = List::of;

    /// At most some thousands, newest first.
    List<Forward> all();

    /// @param from an address elsewhere
    /// @param to an address of ours; none if it is only known that the mail came back
    /// @param evidence when it was seen, and where that stands
    record Forward(Mailbox from, @Nullable Mailbox to, String evidence) {}
}
