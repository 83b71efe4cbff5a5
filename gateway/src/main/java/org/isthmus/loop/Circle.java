// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isthmus.message.HeaderMarks;
import org.isthmus.message.Received;
import org.isthmus.transit.LoopEvidence.Node;

/// The way that a returned message went, from us to us, as the Received lines on top of our token tell it. RFC 5321 §4.4. Only the two ends are ours to vouch for.
final class Circle {
    private static final int LONGEST_NAME = 255;

    private Circle() {}

    /// @param newest when and to whom it left
    /// @param read the lines above it
    /// @return empty if we don't know our own name
    static List<Node> of(Trace newest, HeaderMarks read, Instant now) {
        String we = read.hostname();
        if (we == null) {
            return List.of();
        }
        List<Node> path = new ArrayList<>(read.hops().size() + 2);
        path.add(new Node(we, false, newest.token().moment()));
        for (String line : read.hops().reversed()) {
            Received.read(line).flatMap(received -> station(received, !newest.outward())).ifPresent(path::add);
        }
        path.add(new Node(we, false, now));
        return path;
    }

    private static Optional<Node> station(Received received, boolean inside) {
        String by = received.by();
        return by == null || by.length() > LONGEST_NAME ? Optional.empty() : Optional.of(new Node(by, inside, received.date()));
    }
}
