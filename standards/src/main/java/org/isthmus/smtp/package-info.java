// SPDX-License-Identifier: Apache-2.0

/// The words of SMTP: commands, replies, status codes, EHLO keywords, and how bytes of a message travel.
///
/// RFC 5321, RFC 3463 and 2034 (enhanced status), RFC 3461 (DSN parameters), RFC 1870 (SIZE), RFC 6152 (8BITMIME), RFC 6531 (SMTPUTF8),
/// RFC 3030 (CHUNKING, BINARYMIME), RFC 9422 (LIMITS). The main types are {@link org.isthmus.smtp.Command} and {@link org.isthmus.smtp.Reply};
/// {@code DataReader} and {@code DataWriter} are the only code that knows line ends. May use {@code address} and {@code syntax}.
/// Promises that no text from a peer makes it throw anything but a declared problem, and that nothing it writes holds a bare CR, a bare LF or a NUL.
@NullMarked
package org.isthmus.smtp;

import org.jspecify.annotations.NullMarked;
