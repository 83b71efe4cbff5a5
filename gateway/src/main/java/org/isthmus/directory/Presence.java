// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// What the directory says of an address. Three-valued where it must be: a source that cannot be read is {@link Undecided}, never unknown.
public sealed interface Presence {
    /// No configured domain matches: a stranger's address.
    record NotOurs() implements Presence {}

    /// It exists.
    /// @param step which source knew it, with file:line
    record Known(SiteDomain domain, Step step) implements Presence {}

    /// It stands for others: an alias, a catch-all.
    /// @param alias an alias rather than a catch-all
    /// @param owner the address that has `owner-` before the alias's name, if that is an alias too: it hears of the members' failures
    record Expands(SiteDomain domain, List<Mailbox> to, boolean alias, @Nullable Mailbox owner, Step step) implements Presence {
        public Expands {
            to = List.copyOf(to);
        }

        /// Without an owner.
        public Expands(SiteDomain domain, List<Mailbox> to, boolean alias, Step step) {
            this(domain, to, alias, null, step);
        }
    }

    /// It does not exist here: for an authoritative domain nowhere, for a shared one perhaps elsewhere.
    record Unknown(SiteDomain domain, Step step) implements Presence {}

    /// Cannot be told now. Never a reason to refuse for good.
    record Undecided(SiteDomain domain, String problem, Step step) implements Presence {}
}
