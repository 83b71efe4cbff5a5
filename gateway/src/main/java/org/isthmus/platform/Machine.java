// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform;

/// How much of the machine is used: shares from 0 to 1, and 0 where nobody can tell. Cheap enough to be asked once a second.
public interface Machine {
    /// Nothing is known to be scarce.
    Machine AT_EASE = new Machine() {
        @Override
        public double memory() {
            return 0;
        }

        @Override
        public double descriptors() {
            return 0;
        }
    };

    /// The heap that is left in use after garbage was collected, of the largest heap allowed.
    double memory();

    /// Open file descriptors, of those allowed.
    double descriptors();
}
