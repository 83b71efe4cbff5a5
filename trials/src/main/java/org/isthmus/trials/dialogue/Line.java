// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.time.Duration;

/// One line of a dialogue's conversation.
public sealed interface Line {
    /// Where it stands, for people.
    int number();

    /// The client sends these octets, in one piece.
    record Send(int number, byte[] octets) implements Line {}

    /// The client must hear a reply, one or more lines, and the pattern fits its first line.
    record Hear(int number, String pattern) implements Line {}

    /// Some line of the reply heard last fits the pattern.
    record Also(int number, String pattern) implements Line {}

    /// No line of the reply heard last fits the pattern.
    record Never(int number, String pattern) implements Line {}

    /// The client shakes hands, and all that follows goes under TLS.
    record Secure(int number) implements Line {}

    /// Time passes while the client says nothing.
    record Wait(int number, Duration time) implements Line {}

    /// The client closes its side.
    record Close(int number) implements Line {}

    /// The server must close, and say nothing more before.
    record ServerCloses(int number) implements Line {}
}
