// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.isthmus.loop.Circuit;
import org.isthmus.loop.SeenLoop;
import org.isthmus.transit.QueueId;
import org.jspecify.annotations.Nullable;

/// What an operator may see of loops that were met, and do about the mail that is held for them.
public interface LoopControl {
    /// The latest first, at most a few hundred.
    List<Line> list();

    /// Circuits that are not closed, those too whose loop has been forgotten.
    List<Circuit> circuits();

    /// One of them with its report.
    Optional<Detail> show(int id);

    /// Lets mail go: what the breaker holds is tried with one copy, and follows if that does not come back; what the loopback policy or the pair rate holds goes at once.
    /// @return empty if there is no such loop, or no such message in the queue
    Optional<Released> release(Choice choice, boolean dryRun, String by) throws IOException;

    /// @param circuits of its domain that are not closed
    /// @param held messages that the breaker holds for its domain
    record Line(SeenLoop loop, List<Circuit> circuits, int held) {
        public Line {
            circuits = List.copyOf(circuits);
        }
    }

    /// @param messages that the breaker holds for its domain, oldest first, at most a hundred
    /// @param report as the postmaster gets it
    record Detail(Line line, List<QueueId> messages, String report) {
        public Detail {
            messages = List.copyOf(messages);
        }
    }

    /// Which mail: exactly one of them.
    sealed interface Choice {
        /// A loop by its number.
        record Loop(int id) implements Choice {}

        /// A message by its queue id.
        record Message(QueueId id) implements Choice {}

        /// All for a domain.
        /// @param name in A-label form; none for all domains
        record Domain(@Nullable String name) implements Choice {}
    }

    /// @param circuits that are tried with one copy now
    /// @param behind messages that the breaker holds behind them
    /// @param recipients that go at once
    record Released(int circuits, int behind, int recipients) {}

    /// In one look, for {@code status}.
    /// @param open circuits that are not closed
    /// @param predicted loops that the last prediction found
    record Status(int open, int predicted) {}

    Status status();
}
