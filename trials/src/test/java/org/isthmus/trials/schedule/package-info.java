// SPDX-License-Identifier: Apache-2.0

/// The queue of a whole connector in a simulated world, hour by hour: what waits for whom, for how long, and what an operator can do about it.
@NullMarked
package org.isthmus.trials.schedule;

import org.jspecify.annotations.NullMarked;
