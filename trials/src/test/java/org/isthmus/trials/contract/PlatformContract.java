// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.contract;

import org.isthmus.platform.Platform;

/// Runs scenarios in a platform under trial.
public interface PlatformContract {
    /// What a test does in the platform; the calling thread counts as an actor.
    @FunctionalInterface
    interface Scenario {
        void run(Platform platform) throws Exception;
    }

    /// Runs the scenario, perhaps several times, each time in a fresh platform whose host has the address 127.0.0.1.
    void in(Scenario scenario) throws Exception;
}
