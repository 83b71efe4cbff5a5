// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.Presence;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Step;

/// Says what a recipient is to the site, without asking DNS. Layer 1 of loop control.
public interface Classifier {
    Classified classify(Mailbox address, Snapshot snapshot);

    /// The same for a recipient that may have come out of an expansion: what stands in its {@code via} is not expanded again.
    default Classified classify(Recipient recipient, Snapshot snapshot) {
        return classify(recipient.address(), snapshot);
    }

    /// @param kind never DANGLING, which only DNS can show. An address that expands is SITE_KNOWN, one that cannot be told about now too: nobody may refuse it for good
    record Classified(RecipientClass kind, Presence presence, List<Step> steps) {
        public Classified {
            steps = List.copyOf(steps);
        }
    }
}
