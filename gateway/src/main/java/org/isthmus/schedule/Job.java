// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.util.List;
import org.isthmus.loop.Caution;
import org.isthmus.tracking.Event;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// Some recipients of one message that go the same way in one attempt. Guarded by the {@link Lanes} that hold it.
final class Job {
    final QueueId id;
    final List<Integer> recipients;
    final List<Way> ways;

    /// How each recipient was routed: told to the tracking together with the outcome.
    final List<Event> routed;

    /// The message as it stood when it was routed; dropped while the lane is long, and then read again.
    @Nullable QueuedMessage message;

    /// The way is a new one for mail of ours, and tried carefully; null for all other mail.
    final Caution.@Nullable Track track;

    /// Higher goes first. RFC 6710
    final int turn;

    Place place = Place.NEW;

    /// A server has taken at least one copy. Written by the worker that has it.
    boolean taken;

    /// Loops that had been met in the domain of its track when it was sent.
    long loopsBefore;

    Job(QueuedMessage message, List<Integer> recipients, List<Way> ways, List<Event> routed) {
        this(message, recipients, ways, routed, null);
    }

    Job(QueuedMessage message, List<Integer> recipients, List<Way> ways, List<Event> routed, Caution.@Nullable Track track) {
        this.id = message.id();
        this.message = message;
        this.turn = message.envelope().parameters().timing().turn();
        this.recipients = List.copyOf(recipients);
        this.ways = ways;
        this.routed = routed;
        this.track = track;
    }

    /// The destination: equal keys share a lane.
    String lane() {
        return track == null ? ways.getFirst().hop().toString() : track.name();
    }

    /// Where a job is.
    enum Place {
        NEW,
        /// Waits in its lane; can be recalled.
        QUEUED,
        /// Waits because its destination is suspended; can be recalled.
        PARKED,
        /// A worker has it.
        ACTIVE,
        /// Taken back by the scheduler, or done.
        ENDED
    }
}
