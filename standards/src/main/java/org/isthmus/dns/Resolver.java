// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dns;

import java.net.InetAddress;
import java.time.Duration;

/// Answers questions of DNS. Names are absolute; a final dot is neither needed nor taken. Never throws for what the
/// network does: trouble is {@link Answer.Failed}. Blocks for as long as its own time limits say.
///
/// Names are texts here, not {@link org.isthmus.address.Domain}: what an MX record names may be anything.
public interface Resolver {
    /// The mail exchangers, in no particular order. RFC 1035 §3.3.9.
    Answer<DnsRecord.Mx> mx(String name);

    /// A records. RFC 1035 §3.4.1.
    Answer<DnsRecord.Address> ipv4(String name);

    /// AAAA records. RFC 3596 §2.1.
    Answer<DnsRecord.Address> ipv6(String name);

    /// TXT records, each with its strings joined. RFC 1035 §3.3.14.
    Answer<DnsRecord.Text> txt(String name);

    /// TLSA records, at {@code _25._tcp.host}. RFC 6698 §3. What cannot ask for them says that there are none, which is not secure.
    default Answer<DnsRecord.Tlsa> tlsa(String name) {
        return new Answer.NoData<>(Duration.ZERO, false, "none");
    }

    /// The reverse names of an address. RFC 1035 §3.5.
    Answer<DnsRecord.Pointer> reverse(InetAddress address);
}
