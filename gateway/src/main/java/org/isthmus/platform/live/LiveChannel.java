// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.isthmus.platform.Channel;
import org.jspecify.annotations.Nullable;

/// A queue under one lock with two conditions. Room is taken as elements come, so a large capacity costs nothing.
final class LiveChannel<T> implements Channel<T> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition emptied = lock.newCondition();
    private final ArrayDeque<T> elements = new ArrayDeque<>();
    private final int capacity;

    LiveChannel(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a channel holds at least one element, not " + capacity);
        }
        this.capacity = capacity;
    }

    @Override
    public void send(T element) throws InterruptedException {
        Objects.requireNonNull(element);
        lock.lockInterruptibly();
        try {
            while (elements.size() >= capacity) {
                emptied.await();
            }
            add(element);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean offer(T element) {
        Objects.requireNonNull(element);
        lock.lock();
        try {
            if (elements.size() >= capacity) {
                return false;
            }
            add(element);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public T receive() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (elements.isEmpty()) {
                filled.await();
            }
            return remove();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public @Nullable T receive(Duration limit) throws InterruptedException {
        long left = Limits.nanos(limit);
        lock.lockInterruptibly();
        try {
            while (elements.isEmpty()) {
                if (left <= 0) {
                    return null;
                }
                left = filled.awaitNanos(left);
            }
            return remove();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public @Nullable T poll() {
        lock.lock();
        try {
            return elements.isEmpty() ? null : remove();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int drainTo(Collection<? super T> into, int most) {
        lock.lock();
        try {
            int count = Math.min(most, elements.size());
            for (int i = 0; i < count; i++) {
                into.add(elements.remove());
            }
            if (count > 0) {
                emptied.signalAll();
            }
            return Math.max(count, 0);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int size() {
        lock.lock();
        try {
            return elements.size();
        } finally {
            lock.unlock();
        }
    }

    private void add(T element) {
        elements.add(element);
        filled.signal();
    }

    private T remove() {
        T element = elements.remove();
        emptied.signal();
        return element;
    }
}
