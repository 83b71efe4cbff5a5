// SPDX-License-Identifier: Apache-2.0
package org.isthmus.explain;

import java.util.List;
import java.util.stream.Stream;
import org.isthmus.addressing.Copying;
import org.isthmus.schedule.Forecast.Fate;
import org.isthmus.schedule.Forecast.Prospect;
import org.isthmus.smtp.Reply;
import org.isthmus.transit.Step;

/// What would happen, and why.
///
/// @param command that got the reply: {@code RCPT}, or the one at which it ended before, or {@code end of data}
/// @param reply what the client would hear
/// @param steps why, in the order in which they were taken
/// @param prospects what would become of the recipient and of those that stand in its place; empty if it was refused
/// @param changers what would change the answer
public record Explanation(Question question, String command, Reply reply, List<Step> steps, List<Prospect> prospects, List<String> changers) {
    public Explanation {
        steps = List.copyOf(steps);
        prospects = List.copyOf(prospects);
        changers = List.copyOf(changers);
    }

    /// The answer in a word.
    public enum Verdict {
        /// Every copy has a way.
        DELIVERED,
        /// A copy waits: for a person, or until somebody can tell.
        CANNOT_TELL,
        /// Refused, or accepted and then given up.
        REFUSED
    }

    /// Whether the client would hear a 250.
    public boolean accepted() {
        return reply.isPositive();
    }

    public Verdict verdict() {
        if (!accepted()) {
            return reply.isTransient() ? Verdict.CANNOT_TELL : Verdict.REFUSED;
        }
        // What becomes of the copies that the site keeps changes nothing for who sends.
        List<Verdict> verdicts = prospects.stream().filter(prospect -> !Copying.isCopy(prospect.recipient())).flatMap(prospect -> verdict(prospect.fate())).toList();
        return verdicts.stream().max(Verdict::compareTo).orElse(Verdict.CANNOT_TELL);
    }

    private static Stream<Verdict> verdict(Fate fate) {
        return switch (fate) {
            case Fate.Goes goes -> Stream.of(goes.suspended() == null ? Verdict.DELIVERED : Verdict.CANNOT_TELL);
            case Fate.Held held -> Stream.of(Verdict.CANNOT_TELL);
            case Fate.Waits waits -> Stream.of(Verdict.CANNOT_TELL);
            case Fate.Fails fails -> Stream.of(Verdict.REFUSED);
            // What came in its place counts.
            case Fate.Becomes becomes -> Stream.empty();
        };
    }
}
