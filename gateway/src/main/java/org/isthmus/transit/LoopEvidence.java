// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What shows that mail would circle.
///
/// @param layer L0 to L7, or {@code loopback} for the policy of the origin
/// @param finding what was found, in words for the operator
/// @param at the setting that makes the loop, where one does
/// @param evidence DNS records with TTL and server, path
public record LoopEvidence(String layer, String finding, @Nullable SourceLine at, List<String> evidence) {
    public LoopEvidence {
        evidence = List.copyOf(evidence);
    }
}
