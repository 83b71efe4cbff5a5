// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

    /// With what the loader and the directory have found of loops. What both tell is told once: as an error if either says so, with all evidence.
    /// @param known findings of any kind; those that are no loops are left out
    public Prediction with(List<Problem> known) {
        List<Found> all = new ArrayList<>(found);
        for (Problem problem : known) {
            int same = problem.isLoop() ? same(problem) : -1;
            if (same >= 0) {
                Found first = all.get(same);
                all.set(same, new Found(worse(first.problem(), problem), first.about(), first.walk()));
            } else if (problem.isLoop()) {
                all.add(new Found(problem, problem.message(), List.of()));
            }
        }
        return new Prediction(Findings.sorted(all), classes, askedDns, unanswered, questions, fresh, cut);
    }

    private int same(Problem problem) {
        for (int i = 0; i < found.size(); i++) {
            if (isSame(found.get(i).problem(), problem)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isSame(Problem one, Problem other) {
        return one.id().equals(other.id()) && Objects.equals(one.at(), other.at()) && (one.at() != null || one.message().equals(other.message()));
    }

    private static Problem worse(Problem one, Problem other) {
        if (one.severity().compareTo(other.severity()) <= 0) {
            return one;
        }
        List<String> evidence = new ArrayList<>(other.evidence());
        one.evidence().stream().filter(line -> !evidence.contains(line)).forEach(evidence::add);
        return new Problem(other.id(), other.severity(), other.certain(), other.at(), other.message(), evidence, other.fix() == null ? one.fix() : other.fix());
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
