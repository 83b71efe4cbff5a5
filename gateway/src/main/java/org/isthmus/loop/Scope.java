// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.Locale;
import org.isthmus.address.Domain;
import org.isthmus.address.Host;
import org.isthmus.address.Mailbox;
import org.isthmus.directory.AddressKey;
import org.isthmus.transit.NextHop;
import org.jspecify.annotations.Nullable;

/// What a circuit covers: one recipient, or a domain by one next hop.
///
/// @param domain of the recipients, as it is compared
/// @param hop the next hop; none for any, and for one recipient
/// @param address the recipient, as it is compared; none for all of the domain
public record Scope(String domain, @Nullable String hop, @Nullable String address) {
    /// One recipient, whichever way the copy goes.
    public static Scope recipient(Mailbox recipient) {
        return new Scope(domain(recipient), null, AddressKey.of(recipient));
    }

    /// All recipients of a domain that go by a next hop.
    /// @param hop none for any
    public static Scope destination(Mailbox recipient, @Nullable NextHop hop) {
        return new Scope(domain(recipient), hop == null ? null : hop.toString(), null);
    }

    /// The domain of an address, as it is compared.
    public static String domain(Mailbox recipient) {
        Host host = recipient.host();
        return host instanceof Domain domain ? domain.ascii() : host.text().toLowerCase(Locale.ROOT);
    }

    /// Whether a copy could be meant, whichever way it goes.
    public boolean mayCover(Mailbox recipient) {
        return domain.equals(domain(recipient)) && (address == null || address.equals(AddressKey.of(recipient)));
    }

    /// In words: {@code bob@example.org}, or {@code all of example.org by mx:example.org}.
    @Override
    public String toString() {
        return address != null ? address : "all of " + domain + (hop == null ? "" : " by " + hop);
    }
}
