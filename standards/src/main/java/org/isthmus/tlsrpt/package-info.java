// SPDX-License-Identifier: Apache-2.0

/// TLS reporting: a domain is told how TLS to its servers fared.
///
/// RFC 8460. The main type is {@link org.isthmus.tlsrpt.TlsReport}. Pure: what is counted and when it is sent is the gateway's business.
/// May use {@code message}, {@code address} and {@code syntax}.
@NullMarked
package org.isthmus.tlsrpt;

import org.jspecify.annotations.NullMarked;
