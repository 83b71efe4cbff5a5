// SPDX-License-Identifier: Apache-2.0

/// MTA-STS: a domain says by HTTPS that its exchangers have TLS and good certificates.
///
/// RFC 8461. The main type is {@link org.isthmus.mtasts.StsPolicy}. Pure: who fetches, when, and what is kept is the gateway's business.
/// May use {@code syntax}.
@NullMarked
package org.isthmus.mtasts;

import org.jspecify.annotations.NullMarked;
