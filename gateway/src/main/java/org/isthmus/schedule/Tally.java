// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.util.concurrent.atomic.LongAdder;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.RecipientState;

/// Counts outcomes of recipients since the start.
final class Tally {
    final LongAdder delivered = new LongAdder();
    final LongAdder deferred = new LongAdder();
    final LongAdder failed = new LongAdder();

    void count(Changes changes) {
        for (RecipientState state : changes.changed()) {
            switch (state) {
                case RecipientState.Waiting waiting -> {
                    if (waiting.attempts() > 0) {
                        deferred.increment();
                    }
                }
                case RecipientState.Held held -> {}
                case RecipientState.Settled settled -> count(settled.outcome());
            }
        }
    }

    private void count(Outcome outcome) {
        switch (outcome) {
            case Outcome.Delivered delivered -> this.delivered.increment();
            case Outcome.Failed failed -> this.failed.increment();
            case Outcome.Deferred deferred -> this.deferred.increment();
            case Outcome.Expanded expanded -> {}
            case Outcome.Removed removed -> {}
        }
    }
}
