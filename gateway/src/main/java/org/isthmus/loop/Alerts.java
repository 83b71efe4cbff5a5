// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

/// Tells people. One alert is one WARN line that contains {@code alert}, one letter to the postmaster, and one event; what repeats it goes into the hourly digest, and so does
/// everything beyond five letters an hour, so that nobody can bomb the postmaster. Safe for all threads; returns at once.
public interface Alerts {
    /// Tells nobody.
    Alerts NONE = new Alerts() {
        @Override
        public void raise(Alert alert) {
            // Nobody is told.
        }

        @Override
        public void note(Alert note) {
            // Nobody is told.
        }
    };

    /// Tells at once, unless the same was told within the hour.
    void raise(Alert alert);

    /// Tells with the next digest.
    void note(Alert note);
}
