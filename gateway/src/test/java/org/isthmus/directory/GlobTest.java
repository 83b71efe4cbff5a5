// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource({
        "u*, u, true", "u*, user1, true", "u*, xu, false", "'*', '', true", "'*', anything, true", "'', '', true", "'', a, false",
        "u??, u12, true", "u??, u1, false", "u??, u123, false",
        "*.sales, bob.sales, true", "*.sales, sales, false", "*a*b*c*, xxaxxbxxcxx, true", "*a*b*c*, xxaxxcxxbxx, false",
        "u[0-9], u7, true", "u[0-9], ux, false", "u[!0-9], ux, true", "u[!0-9], u7, false", "u[^0-9], ux, true", "u[]x], u], true", "u[]x], uy, false",
        "u[a-c1], u1, true", "u[a-, u[a-, true", "u[-a], u-, true", "u[, u[, true", "u\\*, u*, true", "u\\*, ux, false", "a\\, a\\, true", "[, [, true", "[], [], true",
    })
    void matchesAsAShellDoes(String pattern, String text, boolean expected) {
        assertThat(Glob.matches(pattern, text)).isEqualTo(expected);
    }

    @Test
    void manyStarsDoNotMultiplyTheTime() {
        // With one branch for each star, the number of steps would have thirty digits.
        assertThat(Glob.matches("*a".repeat(32) + "b", "a".repeat(64))).isFalse();
    }
}
