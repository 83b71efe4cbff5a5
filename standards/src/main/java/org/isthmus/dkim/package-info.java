// SPDX-License-Identifier: Apache-2.0

/// DKIM: a domain answers for a message by a signature in its header.
///
/// RFC 6376, RFC 8301, RFC 8463. The main type is {@link org.isthmus.dkim.DkimSigner}. Pure: keys come from outside. May use {@code message}.
@NullMarked
package org.isthmus.dkim;

import org.jspecify.annotations.NullMarked;
