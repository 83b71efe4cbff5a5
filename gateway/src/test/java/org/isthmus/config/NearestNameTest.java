// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {
    private static final List<String> NAMES = List.of("retry", "lifetime", "delay-notice", "priority", "mx");

    @Test
    void aSlipOfTheFingerIsForgiven() {
        assertThat(NearestName.of("retri", NAMES)).contains("retry");
        assertThat(NearestName.of("rtery", NAMES)).contains("retry");
        assertThat(NearestName.of("LIFETIME", NAMES)).contains("lifetime");
        assertThat(NearestName.of("delaynotice", NAMES)).contains("delay-notice");
        assertThat(NearestName.of("mxx", NAMES)).contains("mx");
    }

    @Test
    void whatResemblesNothingIsNotGuessedAt() {
        assertThat(NearestName.of("frobnicate", NAMES)).isEmpty();
        assertThat(NearestName.of("ab", NAMES)).isEmpty();
        assertThat(NearestName.of("retry", List.of())).isEmpty();
        assertThat(NearestName.hint("frobnicate", NAMES)).isEmpty();
    }

    @Test
    void aSwapOfNeighboursCountsOnce() {
        assertThat(NearestName.distance("ab", "ba")).isEqualTo(1);
        assertThat(NearestName.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(NearestName.distance("", "abc")).isEqualTo(3);
        assertThat(NearestName.distance("same", "same")).isZero();
        assertThat(NearestName.distance("x".repeat(300), "y")).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void equallyNearNamesAreTakenInAlphabeticalOrder() {
        assertThat(NearestName.of("hoq", List.of("hot", "hop"))).contains("hop");
    }
}
