// SPDX-License-Identifier: Apache-2.0

/// Loop control in the simulated world.
@NullMarked
package org.isthmus.trials.loops;

import org.jspecify.annotations.NullMarked;
