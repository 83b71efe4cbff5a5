// SPDX-License-Identifier: Apache-2.0
package org.isthmus.address;

/// The right side of a mailbox: a name or an address. RFC 5321 §4.1.2 Mailbox.
public sealed interface Host permits Domain, AddressLiteral {
    /// As it stands in an envelope.
    String text();
}
