// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.config.Settings;
import org.isthmus.loop.Caution;
import org.isthmus.transit.Cause;
import org.jspecify.annotations.Nullable;

/// All destinations with their waiting jobs, and the slots for attempts: a total, and for each destination a width that grows while it answers.
/// No destination can hold up another: a slot is given in turns, and a silent destination is left with one probe at a time.
///
/// A monitor over memory: nothing here waits.
final class Lanes {
    /// Longer lanes keep ids and not whole envelopes.
    private static final int WARM = 1000;

    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private final Map<Job, String> parked = new LinkedHashMap<>();
    private final Caution caution;
    private int active;

    /// @param caution knows which ways are new
    Lanes(Caution caution) {
        this.caution = caution;
    }

    /// A job and the lane whose slot it holds.
    record Grant(Lane lane, Job job) {}

    /// Lets a job wait for its turn.
    synchronized void queue(Job job) {
        if (job.place == Job.Place.ENDED) {
            // Taken back before it came here.
            return;
        }
        Lane lane = lanes.computeIfAbsent(job.lane(), Lane::new);
        if (job.track != null) {
            lane.track = job.track;
        }
        if (lane.queue.size() >= WARM) {
            job.message = null;
        }
        job.place = Job.Place.QUEUED;
        lane.queue.addLast(job);
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
        if (active >= limits.total()) {
            return null;
        }
        for (Iterator<Lane> all = lanes.values().iterator(); all.hasNext(); ) {
            Lane lane = all.next();
            lane.trust(caution, elapsed);
            if (lane.isIdle()) {
                all.remove();
                continue;
            }
            if (lane.open(limits.perDestination(), elapsed)) {
                all.remove();
                // To the end of the line: destinations take turns.
                lanes.put(lane.name, lane);
                return take(lane);
            }
        }
        return null;
    }

    private Grant take(Lane lane) {
        Job job = lane.queue.removeFirst();
        job.place = Job.Place.ACTIVE;
        if (job.track != null) {
            job.loopsBefore = caution.loops(job.track.domain());
        }
        lane.active++;
        active++;
        return new Grant(lane, job);
    }

    /// Gives the slot back and notes how the destination behaved.
    ///
    /// @param silence why none of its servers could be talked to; null if one was
    /// @param settle how long a message that was tried carefully must have been taken
    synchronized void done(Grant grant, @Nullable Cause silence, Settings.Delivery limits, Duration settle, Duration elapsed) {
        Lane lane = grant.lane();
        grant.job().place = Job.Place.ENDED;
        lane.active--;
        active--;
        if (silence == null) {
            lane.answered(limits.perDestination());
        } else {
            lane.silent(silence, elapsed);
        }
        if (lane.track != null && grant.job().taken) {
            lane.settle(grant.job().loopsBefore, settle, elapsed);
        }
        if (lane.isIdle()) {
            lanes.remove(lane.name);
        }
    }

    /// Takes a waiting job back. False if a worker has it already.
    synchronized boolean recall(Job job) {
        switch (job.place) {
            case QUEUED -> lanes.computeIfAbsent(job.lane(), Lane::new).queue.remove(job);
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

    /// Forgets all back-off.
    synchronized void forget() {
        lanes.values().forEach(Lane::forget);
        lanes.values().removeIf(lane -> lane.queue.isEmpty() && lane.active == 0);
    }

    synchronized void forget(String destination) {
        Lane lane = lanes.get(destination);
        if (lane != null) {
            lane.forget();
        }
    }

    /// When the next pause with jobs behind it ends; null if none does.
    synchronized @Nullable Duration nextPauseEnd(Duration elapsed) {
        return lanes.values().stream()
                .filter(lane -> !lane.queue.isEmpty() && lane.paused(elapsed))
                .map(Lane::pausedUntil)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    synchronized int active() {
        return active;
    }

    /// The busiest destinations first.
    synchronized List<QueueControl.Destination> destinations(int most, Duration elapsed) {
        return lanes.values().stream()
                .sorted(Comparator.comparingInt((Lane lane) -> lane.queue.size() + lane.active).reversed())
                .limit(most)
                .map(lane -> new QueueControl.Destination(lane.name, lane.queue.size(), lane.active, state(lane, elapsed)))
                .toList();
    }

    private static String state(Lane lane, Duration elapsed) {
        Cause trouble = lane.trouble();
        if (trouble == null) {
            return "up";
        }
        String why = org.isthmus.transit.Wording.brief(trouble);
        return lane.paused(elapsed) ? "backed off for " + lane.pausedUntil().minus(elapsed).toSeconds() + " s: " + why : "probing: " + why;
    }
}
