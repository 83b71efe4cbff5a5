// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import org.isthmus.address.Mailbox;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// What a table says of an address. Three-valued: a table that cannot be read is {@link Undecided}, never {@link Nothing}.
public sealed interface Mapped {
    record To(Mailbox address, SourceLine at) implements Mapped {}

    /// The address does not stand there.
    record Nothing() implements Mapped {}

    /// Cannot be told now.
    record Undecided(String why, @Nullable SourceLine at) implements Mapped {}
}
