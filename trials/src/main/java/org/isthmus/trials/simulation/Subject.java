// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.simulation;

import java.io.IOException;
import java.util.Set;
import org.isthmus.platform.Platform;

/// The program under trial.
public interface Subject {
    /// Starts it. Called by an actor of the host's process; returns when mail is accepted. Exceptions mean that it did not start; it is tried again later, as a service manager would.
    Program start(Platform platform, Site site) throws Exception;

    /// The running program.
    interface Program {
        /// What it still has to deliver: letters by number, with the recipients that are not settled. Reports are in it as {@code report}.
        Set<Waiting> waiting() throws IOException;
    }

    record Waiting(String letter, String recipient) {}
}
