// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

/// A run of a world did not end well: an actor threw, all actors wait for each other, or a budget is used up. The message tells the seed and what every actor was doing.
public final class RunFailed extends AssertionError {
    RunFailed(String message, Throwable cause) {
        super(message, cause);
    }

    /// Nobody can run, and no time limit will wake anybody.
    public static final class Deadlock extends RuntimeException {
        Deadlock(String message) {
            super(message, null, false, false);
        }
    }

    /// More steps or more virtual time than the run was given: usually two actors that keep each other busy for ever.
    public static final class BudgetUsedUp extends RuntimeException {
        BudgetUsedUp(String message) {
            super(message, null, false, false);
        }
    }

    /// An actor holds the baton and does nothing with it: it computes without end, or blocks outside the platform.
    public static final class Stuck extends RuntimeException {
        Stuck(String message) {
            super(message, null, false, false);
        }
    }
}
