// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import org.jspecify.annotations.Nullable;

/// Where a message of ours came from.
public sealed interface Origin {
    /// By SMTP.
    /// @param protocol the {@code with} value of Received: SMTP, ESMTP, UTF8SMTP... RFC 5321 §4.4, RFC 3848, RFC 6531 §4.3
    record Received(Client client, String protocol) implements Origin {}

    /// A report that we made.
    /// @param about the message it speaks of; none for those to the postmaster about several
    record Report(@Nullable QueueId about) implements Origin {}
}
