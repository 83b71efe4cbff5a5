// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.io.IOException;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Network;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;

/// The server's side of a {@link DeliverDialogue}, and the platform on which the client meets it.
interface Opposite {
    Network network();

    Time time();

    Threads threads();

    Entropy entropy();

    /// Another message follows: what the script has for it may happen now. Returns when the client can see what the server says unasked.
    void resume() throws IOException, InterruptedException;

    /// After the last delivery and the end of all connections.
    /// @throws AssertionError if anything is left on either side, or something was said that is not in the script
    void checkOver() throws InterruptedException;
}
