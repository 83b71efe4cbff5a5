// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import java.time.Duration;
import java.util.function.Supplier;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.jspecify.annotations.Nullable;

/// A question that is asked on an actor of its own, so that whoever wants the answer waits no longer than a limit. Awaited by one.
final class Lookup<T> {
    private final Channel<T> answers;
    private final Time time;
    private final Duration end;
    private @Nullable T answer;

    private Lookup(Channel<T> answers, Time time, Duration end) {
        this.answers = answers;
        this.time = time;
        this.end = end;
    }

    /// @param question gives its answer, and throws nothing
    /// @param limit from now on
    static <T> Lookup<T> start(String name, Supplier<T> question, Duration limit, Threads threads, Time time) {
        Channel<T> answers = threads.channel(1);
        threads.start(name, () -> answers.offer(question.get()));
        return new Lookup<>(answers, time, time.elapsed().plus(limit));
    }

    /// The answer; null if it did not come in time.
    @Nullable T await() {
        if (answer == null) {
            Duration left = end.minus(time.elapsed());
            try {
                answer = left.isPositive() ? answers.receive(left) : answers.poll();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return answer;
    }
}
