// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.route.Router;
import org.isthmus.transit.Recipient;

/// A class of mail: everything that decides its way, with one recipient that stands for all alike.
///
/// @param kind what the recipient stands for
/// @param attempts 0, or so many that fallbacks take over
record Mail(Recipient recipient, Kind kind, ReversePath from, long size, int attempts, boolean tls) {

    enum Kind {
        /// An address that our directory lists.
        LISTED,
        /// An address that nobody wrote down, in a domain of ours.
        UNLISTED,
        /// An address of a domain that is not ours.
        FOREIGN,
        /// One address by its own name: an alias, the postmaster.
        NAMED
    }

    Router.Facts facts(boolean returned) {
        return new Router.Facts(from, size, attempts, false, returned ? 1 : 0, null, tls);
    }

    Mail to(Recipient other, Kind as) {
        return new Mail(other, as, from, size, attempts, tls);
    }

    Mailbox address() {
        return recipient.address();
    }
}
