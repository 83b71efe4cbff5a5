// SPDX-License-Identifier: Apache-2.0

/// Dialogues: text files that say what a client sends and what it must hear, and what must be in the spool at the end.
///
/// The same file drives a session in memory, a session whose input is cut at random places, and one over a real socket. The words of the language stand in
/// `trials/src/test/dialogues/README.md`.
@NullMarked
package org.isthmus.trials.dialogue;

import org.jspecify.annotations.NullMarked;
