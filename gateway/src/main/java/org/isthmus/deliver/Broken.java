// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import org.isthmus.transit.Cause;
import org.isthmus.transit.TlsRules;
import org.jspecify.annotations.Nullable;

/// This server is of no further use to the attempt; recipients without an outcome may be tried at the next one. Never leaves the room.
final class Broken extends Exception {
    private final transient Cause cause;
    private final Kind kind;
    private final TlsRules.@Nullable Trouble tls;

    enum Kind {
        /// Nothing is known against the server: a kept connection had gone stale, or it wants a new one for each message. Connect again.
        STALE,
        /// Trouble that may pass.
        PASSING,
        /// TLS came to nothing where it was only wished for: the same server may be asked again in the clear.
        UNSHIELDED,
        /// We must not use it as things are, and that is not its trouble: a policy, or what the sender wants. It may pass.
        AVOIDED,
        /// It will not talk to us, and says so for good; or it can never be used for the message.
        FOR_GOOD
    }

    Broken(Cause cause, Kind kind) {
        this(cause, kind, null);
    }

    /// @param tls what of TLS failed; none if it was something else
    Broken(Cause cause, Kind kind, TlsRules.@Nullable Trouble tls) {
        super(null, null, false, false);
        this.cause = cause;
        this.kind = kind;
        this.tls = tls;
    }

    /// The same, with TLS to blame.
    Broken of(TlsRules.Trouble trouble) {
        return new Broken(cause, kind, trouble);
    }

    /// What of TLS failed; none if it was something else.
    TlsRules.@Nullable Trouble tls() {
        return tls;
    }

    Cause why() {
        return cause;
    }

    Kind kind() {
        return kind;
    }
}
