// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

/// Tolerated departures from the standards, each named, each off unless a listener turns it on. A bare LF is deliberately none of them.
public enum Leniency {
    /// {@code MAIL FROM: <a@b>}: a space after the colon. RFC 5321 §3.3 forbids it.
    SPACE_AFTER_COLON,
    /// HELO with a name that is no domain. RFC 5321 §4.1.1.1.
    MALFORMED_HELO_NAME
}
