// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dns;

import java.time.Duration;
import java.util.List;

/// What DNS said. The four cases lead to four different fates of a message, so nobody may confuse them.
///
/// @param <T> the kind of record asked for
public sealed interface Answer<T extends DnsRecord> {

    /// Records exist. CNAMEs on the way are already followed.
    /// @param ttl how long the whole answer may be kept: the least of all records in it, aliases too
    /// @param secure the AD bit of the answering server; worth only what that server is worth
    /// @param server who answered, for evidence: {@code 127.0.0.1:53}
    record Found<T extends DnsRecord>(List<T> records, Duration ttl, boolean secure, String server) implements Answer<T> {
        public Found {
            records = List.copyOf(records);
        }
    }

    /// The name does not exist: NXDOMAIN. RFC 2308 §2.1.
    record NoSuchName<T extends DnsRecord>(Duration ttl, boolean secure, String server) implements Answer<T> {}

    /// The name exists, but has no record of this type. RFC 2308 §2.2.
    record NoData<T extends DnsRecord>(Duration ttl, boolean secure, String server) implements Answer<T> {}

    /// Could not tell: time-out, SERVFAIL, REFUSED, garbage. Never a reason to give a message up.
    record Failed<T extends DnsRecord>(String problem, String server) implements Answer<T> {}
}
