// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.isthmus.trials.world.SimulatedActor.Woken;
import org.jspecify.annotations.Nullable;

/// Decides who runs. Exactly one actor holds the baton and runs; all others are parked. Every platform call is a step, at which the seed says who runs next; when nobody
/// can run, time jumps to the next alarm.
///
/// All state of a world is touched only by the holder, so none of it needs a lock; handing the baton over makes it visible. A step takes a microsecond of virtual time.
final class Baton {
    static final long NEVER = Long.MAX_VALUE;
    private static final long STEP_TIME = 1_000;

    private record Alarm(long at, long number, SimulatedActor actor, long ofWait) implements Comparable<Alarm> {
        @Override
        public int compareTo(Alarm other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
        }
    }

    private final Chance chance;
    private final double constancy;
    private final History history = new History();
    private final List<SimulatedActor> runnable = new ArrayList<>();
    private final Set<SimulatedActor> living = new LinkedHashSet<>();
    private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private long stepLimit = Long.MAX_VALUE;
    private long timeLimit = Long.MAX_VALUE;
    private Predicate<Throwable> tolerated = e -> false;
    private long now;
    private volatile long steps;
    private long alarmNumber;
    private volatile @Nullable SimulatedActor holder;
    private boolean ending;
    private @Nullable Throwable failure;
    private @Nullable String report;

    Baton(Chance chance) {
        this.chance = chance;
        // Some worlds switch at every step, others let an actor run on for a while: different orders come up.
        this.constancy = chance.oneOf(0.0, 0.5, 0.9);
    }

    void limits(long mostSteps, Duration longest) {
        stepLimit = mostSteps;
        timeLimit = longest.toNanos();
    }

    void tolerate(Predicate<Throwable> what) {
        tolerated = tolerated.or(what);
    }

    History history() {
        return history;
    }

    long now() {
        return now;
    }

    long steps() {
        return steps;
    }

    long deadline(Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            return now;
        }
        return limit.compareTo(Duration.ofNanos(NEVER - now - 1)) >= 0 ? NEVER : now + limit.toNanos();
    }

    // Running.

    SimulatedActor start(SimulatedProcess process, String name, Runnable body) {
        SimulatedActor actor = new SimulatedActor(this, process, name, body);
        living.add(actor);
        setRunnable(actor);
        return actor;
    }

    /// Runs until the first actor has ended and all others are stopped. Called by the trial's own thread.
    void run(SimulatedActor first) {
        grant(first);
        long seen = -1;
        int idle = 0;
        try {
            while (!over.await(1, TimeUnit.SECONDS)) {
                idle = steps == seen ? idle + 1 : 0;
                seen = steps;
                if (idle >= 30) {
                    SimulatedActor stuck = holder;
                    failure = new RunFailed.Stuck(stuck + " has not made a platform call for 30 seconds of real time");
                    report = stuck == null ? "" : stack(stuck);
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = e;
        }
    }

    @Nullable Throwable failure() {
        return failure;
    }

    /// Of the moment of failure: what every actor was doing.
    @Nullable String report() {
        return report;
    }

    /// An actor's life, in its own thread.
    void live(SimulatedActor actor, Runnable body) {
        try {
            actor.checkAlive();
            body.run();
        } catch (Killed e) {
            // As told.
        } catch (Throwable e) {
            if (!actor.killed && !tolerated.test(e)) {
                fail(e, actor);
            }
        }
        history.add(now, actor.name, "ends", "");
        end(actor);
        if (actor.process.endsWorld(actor)) {
            stopAll();
        }
        SimulatedActor next = next();
        if (next != null) {
            grant(next);
        }
    }

    private void end(SimulatedActor actor) {
        actor.ended = true;
        living.remove(actor);
        unsetRunnable(actor);
        signalAll(actor.joiners);
    }

    /// An actor that cannot be stopped is left parked for ever.
    void abandon(SimulatedActor actor) {
        end(actor);
        SimulatedActor next = next();
        if (next != null) {
            grant(next);
        }
        actor.awaitGrant();
    }

    private void fail(Throwable what, @Nullable SimulatedActor actor) {
        if (failure == null) {
            failure = what;
            report = (actor == null ? "" : "in actor " + actor.name + "\n") + describe();
        }
        stopAll();
    }

    private void stopAll() {
        if (!ending) {
            ending = true;
            List.copyOf(living).forEach(this::kill);
        }
    }

    void kill(SimulatedActor actor) {
        if (actor.ended || actor.killed) {
            return;
        }
        actor.killed = true;
        if (!actor.started()) {
            end(actor);
        } else if (actor.waitingFor != null) {
            wake(actor, Woken.KILL);
        }
    }

    // Steps and waits, called by the holder.

    boolean isCurrent(SimulatedActor actor) {
        return holder == actor;
    }

    /// Lets somebody else run, perhaps. Outside of a run, while a trial prepares the world, nothing happens.
    void step(String event, Object detail) {
        SimulatedActor me = holder;
        if (me == null) {
            return;
        }
        checkThread(me);
        me.checkAlive();
        history.add(now, me.name, event, detail);
        countStep();
        me.checkAlive();
        SimulatedActor next = chance.happens(constancy) ? me : choose();
        if (next != me) {
            grant(next);
            me.awaitGrant();
            me.checkAlive();
        }
    }

    /// Waits until signalled, until the deadline, or until interrupted; says which. Interrupted before: at once.
    Woken await(WaitList list, long deadline, String what) {
        SimulatedActor me = holder;
        if (me == null) {
            throw new IllegalStateException("nobody can wait outside of a run: " + what);
        }
        checkThread(me);
        me.checkAlive();
        if (Thread.interrupted()) {
            return Woken.INTERRUPT;
        }
        if (deadline <= now) {
            return Woken.LIMIT;
        }
        me.waitingFor = what;
        me.waitingIn = list;
        list.actors.add(me);
        me.waits++;
        if (deadline != NEVER) {
            alarms.add(new Alarm(deadline, alarmNumber++, me, me.waits));
        }
        unsetRunnable(me);
        countStep();
        SimulatedActor next = next();
        if (next != me) {
            if (next != null) {
                grant(next);
            }
            me.awaitGrant();
        }
        history.add(now, me.name, what, me.woken);
        me.checkAlive();
        return me.woken;
    }

    Woken awaitInterruptibly(WaitList list, long deadline, String what) throws InterruptedException {
        Woken woken = await(list, deadline, what);
        if (woken == Woken.INTERRUPT) {
            throw new InterruptedException();
        }
        return woken;
    }

    /// Lets time pass, whatever happens; an interrupt is left for the next wait.
    void pause(long nanos, String what) {
        long until = now + nanos;
        boolean interrupted = false;
        while (now < until) {
            interrupted |= await(new WaitList(), until, what) == Woken.INTERRUPT;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// False before and after a run.
    boolean running() {
        return holder != null;
    }

    static void throwIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    void signalAll(WaitList list) {
        while (!list.actors.isEmpty()) {
            wake(list.actors.getLast(), Woken.SIGNAL);
        }
    }

    void signalOne(WaitList list) {
        if (!list.actors.isEmpty()) {
            wake(chance.oneOf(list.actors), Woken.SIGNAL);
        }
    }

    void wake(SimulatedActor actor, Woken why) {
        if (actor.waitingIn != null) {
            actor.waitingIn.actors.remove(actor);
        }
        actor.waitingIn = null;
        actor.waitingFor = null;
        actor.waits++;
        actor.woken = why;
        setRunnable(actor);
    }

    private void checkThread(SimulatedActor me) {
        if (!me.isThread(Thread.currentThread())) {
            throw new IllegalStateException("thread " + Thread.currentThread() + " is no actor of this world and may not use its platform while " + me.name + " runs");
        }
    }

    private void countStep() {
        now += STEP_TIME;
        steps = steps + 1;
        fireAlarms();
        checkBudget();
    }

    private void checkBudget() {
        if (!ending && (steps > stepLimit || now > timeLimit)) {
            fail(new RunFailed.BudgetUsedUp(steps > stepLimit ? "more than " + stepLimit + " steps" : "longer than " + Duration.ofNanos(timeLimit)), holder);
        }
    }

    private void fireAlarms() {
        while (!alarms.isEmpty() && alarms.element().at <= now) {
            Alarm alarm = alarms.remove();
            if (alarm.actor.waits == alarm.ofWait && alarm.actor.waitingFor != null) {
                wake(alarm.actor, Woken.LIMIT);
            }
        }
    }

    private SimulatedActor choose() {
        return runnable.get(chance.below(runnable.size()));
    }

    /// Who runs next, when the holder cannot: time jumps if nobody can. Null when the run is over.
    private @Nullable SimulatedActor next() {
        while (runnable.isEmpty()) {
            if (living.isEmpty()) {
                holder = null;
                over.countDown();
                return null;
            }
            if (alarms.isEmpty()) {
                fail(new RunFailed.Deadlock("all actors wait, and nothing will wake them"), null);
            } else {
                now = Math.max(now, alarms.element().at);
                fireAlarms();
                checkBudget();
            }
        }
        return choose();
    }

    private void grant(SimulatedActor actor) {
        holder = actor;
        actor.grant();
    }

    private void setRunnable(SimulatedActor actor) {
        if (actor.index < 0 && !actor.ended) {
            actor.index = runnable.size();
            runnable.add(actor);
        }
    }

    private void unsetRunnable(SimulatedActor actor) {
        if (actor.index >= 0) {
            SimulatedActor last = runnable.removeLast();
            if (last != actor) {
                runnable.set(actor.index, last);
                last.index = actor.index;
            }
            actor.index = -1;
        }
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        for (SimulatedActor actor : living) {
            text.append(actor.name).append(": ").append(actor.killed ? "killed" : actor.waitingFor != null ? "waits: " + actor.waitingFor : "can run").append('\n');
            if (actor.started()) {
                text.append(stack(actor));
            }
        }
        return text.toString();
    }

    /// The part of a stack that is not this package's own.
    private static String stack(SimulatedActor actor) {
        StringBuilder text = new StringBuilder();
        int lines = 0;
        for (StackTraceElement element : actor.stack()) {
            String place = element.getClassName();
            if (!place.startsWith("java.lang.") && !place.equals(Baton.class.getName()) && !place.startsWith(SimulatedActor.class.getName()) && lines++ < 12) {
                text.append("        at ").append(element).append('\n');
            }
        }
        return text.toString();
    }
}
