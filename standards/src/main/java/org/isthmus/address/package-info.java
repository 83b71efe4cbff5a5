// SPDX-License-Identifier: Apache-2.0

/// Mailboxes, domains and the two paths of an envelope: parse, print, compare.
///
/// RFC 5321 §4.1.2 and §4.1.3, RFC 6531 §3.3 (SMTPUTF8), RFC 5890 (IDNA, through {@code java.net.IDN}).
/// The main types are {@link org.isthmus.address.Mailbox}, {@link org.isthmus.address.ReversePath} and {@link org.isthmus.address.ForwardPath}.
/// May use {@code syntax}. Promises that no value of these types can hold what the RFC forbids, that what is printed
/// parses to an equal value, and that local parts keep their case while domains compare without it.
@NullMarked
package org.isthmus.address;

import org.jspecify.annotations.NullMarked;
