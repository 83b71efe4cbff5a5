// SPDX-License-Identifier: Apache-2.0
/// Accepted mail on disk: a journal. Commit, settle, recover.
///
/// The one promise of a mail server is kept here: after {@link org.isthmus.spool.Draft#commit} has returned, the message survives a power cut (RFC 5321 §6.1), and
/// what {@link org.isthmus.spool.Spool#settle} was told is durable before anybody says it. The format is docs/reference/spool-format.md.
///
/// How to read it: {@code JournalSpool} is the face. {@code Payload} and {@code TransitWriter} make records, {@code Blocks} and {@code TransitReader} read them;
/// {@code Committer} and {@code JournalWriter} put them into a {@code Segment}; {@code Index} remembers where; {@code JournalReader} reads back; {@code Keeper} empties old
/// segments; {@code SegmentScanner}, {@code Reconstruction} and {@code Recovery} start from what a crash left. {@code SpoolVerifier} checks it all.
///
/// May use {@code transit}, {@code config}, {@code tracking}, {@code platform} and the standards. Local trouble is always an {@code IOException} and temporary; a failed
/// force is never repeated.
@NullMarked
package org.isthmus.spool;

import org.jspecify.annotations.NullMarked;
