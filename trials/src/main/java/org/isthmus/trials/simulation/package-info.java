// SPDX-License-Identifier: Apache-2.0

/// The whole connector in a simulated world: a site, traffic, trouble, and what must hold in the end, all from one seed.
///
/// {@link org.isthmus.trials.simulation.ConnectorSimulation} runs a seed and says what went wrong, with the line that runs it again. The program under trial is a
/// {@link org.isthmus.trials.simulation.Subject}, so that the simulation can be tried itself: with a small server that is right, and with ones that are wrong in a known way.
@NullMarked
package org.isthmus.trials.simulation;

import org.jspecify.annotations.NullMarked;
