// SPDX-License-Identifier: Apache-2.0

/// TLS over a connection: what our listeners show, and what we ask of the servers that we deliver to.
///
/// It runs by {@code SSLEngine} over a {@link org.isthmus.platform.Connection}, so that sockets and simulated wires carry it alike. TLS 1.2 and 1.3 (RFC 5246, RFC 8446),
/// STARTTLS by RFC 3207, names by RFC 9525. {@link org.isthmus.tls.ServerTls} is the door's side, {@link org.isthmus.tls.ClientTls} the courier's.
/// May use {@code transit}, {@code config}, {@code tracking}, {@code platform} and the standards.
@NullMarked
package org.isthmus.tls;

import org.jspecify.annotations.NullMarked;
