// SPDX-License-Identifier: Apache-2.0

/// Why, and what if: runs the production pipeline with its effects replaced by recorders.
///
/// May use everything from {@code schedule} and {@code receive} down. What it says is what the server would do, because it is the server's own code that says it.
@NullMarked
package org.isthmus.explain;

import org.jspecify.annotations.NullMarked;
