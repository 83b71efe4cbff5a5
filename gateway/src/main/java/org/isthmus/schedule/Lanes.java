// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.isthmus.config.Settings;
import org.isthmus.loop.Caution;
import org.isthmus.transit.Cause;
import org.jspecify.annotations.Nullable;

/// All destinations with their waiting jobs, and the slots for attempts: a total, and for each destination a width that grows while it answers.
///
/// No destination can hold up another. A slot is given in turns. A silent destination is left with one probe at a time. Destinations that have not proved
/// that they answer, new and silent ones, have the second slot only while less than half of all is taken, and together never the last tenth: that is kept for those that
/// are known to work. What was learned about a destination is remembered for a while after its last message.
///
/// A monitor over memory: nothing here waits, and to find the next job costs no more with many waiting destinations than with few.
final class Lanes {
    /// Longer lanes keep ids and not whole envelopes.
    private static final int WARM = 1000;

    /// How many destinations without mail are remembered, and for how long.
    private static final int MOST_RESTING = 10_000;
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private final Map<String, Lane> lanes = new HashMap<>();
    private final Map<String, Lane> resting = new LinkedHashMap<>();
    private final Deque<Lane> proved = new ArrayDeque<>();
    private final Deque<Lane> unproved = new ArrayDeque<>();
    private final PriorityQueue<Pause> pauses = new PriorityQueue<>();
    private final Map<Job, String> parked = new LinkedHashMap<>();
    private final Caution caution;
    private long turns;
    private int active;
    private int activeUnproved;

    /// @param caution knows which ways are new
    Lanes(Caution caution) {
        this.caution = caution;
    }

    /// A job and the lane whose slot it holds.
    /// @param proved the destination had proved that it answers
    /// @param narrowings of the lane when it began
    record Grant(Lane lane, Job job, boolean proved, int narrowings) {}

    /// A lane that waits for a time; stale once the lane waits for another, or no longer.
    private record Pause(Duration until, long number, Lane lane) implements Comparable<Pause> {
        @Override
        public int compareTo(Pause other) {
            int byTime = until.compareTo(other.until);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }

        boolean isStale() {
            return lane.stand != Lane.Stand.PAUSED || !lane.wakes.equals(until);
        }
    }

    /// Lets a job wait for its turn.
    synchronized void queue(Job job) {
        if (job.place == Job.Place.ENDED) {
            // Taken back before it came here.
            return;
        }
        Lane lane = lanes.computeIfAbsent(job.lane(), name -> new Lane(name, job.ways.getFirst().hop()));
        resting.remove(lane.name);
        if (job.track != null) {
            lane.track = job.track;
        }
        if (lane.queue.size() >= WARM) {
            job.message = null;
        }
        job.place = Job.Place.QUEUED;
        lane.queue.addLast(job);
        if (lane.stand == Lane.Stand.RESTING) {
            line(lane);
        }
    }

    private void line(Lane lane) {
        lane.stand = Lane.Stand.IN_LINE;
        lane.turn = turns++;
        (lane.isProved() ? proved : unproved).addLast(lane);
    }

    private void pause(Lane lane, Duration until) {
        lane.stand = Lane.Stand.PAUSED;
        lane.wakes = until;
        pauses.add(new Pause(until, turns++, lane));
    }

    /// Lets a job wait until its destination is resumed.
    synchronized void park(Job job, String pattern) {
        if (job.place == Job.Place.ENDED) {
            return;
        }
        job.message = null;
        job.place = Job.Place.PARKED;
        parked.put(job, pattern);
    }

    /// Takes a slot for the next job whose destination has room; null if there is none.
    synchronized @Nullable Grant next(Settings.Delivery limits, Duration elapsed) {
        awaken(elapsed);
        if (active >= limits.total()) {
            return null;
        }
        int forUnproved = Math.max(1, limits.total() - limits.total() / 10);
        while (true) {
            Lane lane = first(activeUnproved < forUnproved);
            if (lane == null) {
                return null;
            }
            lane.trust(caution, elapsed);
            Duration opens = lane.opensAt(limits);
            boolean second = lane.active > 0 && !lane.isProved();
            if (lane.queue.isEmpty()) {
                rest(lane, elapsed);
            } else if (opens.compareTo(elapsed) > 0) {
                pause(lane, opens);
            } else if (lane.active >= lane.width(limits) || (second && active >= limits.total() / 2)) {
                // It comes back when one of its attempts ends.
                lane.stand = Lane.Stand.RESTING;
            } else {
                return take(lane, limits, elapsed);
            }
        }
    }

    private void awaken(Duration elapsed) {
        while (!pauses.isEmpty() && (pauses.peek().isStale() || pauses.peek().until().compareTo(elapsed) <= 0)) {
            Pause over = pauses.remove();
            if (!over.isStale()) {
                over.lane().stand = Lane.Stand.RESTING;
                line(over.lane());
            }
        }
    }

    /// Takes the lane whose turn it is out of the line.
    private @Nullable Lane first(boolean alsoUnproved) {
        Lane known = proved.peekFirst();
        Lane unknown = alsoUnproved ? unproved.peekFirst() : null;
        if (unknown != null && (known == null || unknown.turn < known.turn)) {
            return unproved.removeFirst();
        }
        return proved.pollFirst();
    }

    private Grant take(Lane lane, Settings.Delivery limits, Duration elapsed) {
        Job job = lane.queue.removeFirst();
        job.place = Job.Place.ACTIVE;
        if (job.track != null) {
            job.loopsBefore = caution.loops(job.track.domain());
        }
        lane.taken(limits, elapsed);
        active++;
        activeUnproved += lane.isProved() ? 0 : 1;
        // To the end of the line: destinations take turns.
        if (lane.queue.isEmpty()) {
            lane.stand = Lane.Stand.RESTING;
        } else {
            line(lane);
        }
        return new Grant(lane, job, lane.isProved(), lane.narrowings());
    }

    /// Gives the slot back and notes how the destination behaved.
    ///
    /// @param settle how long a message that was tried carefully must have been taken
    /// @return what an operator should hear about the destination; null if nothing
    synchronized @Nullable String done(Grant grant, Bearing bearing, Settings.Delivery limits, Duration settle, Duration elapsed) {
        Lane lane = grant.lane();
        grant.job().place = Job.Place.ENDED;
        lane.active--;
        active--;
        activeUnproved -= grant.proved() ? 0 : 1;
        boolean narrowed = false;
        switch (bearing) {
            case Bearing.Willing willing -> lane.willing(limits);
            case Bearing.Pressed pressed -> narrowed = lane.pressed(pressed.why(), grant.narrowings(), limits, elapsed);
            case Bearing.Silent silent -> lane.silent(silent.why(), elapsed);
            case Bearing.Unknown unknown -> {}
        }
        if (lane.track != null && grant.job().taken) {
            lane.settle(grant.job().loopsBefore, settle, elapsed);
        }
        rearrange(lane, limits, elapsed);
        return narrowed ? "destination " + lane.name + " " + lane.state(elapsed) : null;
    }

    private void rearrange(Lane lane, Settings.Delivery limits, Duration elapsed) {
        if (lane.stand == Lane.Stand.IN_LINE) {
            return;
        }
        Duration opens = lane.opensAt(limits);
        if (lane.queue.isEmpty()) {
            rest(lane, elapsed);
        } else if (opens.compareTo(elapsed) > 0) {
            pause(lane, opens);
        } else {
            line(lane);
        }
    }

    /// A lane without jobs: remembered for what was learned, or dropped.
    private void rest(Lane lane, Duration elapsed) {
        lane.stand = Lane.Stand.RESTING;
        if (lane.active > 0 || lanes.get(lane.name) != lane) {
            return;
        }
        if (lane.knowsNothing()) {
            lanes.remove(lane.name);
            return;
        }
        lane.restedAt = elapsed;
        resting.remove(lane.name);
        resting.put(lane.name, lane);
        for (Iterator<Lane> oldest = resting.values().iterator(); oldest.hasNext(); ) {
            Lane one = oldest.next();
            if (resting.size() <= MOST_RESTING && one.restedAt.plus(REMEMBERED).compareTo(elapsed) > 0) {
                return;
            }
            oldest.remove();
            lanes.remove(one.name);
        }
    }

    /// Takes a waiting job back. False if a worker has it already.
    synchronized boolean recall(Job job) {
        switch (job.place) {
            case QUEUED -> {
                Lane lane = lanes.get(job.lane());
                if (lane != null) {
                    lane.queue.remove(job);
                }
            }
            case PARKED -> parked.remove(job);
            case NEW -> {}
            case ACTIVE, ENDED -> {
                return false;
            }
        }
        job.place = Job.Place.ENDED;
        return true;
    }

    /// Jobs that wait, in lanes or parked.
    synchronized List<Job> waiting() {
        List<Job> all = new ArrayList<>(parked.keySet());
        lanes.values().forEach(lane -> all.addAll(lane.queue));
        return all;
    }

    /// Why a destination is backed off; null while it answers.
    synchronized @Nullable Cause trouble(String destination) {
        Lane lane = lanes.get(destination);
        return lane == null ? null : lane.trouble();
    }

    /// Forgets all back-off, and with it what was learned.
    synchronized void forget() {
        List.copyOf(lanes.values()).forEach(this::forget);
        resting.keySet().forEach(lanes::remove);
        resting.clear();
    }

    synchronized void forget(String destination) {
        Lane lane = lanes.get(destination);
        if (lane != null) {
            forget(lane);
        }
    }

    private void forget(Lane lane) {
        lane.forget();
        if (lane.stand != Lane.Stand.IN_LINE && !lane.queue.isEmpty()) {
            line(lane);
        }
    }

    /// When the next pause with jobs behind it ends; null if none does.
    synchronized @Nullable Duration nextPauseEnd() {
        while (!pauses.isEmpty()) {
            Pause next = pauses.peek();
            if (!next.isStale() && !next.lane().queue.isEmpty()) {
                return next.until();
            }
            if (!next.isStale()) {
                next.lane().stand = Lane.Stand.RESTING;
            }
            pauses.remove();
        }
        return null;
    }

    synchronized int active() {
        return active;
    }

    /// The busiest destinations first, and of those without mail the ones with something to tell.
    synchronized List<QueueControl.Destination> destinations(int most, Duration elapsed) {
        return lanes.values().stream()
                .filter(lane -> lane.active > 0 || !lane.queue.isEmpty() || !lane.state(elapsed).equals("up"))
                .sorted(Comparator.comparingInt((Lane lane) -> lane.queue.size() + lane.active).reversed().thenComparing(lane -> lane.name))
                .limit(most)
                .map(lane -> new QueueControl.Destination(lane.name, lane.queue.size(), lane.active, lane.state(elapsed)))
                .toList();
    }
}
