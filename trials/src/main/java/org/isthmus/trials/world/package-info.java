// SPDX-License-Identifier: Apache-2.0

/// A simulated outside: time, chance, threads, network, names and disks that follow from one seed, so that a run can be repeated event for event.
///
/// {@link org.isthmus.trials.world.World} owns a run. {@link org.isthmus.trials.world.SimulatedDisk} also serves alone, without a world.
/// Only one actor runs at a time, so nothing in here needs a lock against another actor of the same world.
@NullMarked
package org.isthmus.trials.world;

import org.jspecify.annotations.NullMarked;
