// SPDX-License-Identifier: Apache-2.0

/// What becomes of addresses before anything is decided by them, and who gets copies: the rules of `rewrite` and `copies`.
///
/// Everything happens as a message comes in, so that what is stored, routed, signed and recorded is what the rules have made. RFC 5321 §3.9, RFC 5322 §3.6. The main types are
/// {@code Rewriting} and {@code Copying}; both are made for one transaction, and there is one that does nothing where no rule applies. May use {@code directory}, {@code transit},
/// {@code config}, {@code tracking}, {@code platform} and the standards.
@NullMarked
package org.isthmus.addressing;

import org.jspecify.annotations.NullMarked;
