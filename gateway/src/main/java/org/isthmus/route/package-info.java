// SPDX-License-Identifier: Apache-2.0

/// Recipient to {@link org.isthmus.transit.Route}: address spaces, next hops, mail exchangers. Asks {@code loop} before it answers.
///
/// RFC 5321 §5.1 (MX, implicit MX, pruning), RFC 7505 (null MX). The main type is {@code Router}. A function of recipient, message facts, snapshot and DNS; it keeps nothing
/// and talks to no server, so {@code explain} can call it at any time. May use {@code loop}, {@code directory}, {@code transit}, {@code config}, {@code tracking}, {@code platform} and the standards.
@NullMarked
package org.isthmus.route;

import org.jspecify.annotations.NullMarked;
