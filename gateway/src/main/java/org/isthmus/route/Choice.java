// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import org.isthmus.config.Settings.AddressSpace;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// A way that the configuration offers a recipient, not yet resolved.
///
/// @param via the name of a next hop, or {@code mx}
/// @param rule what offers it, in the operator's words: {@code routes[2] to="*" via=mx}
/// @param at where the rule stands
record Choice(String via, String rule, @Nullable SourceLine at) {
    boolean byMx() {
        return via.equals(AddressSpace.MX);
    }
}
