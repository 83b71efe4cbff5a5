// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.time.Duration;

/// So many in so long: {@code 100/1m}.
///
/// @param count at least 1
/// @param per at least a second
public record Rate(int count, Duration per) {
    public Rate {
        if (count < 1 || per.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("a rate is at least one in a time of at least a second");
        }
    }

    /// The time between two, if they come evenly.
    public Duration spacing() {
        return per.dividedBy(count);
    }

    /// As it is written in a configuration.
    @Override
    public String toString() {
        return count + "/" + Kind.words(per);
    }
}
