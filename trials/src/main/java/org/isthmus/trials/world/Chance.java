// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Seeded chance: the same seed gives the same choices. SplitMix64. Each part of a world draws from a fork of its own, so that one more draw here does not change what happens there.
public final class Chance {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long seed;
    private long state;

    public Chance(long seed) {
        this.seed = seed;
        this.state = mix(seed + GOLDEN);
    }

    /// An independent source that depends on the seed and the name alone, not on what was drawn so far.
    public Chance fork(String name) {
        long hash = seed;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = mix(hash ^ (b & 0xff)) + GOLDEN;
        }
        return new Chance(hash);
    }

    public long next() {
        state += GOLDEN;
        return mix(state);
    }

    /// A number from 0 to {@code bound - 1}.
    public long below(long bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound " + bound + " is less than 1");
        }
        return Long.remainderUnsigned(next(), bound);
    }

    /// A number from 0 to {@code bound - 1}.
    public int below(int bound) {
        return (int) below((long) bound);
    }

    /// A number from the first to the second, both included.
    public long between(long least, long most) {
        return least + below(most - least + 1);
    }

    /// True with this probability. Draws also where the answer is certain, so that changing a probability changes nothing else.
    public boolean happens(double probability) {
        return (next() >>> 11) * 0x1.0p-53 < probability;
    }

    public boolean coin() {
        return next() < 0;
    }

    public <T> T oneOf(List<T> list) {
        return list.get(below(list.size()));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    public final <T> T oneOf(T... of) {
        return of[below(of.length)];
    }

    public void fill(byte[] into) {
        long bits = 0;
        for (int i = 0; i < into.length; i++) {
            if (i % 8 == 0) {
                bits = next();
            }
            into[i] = (byte) bits;
            bits >>>= 8;
        }
    }

    static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
