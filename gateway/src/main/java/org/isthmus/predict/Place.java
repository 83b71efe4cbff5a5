// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import org.isthmus.address.Domain;

/// Where mail is.
sealed interface Place {
    /// With us.
    /// @param returned it has been here before
    record Here(boolean returned) implements Place {}

    /// At a next hop of the configuration.
    record At(String hop) implements Place {}

    /// At the mail exchangers of a domain.
    record Outside(Domain domain) implements Place {}
}
