// SPDX-License-Identifier: Apache-2.0

/// The words all rooms share: envelope, recipient, next hop, outcome, cause. Immutable values; nothing here does anything.
///
/// May use all of {@code standards}. What travels between rooms is one of these, so no room knows another's insides.
/// RFC 5321 §2.3.1 (envelope), RFC 3463 (the status in every cause), RFC 3461 (what recipients were promised).
@NullMarked
package org.isthmus.transit;

import org.jspecify.annotations.NullMarked;
