// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tls;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// Buffers for TLS records on their way out, lent for the time of a write. The engine wants one that holds the largest record for the smallest reply; a session that had its own
/// would hold more in it than in everything else. They have only ever held what the network sees. Safe for all threads; nobody waits.
final class RecordBuffers {
    /// Four records of the largest size, with what TLS adds.
    private static final int OCTETS = 4 * 17 * 1024;
    private static final int KEPT = 32;
    private static final BlockingQueue<ByteBuffer> SPARE = new ArrayBlockingQueue<>(KEPT);

    private RecordBuffers() {}

    /// An empty one, which is to be given back.
    static ByteBuffer take() {
        @Nullable ByteBuffer spare = SPARE.poll();
        return spare == null ? ByteBuffer.allocate(OCTETS) : spare.clear();
    }

    /// Gives one back that nobody uses any more; more than a few are left to the garbage.
    static void give(ByteBuffer buffer) {
        SPARE.offer(buffer);
    }
}
