// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GateTest {
    private final Gate gate = new Gate();

    @Test
    void aRestingSessionIsTakenOver() {
        assertThat(gate.rest()).isTrue();
        assertThat(gate.take()).isTrue();
        assertThat(gate.resume()).isFalse();
    }

    @Test
    void aWorkingSessionFinishesFirst() {
        assertThat(gate.take()).isFalse();
        assertThat(gate.isClosing()).isTrue();
        assertThat(gate.rest()).as("it must say the last word itself").isFalse();
        assertThat(gate.take()).as("the stopper stays out").isFalse();
    }

    @Test
    void aSessionThatResumesInTimeKeepsItsConnection() {
        assertThat(gate.rest()).isTrue();
        assertThat(gate.resume()).isTrue();
        assertThat(gate.take()).isFalse();
    }

    @Test
    void onlyOneStopperTakesIt() {
        gate.rest();
        assertThat(gate.take()).isTrue();
        assertThat(gate.take()).isFalse();
    }
}
