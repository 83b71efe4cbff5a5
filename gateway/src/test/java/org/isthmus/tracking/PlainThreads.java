// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Threads;
import org.jspecify.annotations.Nullable;

/// Real threads and queues.
public final class PlainThreads implements Threads {
    @Override
    public Actor start(String name, Runnable body) {
        return actor(Thread.ofVirtual().name(name).start(body));
    }

    @Override
    public Actor startOnOwnThread(String name, Runnable body) {
        return actor(Thread.ofPlatform().daemon().name(name).start(body));
    }

    private static Actor actor(Thread thread) {
        return new Actor() {
            @Override
            public void interrupt() {
                thread.interrupt();
            }

            @Override
            public void join() throws InterruptedException {
                thread.join();
            }
        };
    }

    @Override
    public <T> Channel<T> channel(int capacity) {
        LinkedBlockingQueue<T> queue = new LinkedBlockingQueue<>(capacity);
        return new Channel<>() {
            @Override
            public void send(T element) throws InterruptedException {
                queue.put(element);
            }

            @Override
            public boolean offer(T element) {
                return queue.offer(element);
            }

            @Override
            public T receive() throws InterruptedException {
                return queue.take();
            }

            @Override
            public @Nullable T receive(Duration limit) throws InterruptedException {
                return queue.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
            }

            @Override
            public @Nullable T poll() {
                return queue.poll();
            }

            @Override
            public int drainTo(Collection<? super T> into, int most) {
                return queue.drainTo(into, most);
            }

            @Override
            public int size() {
                return queue.size();
            }
        };
    }
}
