// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import java.net.InetAddress;
import org.isthmus.address.Domain;
import org.jspecify.annotations.Nullable;

/// The name of a client that leads to its address and back, while DNS is still being asked for it. Belongs to one session's thread.
public final class ClientName {
    private final InetAddress address;
    private final Lookup<Strangers.Named> asked;

    ClientName(InetAddress address, Lookup<Strangers.Named> asked) {
        this.address = address;
        this.asked = asked;
    }

    /// Waits for it, no longer than checks.timeout after the client has connected.
    /// @param of the client as it is known by now
    /// @return null if there is none, or nobody knows in time, or another client was meant
    public @Nullable Domain await(InetAddress of) {
        if (!of.equals(address)) {
            return null;
        }
        Strangers.Named named = asked.await();
        return named == null ? null : named.name();
    }
}
