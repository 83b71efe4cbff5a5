// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.List;
import java.util.Optional;

/// What came of reading a configuration.
///
/// @param settings empty if one of the problems is an error that nobody can accept: any but a predicted loop
/// @param problems all that was found, in order of file and line; warnings among them
public record Loaded(Optional<Settings> settings, List<Problem> problems) {
    public Loaded {
        problems = List.copyOf(problems);
    }

    /// The settings of a text that is known to be good.
    /// @throws IllegalArgumentException with all errors if it is not
    public Settings orThrow() {
        return settings.filter(good -> problems.stream().noneMatch(Problem::isError)).orElseThrow(() -> new IllegalArgumentException(String.join("\n", problems.stream().map(Problem::text).toList())));
    }
}
