// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.util.ArrayList;
import java.util.List;

/// The actors that wait for one thing.
final class WaitList {
    final List<SimulatedActor> actors = new ArrayList<>(2);
}
