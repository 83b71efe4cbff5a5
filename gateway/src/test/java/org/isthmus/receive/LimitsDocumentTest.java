// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LimitsDocumentTest {
    @Test
    void docsLimitsHasTheFiguresOfTheProgram() throws IOException {
        assertThat(Files.readString(Path.of("../docs/limits.md"))).contains(
                Bounds.COMMAND_LINE + " octets with its CRLF",
                Bounds.LINE_OVERRUN + " octets more",
                "HELP, EHLO, since the last accepted message | " + Bounds.IDLE_COMMANDS + " |",
                "and " + Bounds.SLOWEST + " octets a second",
                Bounds.DATA_OVERRUN + " octets |",
                Bounds.LINGER.toMillis() + " ms or " + Bounds.LINGER_OCTETS + " octets",
                Bounds.RESTING_BUFFER + " octets for input, " + Bounds.SMALL_BUFFER + " while it talks, " + Bounds.LARGE_BUFFER + " while large content comes; " + Bounds.REPLIES + " for replies");
    }
}
