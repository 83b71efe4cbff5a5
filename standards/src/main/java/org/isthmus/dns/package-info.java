// SPDX-License-Identifier: Apache-2.0

/// Names, the records that mail needs, and the interface through which everybody asks for them.
///
/// RFC 1035, RFC 2308 (negative answers), RFC 4035 §3.2.3 (the AD bit). The main type is {@link org.isthmus.dns.Resolver}.
/// May use {@code address} and {@code syntax}. Names are absolute: no search list exists here.
@NullMarked
package org.isthmus.dns;

import org.jspecify.annotations.NullMarked;
