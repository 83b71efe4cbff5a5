// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// One finding about a configuration, for a person to act on.
///
/// @param id a stable name: {@code unknown-key}, {@code LP01}
/// @param certain it will happen, rather than may
/// @param message what was found and what was expected
/// @param fix what to write instead; none if there is no single answer
public record Problem(
        String id, Severity severity, boolean certain, @Nullable SourceLine at, String message, java.util.List<String> evidence, @Nullable String fix) {

    public Problem {
        evidence = java.util.List.copyOf(evidence);
    }

    public static Problem error(String id, @Nullable SourceLine at, String message, @Nullable String fix) {
        return new Problem(id, Severity.ERROR, true, at, message, java.util.List.of(), fix);
    }

    public static Problem warning(String id, @Nullable SourceLine at, String message, @Nullable String fix) {
        return new Problem(id, Severity.WARNING, true, at, message, java.util.List.of(), fix);
    }

    public enum Severity {
        ERROR,
        WARNING,
        NOTE
    }
}
