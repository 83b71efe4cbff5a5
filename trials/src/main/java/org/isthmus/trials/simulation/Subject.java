// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.simulation;

import java.io.IOException;
import java.util.Set;
import org.isthmus.platform.Platform;

/// The program under trial.
public interface Subject {
    /// Starts it. Called by an actor of the host's process; returns when mail is accepted. Exceptions mean that it did not start; it is tried again later, as a service manager would.
    Program start(Platform platform, Site site) throws Exception;

    /// True if what becomes of a recipient and the report about it are made durable in one step, so that no death can lead to two reports.
    default boolean reportsOnce() {
        return true;
    }

    /// What an operator does to the running program.
    enum Meddling {
        /// Makes all due.
        FLUSH,
        /// Holds all that waits.
        HOLD, RELEASE,
        /// Suspends all deliveries.
        SUSPEND, RESUME,
        /// Loads a configuration in which half of the world is suspended.
        RECONFIGURE,
        /// Loads the first one again.
        RESTORE
    }

    /// The running program.
    interface Program {
        /// Ends it in good order, as SIGTERM does; what it still does when this returns it is not given the time for.
        default void stop() throws InterruptedException {}

        /// What an operator does. What cannot be done now is not done.
        default void meddle(Meddling how) throws IOException {}

        /// What it still has to deliver: letters by number, with the recipients that are not settled. Reports are in it as {@code report}.
        Set<Waiting> waiting() throws IOException;
    }

    record Waiting(String letter, String recipient) {}
}
