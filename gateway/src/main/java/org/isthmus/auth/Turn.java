// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import org.jspecify.annotations.Nullable;

/// What follows on a client's word in an exchange.
public sealed interface Turn {
    /// The client has to answer this.
    ///
    /// @param proved the user whom the client has proved to be already, where this answer tells it so; none otherwise
    record Challenge(byte[] octets, @Nullable String proved) implements Turn {
        /// One that tells nothing.
        public Challenge(byte[] octets) {
            this(octets, null);
        }
    }

    /// It has proved to be this user.
    record Passed(String user) implements Turn {}

    /// It has not.
    ///
    /// @param user whom it claimed to be, for the operator; none if it did not come to that
    /// @param why for the operator
    record Failed(Reason reason, @Nullable String user, String why) implements Turn {}

    /// Why it has not.
    enum Reason {
        /// Wrong name or password; which of them, nobody is told.
        CREDENTIALS,
        /// Not what the mechanism has.
        MALFORMED,
        /// Nobody can tell now: trouble of our own.
        TEMPORARY,
        /// Too many failed attempts before.
        TOO_OFTEN
    }

    static Turn malformed(String why) {
        return new Failed(Reason.MALFORMED, null, why);
    }
}
