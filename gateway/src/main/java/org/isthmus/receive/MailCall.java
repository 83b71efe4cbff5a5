// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import org.isthmus.address.Domain;

/// Is told that a client calls for the mail of a domain. RFC 1985. Never waits; how often it may be called is the listener's business.
@FunctionalInterface
public interface MailCall {
    /// Nobody listens.
    MailCall NONE = (domain, below) -> {};

    /// Starts what waits for the domain.
    /// @param below for the domains below it too
    void callFor(Domain domain, boolean below);
}
