// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Objects;
import java.util.Queue;
import org.isthmus.platform.Channel;
import org.isthmus.trials.world.SimulatedActor.Woken;
import org.jspecify.annotations.Nullable;

/// A channel whose waits belong to the baton.
final class SimulatedChannel<T> implements Channel<T> {
    private final Baton baton;
    private final String name;
    private final int capacity;
    private final Queue<T> elements = new ArrayDeque<>();
    private final WaitList senders = new WaitList();
    private final WaitList receivers = new WaitList();

    SimulatedChannel(Baton baton, String name, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a channel of capacity " + capacity);
        }
        this.baton = baton;
        this.name = name;
        this.capacity = capacity;
    }

    @Override
    public void send(T element) throws InterruptedException {
        Objects.requireNonNull(element);
        baton.step("send", name);
        Baton.throwIfInterrupted();
        while (elements.size() >= capacity) {
            await(senders, Baton.NEVER, "send to full " + name);
        }
        add(element);
    }

    @Override
    public boolean offer(T element) {
        Objects.requireNonNull(element);
        baton.step("offer", name);
        if (elements.size() >= capacity) {
            return false;
        }
        add(element);
        return true;
    }

    @Override
    public T receive() throws InterruptedException {
        T element = receive(Baton.NEVER);
        if (element == null) {
            throw new AssertionError("the end of time");
        }
        return element;
    }

    @Override
    public @Nullable T receive(Duration limit) throws InterruptedException {
        return receive(baton.deadline(limit));
    }

    private @Nullable T receive(long deadline) throws InterruptedException {
        baton.step("receive", name);
        Baton.throwIfInterrupted();
        while (elements.isEmpty()) {
            if (await(receivers, deadline, "receive from " + name) == Woken.LIMIT && elements.isEmpty()) {
                return null;
            }
        }
        return take();
    }

    @Override
    public @Nullable T poll() {
        baton.step("poll", name);
        return elements.isEmpty() ? null : take();
    }

    @Override
    public int drainTo(Collection<? super T> into, int most) {
        baton.step("drain", name);
        int count = 0;
        while (count < most && !elements.isEmpty()) {
            into.add(take());
            count++;
        }
        return count;
    }

    @Override
    public int size() {
        baton.step("size", name);
        return elements.size();
    }

    private void add(T element) {
        elements.add(element);
        baton.signalOne(receivers);
        passOnToSender();
    }

    private T take() {
        T element = elements.remove();
        baton.signalOne(senders);
        passOnToReceiver();
        return element;
    }

    private Woken await(WaitList list, long deadline, String what) throws InterruptedException {
        try {
            return baton.awaitInterruptibly(list, deadline, what);
        } catch (InterruptedException | Killed e) {
            passOnToReceiver();
            passOnToSender();
            throw e;
        }
    }

    // Who was woken may find that another was faster, or be interrupted: while there is something to do, somebody else is woken.

    private void passOnToReceiver() {
        if (!elements.isEmpty()) {
            baton.signalOne(receivers);
        }
    }

    private void passOnToSender() {
        if (elements.size() < capacity) {
            baton.signalOne(senders);
        }
    }
}
