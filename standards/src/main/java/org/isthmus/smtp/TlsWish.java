// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

/// What the sender of a message wants of the TLS on its whole way. RFC 8689.
public enum TlsWish {
    /// He did not say.
    UNSAID,
    /// Nobody may send it on without TLS to a server that has proved its name and promises the same: REQUIRETLS in MAIL.
    REQUIRED,
    /// It is to arrive even where the recipient's own policy (DANE, MTA-STS) cannot be followed: the field {@code TLS-Required: No}. REQUIRETLS goes before it (§4.1).
    WAIVED
}
