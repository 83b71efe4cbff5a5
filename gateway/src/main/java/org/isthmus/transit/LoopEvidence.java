// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What shows that mail would circle.
///
/// @param layer L0 to L7, {@code aliases}, or {@code loopback} for the policy of the origin
/// @param finding what was found, in words for the operator
/// @param at the setting that makes the loop, where one does
/// @param evidence DNS records with TTL and server
/// @param path the circle, from us to us, as far as it is known; empty if it is not
public record LoopEvidence(String layer, String finding, @Nullable SourceLine at, List<String> evidence, List<Node> path) {
    public LoopEvidence {
        evidence = List.copyOf(evidence);
        path = List.copyOf(path);
    }

    /// Where the path is not known.
    public LoopEvidence(String layer, String finding, @Nullable SourceLine at, List<String> evidence) {
        this(layer, finding, at, evidence, List.of());
    }

    /// The same with its path.
    public LoopEvidence along(List<Node> nodes) {
        return new LoopEvidence(layer, finding, at, evidence, nodes);
    }

    /// One server of a circle.
    ///
    /// @param name as the world knows it: a host name
    /// @param inside it is the site's own, and nobody outside is told its name
    /// @param at when it had the message, by the Received line that it wrote, which only the server itself vouches for; none if that is not known
    public record Node(String name, boolean inside, @Nullable Instant at) {
        /// A server that everybody may know.
        public static Node of(String name) {
            return new Node(name, false, null);
        }
    }

    /// {@code mx1.example.com -> mx.partner.example -> mx1.example.com}; empty if the path is not known.
    /// @param outside it is for people outside the site: the site's own servers stay nameless
    public String path(boolean outside) {
        return String.join(" -> ", path.stream().map(node -> outside && node.inside() ? "(a server of the site)" : node.name()).toList());
    }
}
