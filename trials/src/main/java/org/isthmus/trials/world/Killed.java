// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

/// Thrown in an actor whose process has died, out of each platform call: whatever it still does has no effect outside.
final class Killed extends Error {
    Killed(String actor) {
        super(actor + " was killed", null, false, false);
    }
}
