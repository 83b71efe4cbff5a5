// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.List;

/// A route with its reasons.
///
/// @param kind what the recipient is to the site
/// @param steps how it was found, in order
public record Routing(RecipientClass kind, Route route, List<Step> steps) {
    public Routing {
        steps = List.copyOf(steps);
    }
}
