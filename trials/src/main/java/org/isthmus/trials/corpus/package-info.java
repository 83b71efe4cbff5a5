// SPDX-License-Identifier: Apache-2.0

/// Legitimate mail of every kind that loop control could take for a loop: what lists, forwarders, mailboxes and people make of a message, with the header fields that they really write,
/// and with the trace that our connector put into it still there.
///
/// {@link org.isthmus.trials.corpus.LegitimateMail} makes it from a seed; nothing in it may ever be refused or held.
@NullMarked
package org.isthmus.trials.corpus;

import org.jspecify.annotations.NullMarked;
