// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.util.Random;
import org.isthmus.platform.Entropy;

/// Chance that repeats itself.
final class SeededChance implements Entropy {
    private final Random random;

    SeededChance(long seed) {
        random = new Random(seed);
    }

    @Override
    public void fill(byte[] into) {
        random.nextBytes(into);
    }

    @Override
    public long below(long bound) {
        return random.nextLong(bound);
    }
}
