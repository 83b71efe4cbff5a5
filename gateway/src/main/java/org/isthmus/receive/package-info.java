// SPDX-License-Identifier: Apache-2.0

/// Listeners, sessions, transactions: from a connection to a committed message.
///
/// RFC 5321 in full, server side, with PIPELINING, SIZE, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES, DSN, CHUNKING, BINARYMIME and LIMITS. The main type is {@code Session}.
/// May use {@code policy}, {@code route}, {@code loop}, {@code spool}, {@code transit}, {@code config}, {@code tracking}, {@code platform} and the standards.
/// Promises that 250 to the end of data is said only after {@code commit}, and that no client costs more than its limits.
@NullMarked
package org.isthmus.receive;

import org.jspecify.annotations.NullMarked;
