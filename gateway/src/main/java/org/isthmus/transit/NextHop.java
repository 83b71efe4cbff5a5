// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import org.isthmus.address.Domain;

/// Where a copy goes next. Equal next hops share connections, limits and fate.
public sealed interface NextHop {

    /// The mail exchangers of a domain, found by DNS. RFC 5321 §5.1.
    record Exchangers(Domain domain) implements NextHop {
        @Override
        public String toString() {
            return "mx:" + domain.ascii();
        }
    }

    /// A next hop of the configuration, by its name there.
    record Named(String name) implements NextHop {
        @Override
        public String toString() {
            return name;
        }
    }

    /// The address literal of a recipient: {@code user@[192.0.2.1]}. RFC 5321 §4.1.3.
    record Literal(String address) implements NextHop {
        @Override
        public String toString() {
            return address;
        }
    }
}
