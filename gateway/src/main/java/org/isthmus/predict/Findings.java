// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.isthmus.config.Problem;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// Collects what is found; what two views say of one thing is told once, with the walk of whichever has one.
final class Findings {
    private final List<Found> all = new ArrayList<>();
    private final java.util.Map<String, Integer> index = new java.util.HashMap<>();

    void add(Found found) {
        Integer known = index.putIfAbsent(found.problem().id() + " " + found.about(), all.size());
        if (known == null) {
            all.add(found);
            return;
        }
        Found first = all.get(known);
        boolean worse = found.problem().severity().compareTo(first.problem().severity()) < 0;
        Problem problem = worse ? found.problem() : first.problem();
        all.set(known, new Found(problem, first.about(), first.walk().isEmpty() || (worse && !found.walk().isEmpty()) ? found.walk() : first.walk()));
    }

    void add(Problem problem, String about) {
        add(new Found(problem, about, List.of()));
    }

    /// In order of file, as first met, and line.
    List<Found> sorted() {
        return sorted(all);
    }

    static List<Found> sorted(List<Found> all) {
        List<String> files = all.stream().map(one -> file(one.problem().at())).distinct().toList();
        return all.stream().sorted(Comparator.<Found>comparingInt(one -> files.indexOf(file(one.problem().at()))).thenComparingInt(one -> line(one.problem().at()))).toList();
    }

    private static String file(@Nullable SourceLine at) {
        return at == null ? "" : at.file();
    }

    private static int line(@Nullable SourceLine at) {
        return at == null ? 0 : at.line();
    }
}
