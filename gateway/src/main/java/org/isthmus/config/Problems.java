// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// Collects what is wrong while a configuration is read, so that the operator learns of everything at once.
final class Problems {
    private final List<Problem> found = new ArrayList<>();

    void add(Problem problem) {
        if (!found.contains(problem)) {
            found.add(problem);
        }
    }

    void error(String id, @Nullable SourceLine at, String message) {
        add(Problem.error(id, at, message, null));
    }

    void error(String id, @Nullable SourceLine at, String message, String fix) {
        add(Problem.error(id, at, message, fix));
    }

    void warning(String id, @Nullable SourceLine at, String message) {
        add(Problem.warning(id, at, message, null));
    }

    /// Whether there are errors that no operator can accept: all but predicted loops.
    boolean areFatal() {
        return found.stream().anyMatch(problem -> problem.isError() && !problem.isLoop());
    }

    boolean hasErrors() {
        return found.stream().anyMatch(Problem::isError);
    }

    /// In order of file (as first met) and line.
    List<Problem> sorted() {
        List<String> files = found.stream().map(Problems::file).distinct().toList();
        return found.stream()
                .sorted(Comparator.<Problem>comparingInt(problem -> files.indexOf(file(problem))).thenComparingInt(Problems::line))
                .toList();
    }

    private static String file(Problem problem) {
        SourceLine at = problem.at();
        return at == null ? "" : at.file();
    }

    private static int line(Problem problem) {
        SourceLine at = problem.at();
        return at == null ? 0 : at.line();
    }
}
