// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.util.concurrent.atomic.AtomicReference;

/// Settles between a session and the actor that stops the server who says the last word. While the session rests between transactions the stopper may take it over,
/// say 421 and close; while it works the stopper only leaves a wish, which the session grants as soon as its transaction has ended. Safe for both, without a lock.
final class Gate {
    private enum State {
        WORKING,
        RESTING,
        TAKEN
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.WORKING);
    private volatile boolean closing;

    /// The session is about to wait for a command, outside a transaction.
    /// @return false if it was asked to end
    boolean rest() {
        state.compareAndSet(State.WORKING, State.RESTING);
        // Looked at only after resting has been announced: whoever sets it later finds the session resting.
        return !closing || !state.compareAndSet(State.RESTING, State.WORKING);
    }

    /// The session has something to do again.
    /// @return false if the session was taken over and must not say anything more
    boolean resume() {
        return state.compareAndSet(State.RESTING, State.WORKING) || state.get() == State.WORKING;
    }

    /// Whether the session was asked to end.
    boolean isClosing() {
        return closing;
    }

    /// Asks the session to end.
    /// @return true if it rests: the caller now has the last word, and the session says nothing more
    boolean take() {
        closing = true;
        return state.compareAndSet(State.RESTING, State.TAKEN);
    }
}
