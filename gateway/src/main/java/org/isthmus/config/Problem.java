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

    /// In one line: {@code isthmus.conf:12: error: unknown key "retri"; did you mean "retry"? [unknown-key]}.
    public String text() {
        String place = at == null ? "" : at + ": ";
        return place + severity.name().toLowerCase(java.util.Locale.ROOT) + ": " + message + (fix == null ? "" : "; write " + fix) + " [" + id + "]";
    }

    /// Whether it is a finding of loop prediction, which an operator can accept by its id.
    public boolean isLoop() {
        return id.startsWith("LP");
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /// How bad it is. Only an error keeps a configuration from being used.
    public enum Severity {
        ERROR,
        WARNING,
        NOTE
    }
}
