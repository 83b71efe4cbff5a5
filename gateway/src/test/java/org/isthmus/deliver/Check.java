// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.isthmus.transit.Cause;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Outcome;

/// Outcomes in a few words, for comparison.
final class Check {
    private Check() {}

    /// {@code delivered}, {@code deferred STATUS KIND}, {@code failed STATUS KIND}, with the kind of cause and, where it has one, the stage.
    static String words(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Delivered delivered -> "delivered";
            case Outcome.Deferred deferred -> "deferred " + words(deferred.cause());
            case Outcome.Failed failed -> "failed " + words(failed.cause());
            case Outcome.Expanded expanded -> "expanded";
            case Outcome.Removed removed -> "removed";
        };
    }

    /// Those of all recipients, in order.
    static List<String> words(DeliveryAttempt attempt) {
        return IntStream.range(0, attempt.outcomes().size()).mapToObj(i -> words(Objects.requireNonNull(attempt.outcomes().get(i)))).toList();
    }

    private static String words(Cause cause) {
        String kind = switch (cause) {
            case Cause.Replied replied -> "replied " + replied.stage();
            case Cause.Unreachable unreachable -> "unreachable " + unreachable.stage();
            default -> cause.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
        };
        return cause.status() + " " + kind;
    }
}
