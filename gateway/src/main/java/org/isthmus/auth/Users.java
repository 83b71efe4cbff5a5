// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import java.util.List;
import org.isthmus.config.AddressPattern;
import org.isthmus.config.Auth.Mechanism;
import org.isthmus.transit.Client;

/// A place where users stand.
interface Users {
    /// The mechanisms that it can do.
    List<Mechanism> mechanisms();

    /// Begins an exchange by one of them.
    /// @param plusOffered whether the client was offered SCRAM-SHA-256-PLUS too
    Exchange begin(Mechanism mechanism, Client client, boolean plusOffered);

    /// Sender addresses that a user may use besides his own.
    List<AddressPattern> senders(String user);
}
