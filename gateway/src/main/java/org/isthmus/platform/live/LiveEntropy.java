// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.security.SecureRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.isthmus.platform.Entropy;

/// Chance from {@link SecureRandom}. Numbers are cut from a block that is filled once in a while, so that one costs nanoseconds and no system call.
final class LiveEntropy implements Entropy {
    private static final int BLOCK = 4096;

    private final SecureRandom source = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();
    private final byte[] block = new byte[BLOCK];
    private int used = BLOCK;

    @Override
    public void fill(byte[] into) {
        source.nextBytes(into);
    }

    @Override
    public long below(long bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("no number is below " + bound);
        }
        // Numbers from the incomplete last span would make small results likelier; they are thrown away.
        long number = next();
        long result = number % bound;
        while (number - result + (bound - 1) < 0) {
            number = next();
            result = number % bound;
        }
        return result;
    }

    /// 63 random bits.
    private long next() {
        lock.lock();
        try {
            if (used + 8 > BLOCK) {
                source.nextBytes(block);
                used = 0;
            }
            long number = 0;
            for (int i = 0; i < 8; i++) {
                number = number << 8 | block[used] & 0xff;
                // What was given out once is not kept: some of these numbers become secrets.
                block[used++] = 0;
            }
            return number >>> 1;
        } finally {
            lock.unlock();
        }
    }
}
