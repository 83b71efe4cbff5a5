// SPDX-License-Identifier: Apache-2.0

/// Delivery status notifications: a {@code Dsn} as a value, written and read.
///
/// RFC 3461 (who gets one), RFC 3464 (message/delivery-status), RFC 6522 (multipart/report), RFC 6533 (internationalised forms).
/// May use {@code message}, {@code smtp}, {@code address} and {@code syntax}. What is written reads back to an equal value.
@NullMarked
package org.isthmus.dsn;

import org.jspecify.annotations.NullMarked;
