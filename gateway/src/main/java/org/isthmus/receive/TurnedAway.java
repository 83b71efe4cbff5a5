// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.time.Duration;
import java.util.List;
import org.isthmus.transit.Step;

/// Decides which of those who are turned away at the door are told of one by one: the first hundred of every ten seconds. The others are counted. Safe for all threads.
final class TurnedAway {
    private static final int MOST = 100;
    private static final Duration SPAN = Duration.ofSeconds(10);

    private Duration began = Duration.ofDays(-1);
    private int told;
    private int untold;

    /// Whether this one is told of.
    synchronized boolean tells(Duration elapsed) {
        if (elapsed.minus(began).compareTo(SPAN) >= 0) {
            began = elapsed;
            told = 0;
        }
        if (told < MOST) {
            told++;
            return true;
        }
        untold++;
        return false;
    }

    /// The step of one that is told of, with how many before it were not.
    synchronized List<Step> with(Step step) {
        if (untold == 0) {
            return List.of(step);
        }
        Step others = Step.of("connect", "more than " + MOST + " in " + SPAN.toSeconds() + " s", null, untold + " others before it were turned away without being told of");
        untold = 0;
        return List.of(step, others);
    }
}
