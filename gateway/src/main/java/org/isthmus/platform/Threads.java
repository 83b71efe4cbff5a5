// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform;

/// Actors and the channels between them.
public interface Threads {
    /// Starts an actor on a virtual thread. What it throws ends it and is logged with its name.
    Actor start(String name, Runnable body);

    /// Starts an actor on a thread of its own: for one that calls the disk all the time, which would pin a carrier thread.
    Actor startOnOwnThread(String name, Runnable body);

    /// A queue between actors.
    /// @param capacity how many elements it holds before {@code send} waits; at least 1
    <T> Channel<T> channel(int capacity);

    /// A running actor.
    interface Actor {
        /// Asks it to stop: its present or next wait throws {@link InterruptedException}.
        void interrupt();

        /// Waits until it has ended.
        void join() throws InterruptedException;
    }
}
