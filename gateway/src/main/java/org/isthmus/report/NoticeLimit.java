// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/// How many notices about reports that failed the postmaster gets at once; the others stand in the digest. Mail with forged senders would make one of each otherwise.
final class NoticeLimit {
    /// Notices within an hour.
    static final int MOST = 5;
    private static final Duration WINDOW = Duration.ofHours(1);

    private final Deque<Instant> given = new ArrayDeque<>(MOST);

    synchronized boolean allows(Instant now) {
        while (!given.isEmpty() && !given.peekFirst().isAfter(now.minus(WINDOW))) {
            given.removeFirst();
        }
        if (given.size() >= MOST) {
            return false;
        }
        given.addLast(now);
        return true;
    }
}
