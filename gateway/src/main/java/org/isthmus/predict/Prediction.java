// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.isthmus.config.Problem;

/// What would happen by a configuration, with DNS as it is now.
///
/// @param found in order of file and line
/// @param classes of mail that were followed
/// @param askedDns whether DNS was asked at all
/// @param unanswered questions that DNS did not answer, each with why: what hangs on them is not known
/// @param questions that DNS was asked
/// @param fresh how long the answers of DNS hold
/// @param cut true if there was too much to follow all of it
public record Prediction(List<Found> found, int classes, boolean askedDns, List<String> unanswered, int questions, Duration fresh, boolean cut) {
    public Prediction {
        found = List.copyOf(found);
        unanswered = List.copyOf(unanswered);
    }

    /// Everything that it found, for `check`.
    public List<Problem> problems() {
        return found.stream().map(Found::problem).toList();
    }

    /// Nothing circles, as far as can be told: neither by the configuration nor by DNS.
    public boolean isAcyclic() {
        return found.stream().noneMatch(one -> one.isLoop() && (one.problem().isError() || !one.walk().isEmpty()));
    }

    /// The ids of all findings that are loops.
    public Set<String> loops() {
        Set<String> ids = new TreeSet<>();
        found.stream().filter(Found::isLoop).forEach(one -> ids.add(one.problem().id()));
        return ids;
    }
}
