// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.isthmus.tracking.Event;
import org.isthmus.transit.Content;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Report;
import org.isthmus.transit.Settlement;

/// The durable queue. Safe for all threads. An {@link IOException} means local trouble: nothing was promised, answer 4xx.
public interface Spool extends Closeable {

    /// Begins a message. The queue id is chosen now, so that Received can name it.
    /// Room for the message is reserved here, so that a full disk is noticed before the client sends it.
    /// @param expectedSize octets as announced, or 0
    /// @throws NoRoom if the disk is too full; anything else that is wrong is another {@link IOException}
    Draft draft(long expectedSize) throws IOException;

    /// A message that is still in the queue.
    /// @throws java.util.NoSuchElementException if it is not, or no longer
    QueuedMessage read(QueueId id) throws IOException;

    /// Its content.
    Content content(QueueId id) throws IOException;

    /// Makes new states, added recipients and reports durable in one step: after a crash all of them are there or none.
    /// The reports are messages of their own, told to the arrivals like any other. When all recipients are settled, the message is gone.
    ///
    /// @return the queue ids of the reports, in order
    List<QueueId> settle(QueueId id, Settling what) throws IOException;

    /// What is in the queue now, oldest first.
    List<QueueId> ids();

    /// Hands over every message in the queue, in the order in which it lies on disk, reading each segment once: for the scheduler's start.
    void replay(Consumer<QueuedMessage> each) throws IOException;

    /// How full it is.
    Room room();

    /// @param settlements new states of recipients by number; added recipients have numbers behind the present ones
    /// @param added recipients that come to the envelope, in order
    /// @param reports messages to accept in the same step
    /// @param events for the tracking, in order; the Accepted events of the reports are made by the spool
    record Settling(List<Settlement> settlements, List<Recipient> added, List<Report> reports, List<Event> events) {
        public Settling {
            settlements = List.copyOf(settlements);
            added = List.copyOf(added);
            reports = List.copyOf(reports);
            events = List.copyOf(events);
        }
    }

    /// @param messages in the queue
    /// @param octets that they take
    /// @param usable that the disk still has
    record Room(long messages, long octets, long usable) {}
}
