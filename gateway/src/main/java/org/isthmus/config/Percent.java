// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

/// A share of a whole: {@code 85%}.
public record Percent(int value) {
    public Percent {
        if (value < 0 || value > 100) {
            throw new IllegalArgumentException(value + " is no share of a hundred");
        }
    }

    public double share() {
        return value / 100.0;
    }

    /// As it is written in a configuration.
    @Override
    public String toString() {
        return value + "%";
    }
}
