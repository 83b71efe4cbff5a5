// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.transit.Step;

/// What the directory says of an address. Three-valued where it must be: a source that cannot be read is {@link Undecided}, never unknown.
public sealed interface Presence {
    /// No configured domain matches: a stranger's address.
    record NotOurs() implements Presence {}

    /// It exists.
    /// @param step which source knew it, with file:line
    record Known(SiteDomain domain, Step step) implements Presence {}

    /// It stands for others: an alias, a catch-all.
    /// @param alias an alias rather than a catch-all
    record Expands(SiteDomain domain, List<Mailbox> to, boolean alias, Step step) implements Presence {
        public Expands {
            to = List.copyOf(to);
        }
    }

    /// It does not exist here: for an authoritative domain nowhere, for a shared one perhaps elsewhere.
    record Unknown(SiteDomain domain, Step step) implements Presence {}

    /// Cannot be told now. Never a reason to refuse for good.
    record Undecided(SiteDomain domain, String problem, Step step) implements Presence {}
}
