// SPDX-License-Identifier: Apache-2.0

/// Wiring by constructor calls in one readable file; start, stop, signals. Nobody uses it.
@NullMarked
package org.isthmus.main;

import org.jspecify.annotations.NullMarked;
