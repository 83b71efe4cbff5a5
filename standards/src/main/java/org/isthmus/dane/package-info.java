// SPDX-License-Identifier: Apache-2.0

/// DANE: DNS that is secured names the certificates of a server.
///
/// RFC 6698, RFC 7671, RFC 7672. The main type is {@link org.isthmus.dane.DaneCheck}. Pure: whether an answer of DNS was secure is known elsewhere.
@NullMarked
package org.isthmus.dane;

import org.jspecify.annotations.NullMarked;
