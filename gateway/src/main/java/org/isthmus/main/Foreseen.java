// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.isthmus.config.Problem;
import org.isthmus.loop.Diagnosis;
import org.isthmus.loop.LoopDesk;
import org.isthmus.loop.SeenLoop;
import org.isthmus.predict.Foresight;
import org.isthmus.predict.Found;
import org.isthmus.predict.Prediction;
import org.jspecify.annotations.Nullable;

/// What prediction and the loops that were met tell each other: when a change leaves no cycle, the breaker tries; and a loop that was foreseen has its cause named.
final class Foreseen implements Foresight.Listener, Diagnosis {
    private final Foresight foresight;
    private final LoopDesk loops;
    private final AtomicBoolean changed = new AtomicBoolean();

    Foreseen(Foresight foresight, LoopDesk loops) {
        this.foresight = foresight;
        this.loops = loops;
        foresight.listen(this);
        loops.diagnosis(this);
    }

    /// The configuration has changed, and the next prediction is about the new one.
    /// @param predicts whether there will be one
    void reconfigured(boolean predicts) {
        changed.set(true);
        if (!predicts) {
            // It has passed the check, so as far as that can tell it has no cycle: one copy shows whether that is so.
            loops.breaker().acyclicAgain();
        }
    }

    @Override
    public void predicted(@Nullable Prediction before, Prediction now) {
        loops.predicted((int) cycles(now).count());
        boolean other = before != null && !cycles(before).map(Found::about).toList().equals(cycles(now).map(Found::about).toList());
        if ((changed.getAndSet(false) || other) && now.isAcyclic()) {
            loops.breaker().acyclicAgain();
        }
    }

    private static Stream<Found> cycles(Prediction prediction) {
        return prediction.found().stream().filter(found -> found.isLoop() && (found.problem().isError() || !found.walk().isEmpty()));
    }

    @Override
    public Optional<Problem> cause(SeenLoop loop) {
        Prediction latest = foresight.latest();
        return latest == null ? Optional.empty() : latest.found().stream().filter(found -> found.isLoop() && explains(found, loop)).map(Found::problem).findFirst();
    }

    private static boolean explains(Found found, SeenLoop loop) {
        boolean sameSetting = loop.evidence().at() != null && Objects.equals(loop.evidence().at(), found.problem().at());
        return sameSetting || found.about().equals(loop.domain()) || (loop.hop() != null && found.about().equals(loop.hop()));
    }
}
