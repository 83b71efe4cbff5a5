// SPDX-License-Identifier: Apache-2.0

/// The decision record: one record type per event in a message's life. Mail log, trace search and counters are derived from it.
///
/// Events of accepted messages are encoded once, ride in the journal's own records, and come back from there in order, after a crash too; so
/// tracking costs no second force. Refusals before acceptance are recorded as they happen and counted when dropped under pressure. Day files of JSON lines,
/// kept for {@code tracking.keep} within {@code tracking.room}. The main types are {@link org.isthmus.tracking.Event} and
/// {@link org.isthmus.tracking.Tracker}. May use {@code transit}, {@code config}, {@code platform} and the standards.
@NullMarked
package org.isthmus.tracking;

import org.jspecify.annotations.NullMarked;
