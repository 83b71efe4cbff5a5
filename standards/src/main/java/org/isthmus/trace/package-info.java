// SPDX-License-Identifier: Apache-2.0

/// The signed **trace token**: by it a site knows its own message again when that comes back, whoever sends it.
///
/// docs/reference/trace-token.md has every octet and test vectors. A token read off a message is a {@code SealedToken}, of which nothing but the names of its key and
/// site can be asked; what it says is a {@code TraceToken}, which only the right {@code TraceKey} gives out. So nothing can be decided on unsigned data.
/// HMAC-SHA-256 (RFC 2104, FIPS 180-4), HKDF (RFC 5869), base64url (RFC 4648 §5). May use {@code message}, {@code address} and {@code syntax}.
@NullMarked
package org.isthmus.trace;

import org.jspecify.annotations.NullMarked;
