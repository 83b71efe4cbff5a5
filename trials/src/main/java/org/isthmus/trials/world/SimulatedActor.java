// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.util.concurrent.locks.LockSupport;
import org.isthmus.platform.Threads;
import org.jspecify.annotations.Nullable;

/// An actor: a virtual thread that runs only while it holds the baton.
final class SimulatedActor implements Threads.Actor {
    /// Why a wait ended.
    enum Woken { SIGNAL, LIMIT, INTERRUPT, KILL }

    final String name;
    final SimulatedProcess process;
    final WaitList joiners = new WaitList();
    private final Baton baton;
    private final Thread thread;
    private volatile boolean granted;
    private boolean started;
    private boolean interruptPending;
    private int deaths;

    // The rest belongs to the baton.
    int index = -1;
    boolean killed;
    boolean ended;
    @Nullable WaitList waitingIn;
    @Nullable String waitingFor;
    Woken woken = Woken.SIGNAL;
    long waits;

    SimulatedActor(Baton baton, SimulatedProcess process, String name, Runnable body) {
        this.baton = baton;
        this.process = process;
        this.name = name;
        this.thread = Thread.ofVirtual().name(name).unstarted(() -> {
            awaitGrant();
            baton.live(this, body);
        });
    }

    boolean isThread(Thread other) {
        return thread == other;
    }

    boolean started() {
        return started;
    }

    StackTraceElement[] stack() {
        return thread.getStackTrace();
    }

    /// Lets it run. The caller must then not touch the world any more.
    void grant() {
        granted = true;
        if (started) {
            LockSupport.unpark(thread);
        } else {
            started = true;
            thread.start();
        }
    }

    /// Waits for the baton, in its own thread. The mark of an interrupt is taken off meanwhile, since a marked thread cannot park.
    void awaitGrant() {
        if (Thread.interrupted()) {
            interruptPending = true;
        }
        while (!granted) {
            LockSupport.park(this);
        }
        granted = false;
        if (interruptPending) {
            interruptPending = false;
            Thread.currentThread().interrupt();
        }
    }

    /// Ends it if its process is dead.
    void checkAlive() {
        if (killed) {
            if (++deaths > 1000) {
                // It catches everything and goes on. It will never run again.
                baton.abandon(this);
            }
            throw new Killed(name);
        }
    }

    @Override
    public void interrupt() {
        baton.step("interrupt", name);
        if (ended) {
            return;
        }
        if (baton.isCurrent(this)) {
            Thread.currentThread().interrupt();
        } else if (waitingFor != null) {
            baton.wake(this, Woken.INTERRUPT);
        } else {
            interruptPending = true;
        }
    }

    @Override
    public void join() throws InterruptedException {
        baton.step("join", name);
        Baton.throwIfInterrupted();
        while (!ended) {
            baton.awaitInterruptibly(joiners, Baton.NEVER, "join " + name);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
