// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import org.jspecify.annotations.Nullable;

/// The conversation of one AUTH command. Used by one actor; after {@link Turn.Passed} or {@link Turn.Failed} it is over.
public interface Exchange {
    /// Takes what the client says. May wait: for a hash to be made, for Dovecot, and longer after failures.
    /// @param response the decoded octets; null at the beginning if the client sent no initial response
    Turn next(byte @Nullable [] response);

    /// The client has given up.
    default void abandon() {}
}
