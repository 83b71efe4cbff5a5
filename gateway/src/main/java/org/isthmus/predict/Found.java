// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.util.List;
import org.isthmus.config.Problem;

/// One finding of prediction, with the walk that shows it.
///
/// @param about what it is about, so that two views of one thing are told once: a next hop, a domain
/// @param walk the stations of the closed walk, first and last the same; empty where the finding is no walk
public record Found(Problem problem, String about, List<Station> walk) {
    public Found {
        walk = List.copyOf(walk);
    }

    /// @param name who has the mail: {@code we}, a next hop, the exchangers of a domain
    /// @param why what takes it to the next station, with its place; empty for the last
    public record Station(String name, String why) {}

    boolean isSame(Found other) {
        return problem.id().equals(other.problem.id()) && about.equals(other.about);
    }

    /// Whether it says that mail circles or leaves for nothing, rather than what to know.
    public boolean isLoop() {
        return problem.severity() != Problem.Severity.NOTE;
    }
}
