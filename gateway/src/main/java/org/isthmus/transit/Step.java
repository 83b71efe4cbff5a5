// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One step of a decision about one recipient or one client, as it was taken: the raw matter of {@code explain} and {@code trace}.
///
/// @param stage which room asked which question: {@code relay}, {@code directory}, {@code route}, {@code loopback}, {@code mx}, {@code identity}...
/// @param rule the rule that decided, in the operator's words: {@code routes[2] to="*" via=mx}
/// @param at where the rule stands; none for built-in ones
/// @param outcome what followed from it
/// @param evidence what it was decided on: DNS answers with TTL and server, a peer's words
/// @param lost alternatives that lost, each with its reason
public record Step(
        String stage, String rule, @Nullable SourceLine at, String outcome, List<String> evidence, List<String> lost) {
    public Step {
        evidence = List.copyOf(evidence);
        lost = List.copyOf(lost);
    }

    public static Step of(String stage, String rule, @Nullable SourceLine at, String outcome) {
        return new Step(stage, rule, at, outcome, List.of(), List.of());
    }
}
