// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.Presence;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Step;

/// Says what a recipient is to the site, without asking DNS. Layer 1 of loop control.
public interface Classifier {
    Classified classify(Mailbox address, Snapshot snapshot);

    /// @param kind never DANGLING, which only DNS can show
    record Classified(RecipientClass kind, Presence presence, List<Step> steps) {
        public Classified {
            steps = List.copyOf(steps);
        }
    }
}
