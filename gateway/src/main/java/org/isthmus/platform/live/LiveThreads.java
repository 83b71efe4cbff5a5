// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import org.isthmus.platform.Channel;
import org.isthmus.platform.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Actors on virtual threads, or on platform threads of their own (daemons: the program ends when its main thread says so).
///
/// {@link Threads.Actor#interrupt} ends waits for channels and sleeps with {@link InterruptedException}, and waits of virtual threads for the network
/// with an {@link java.io.IOException} that closes the connection. Calls of the disk are not disturbed: the interrupt is kept for the next wait.
final class LiveThreads implements Threads {
    private static final Logger LOG = LoggerFactory.getLogger(LiveThreads.class);

    @Override
    public Actor start(String name, Runnable body) {
        return new LiveActor(Thread.ofVirtual().name(name).start(watched(name, body)));
    }

    @Override
    public Actor startOnOwnThread(String name, Runnable body) {
        return new LiveActor(Thread.ofPlatform().name(name).daemon().start(watched(name, body)));
    }

    @Override
    public <T> Channel<T> channel(int capacity) {
        return new LiveChannel<>(capacity);
    }

    private static Runnable watched(String name, Runnable body) {
        return () -> {
            try {
                body.run();
            } catch (Throwable e) {
                LOG.error("{} ended by a fault of the program", name, e);
            }
        };
    }

    private record LiveActor(Thread thread) implements Actor {
        @Override
        public void interrupt() {
            thread.interrupt();
        }

        @Override
        public void join() throws InterruptedException {
            thread.join();
        }
    }
}
