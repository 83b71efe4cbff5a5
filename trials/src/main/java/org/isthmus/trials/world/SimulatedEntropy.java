// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import org.isthmus.platform.Entropy;

/// Chance that follows from the seed.
final class SimulatedEntropy implements Entropy {
    private final Chance chance;

    SimulatedEntropy(Chance chance) {
        this.chance = chance;
    }

    @Override
    public void fill(byte[] into) {
        chance.fill(into);
    }

    @Override
    public long below(long bound) {
        return chance.below(bound);
    }
}
