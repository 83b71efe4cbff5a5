// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.time.Duration;

/// Time limits in the units that the JDK's calls take.
final class Limits {
    private Limits() {}

    /// In nanoseconds; the longest that fits if it is longer than that (292 years).
    static long nanos(Duration limit) {
        return limit.compareTo(Duration.ofDays(100_000)) > 0 ? Long.MAX_VALUE / 2 : limit.toNanos();
    }

    /// In milliseconds, rounded up and never 0, which the JDK takes for "without limit".
    static int millis(Duration limit) {
        long millis = Math.ceilDiv(nanos(limit), 1_000_000);
        return Math.clamp(millis, 1, Integer.MAX_VALUE);
    }
}
