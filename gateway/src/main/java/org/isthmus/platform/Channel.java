// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform;

import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// A bounded first-in, first-out queue between actors; the one way in which they wait for each other. Many may send, many may receive.
public interface Channel<T> {
    /// Adds an element; waits while the channel is full.
    void send(T element) throws InterruptedException;

    /// Adds an element if there is room now.
    boolean offer(T element);

    /// Takes the next element; waits for one.
    T receive() throws InterruptedException;

    /// Takes the next element; waits no longer than the limit.
    /// @return null if none came in time
    @Nullable T receive(Duration limit) throws InterruptedException;

    /// Takes the next element if there is one now.
    @Nullable T poll();

    /// Moves what is there now, at most {@code most} elements, without waiting; says how many.
    int drainTo(Collection<? super T> into, int most);

    /// Elements in it at this moment.
    int size();
}
