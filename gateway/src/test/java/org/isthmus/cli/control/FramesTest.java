// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FramesTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @Test
    void whatIsWrittenReadsBackHoweverItIsCutUp() throws Exception {
        byte[] content = new byte[100_000];
        Arrays.fill(content, (byte) 7);
        ScriptedConnection written = new ScriptedConnection(new byte[0], 1);
        Frames.write(written, content, LIMIT);
        for (int piece : new int[] {1, 3, 4, 5, 8192, 1 << 20}) {
            ScriptedConnection connection = new ScriptedConnection(written.written(), piece);
            assertThat(Frames.read(connection, 1 << 20, connection.time, LIMIT)).isEqualTo(content);
            assertThat(Frames.read(connection, 1 << 20, connection.time, LIMIT)).isNull();
        }
    }

    @Test
    void aLengthAloneCostsNoMemoryAndIsRefusedBeforeTheContent() {
        for (byte[] head : new byte[][] {{0, 0, 0, 0}, {0, 16, 0, 1}, {-1, -1, -1, -1}, {127, -1, -1, -1}, {-128, 0, 0, 0}}) {
            ScriptedConnection connection = new ScriptedConnection(head, 4);
            assertThatThrownBy(() -> Frames.read(connection, 1 << 20, connection.time, LIMIT)).isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void aPeerThatLeavesWithinAFrameIsAnError() {
        for (byte[] bytes : new byte[][] {{0}, {0, 0, 0}, {0, 0, 0, 5}, {0, 0, 0, 5, 1, 2, 3, 4}}) {
            ScriptedConnection connection = new ScriptedConnection(bytes, 8);
            assertThatThrownBy(() -> Frames.read(connection, 1 << 20, connection.time, LIMIT)).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void aPeerThatDribblesIsGivenUpAfterTheLimit() {
        byte[] frame = new byte[1004];
        frame[2] = 3;
        frame[3] = (byte) 232;
        ScriptedConnection connection = new ScriptedConnection(frame, 1);
        connection.eachReadTakes = Duration.ofSeconds(1);
        assertThatThrownBy(() -> Frames.read(connection, 1 << 20, connection.time, LIMIT)).isInstanceOf(SocketTimeoutException.class);
        assertThat(connection.time.elapsed()).isEqualTo(LIMIT);
    }
}
