// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import java.io.IOException;
import java.util.Set;
import org.isthmus.schedule.QueueControl;

/// What a running server lets an operator see and do; asked over the control socket. Implemented by the wiring. Safe for all threads.
public interface Operations {
    ServerStatus status();

    /// Reads the configuration again and swaps it in, or keeps the old one and says why.
    /// @param acceptedLoops ids of findings that are not to stop it
    /// @param by who asked
    Reloaded reload(Set<String> acceptedLoops, String by);

    QueueControl queue();

    /// Writes out what tracking has in memory, so that a search finds the last events too.
    void syncTracking() throws IOException;
}
