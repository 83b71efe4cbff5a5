// SPDX-License-Identifier: Apache-2.0

/// One attempt: connect to the servers of a way, talk SMTP or LMTP, and say for every recipient what came of it.
///
/// RFC 5321 (client side), RFC 2033 (LMTP), RFC 2920 (PIPELINING), RFC 3030 (CHUNKING), RFC 3461 (DSN). The main type is {@link org.isthmus.deliver.Courier}.
/// Knows nothing of a spool or of routes. May use {@code transit}, {@code config}, {@code tracking}, {@code platform} and the standards.
/// Promises an outcome for every recipient whatever the peer does, a limit for every wait, and never a bare CR or LF on the wire.
@NullMarked
package org.isthmus.deliver;

import org.jspecify.annotations.NullMarked;
