// SPDX-License-Identifier: Apache-2.0
package org.isthmus.dns;

import java.net.InetAddress;
import org.isthmus.address.Domain;

/// The records that mail looks at.
public sealed interface DnsRecord {

    /// RFC 5321 §5.1, RFC 7505: an exchanger of null stands for "accepts no mail".
    /// @param exchange empty text for the root, which only a null MX has
    record Mx(int preference, String exchange) implements DnsRecord {
        /// RFC 7505 §3.
        public boolean isNull() {
            return exchange.isEmpty();
        }
    }

    /// A or AAAA.
    record Address(InetAddress address) implements DnsRecord {}

    /// TXT with its strings joined.
    record Text(String text) implements DnsRecord {}

    /// TLSA: what certificates of a server must be. RFC 6698 §2.1.
    /// @param data lower-case hexadecimal digits
    record Tlsa(int usage, int selector, int matching, String data) implements DnsRecord {}

    /// A reverse name.
    record Pointer(Domain name) implements DnsRecord {}
}
