// SPDX-License-Identifier: Apache-2.0

/// A cursor over text and the small ABNF pieces that all grammars share: atom, dot-string, quoted-string, xtext, FWS.
///
/// RFC 5234 (ABNF), RFC 5321 §4.1.2 (atoms and strings), RFC 6531 §3.3 (their internationalised forms), RFC 3461 §4 (xtext).
/// The main type is {@link org.isthmus.syntax.Cursor}. Uses nothing. Promises linear time and no exception but
/// {@link org.isthmus.syntax.SyntaxProblem}, whatever the text.
@NullMarked
package org.isthmus.syntax;

import org.jspecify.annotations.NullMarked;
