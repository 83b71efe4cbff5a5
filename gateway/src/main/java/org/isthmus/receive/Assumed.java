// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import org.jspecify.annotations.Nullable;

/// What a session takes for granted of a client that only says what it would say: that it has done what cannot be played.
///
/// @param user as whom it has logged in; null if it has not
/// @param secure whether it is under TLS
public record Assumed(@Nullable String user, boolean secure) {
    /// Nothing: it must do all itself.
    public static final Assumed NOTHING = new Assumed(null, false);
}
