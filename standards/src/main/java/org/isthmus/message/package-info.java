// SPDX-License-Identifier: Apache-2.0

/// The message itself: header fields kept byte for byte, the fields we write (Received, Date, Message-ID), multipart/report.
///
/// RFC 5322, RFC 5321 §4.4 (trace fields), RFC 6522 (multipart/report), RFC 6532 (UTF-8 headers).
/// May use {@code address} and {@code syntax}. Promises linear time on any bytes and never to change what it did not write.
@NullMarked
package org.isthmus.message;

import org.jspecify.annotations.NullMarked;
