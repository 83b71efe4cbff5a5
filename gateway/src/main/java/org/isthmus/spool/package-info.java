// SPDX-License-Identifier: Apache-2.0

/// Accepted mail on disk: a journal. Commit, settle, recover.
///
/// The one promise of a mail server is kept here: after {@link org.isthmus.spool.Draft#commit} has returned, the message survives a power cut (RFC 5321 §6.1), and
/// what {@link org.isthmus.spool.Spool#settle} was told is durable before anybody says it. The format is docs/reference/spool-format.md.
/// May use {@code transit}, {@code config}, {@code tracking}, {@code platform} and the standards.
@NullMarked
package org.isthmus.spool;

import org.jspecify.annotations.NullMarked;
