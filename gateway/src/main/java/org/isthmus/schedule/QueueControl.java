// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.jspecify.annotations.Nullable;

/// What an operator may see of the queue and do to it. The acting verbs say how many recipients they changed.
public interface QueueControl {

    /// Messages with at least one recipient that is not settled and matches, oldest first.
    List<QueuedMessage> list(Selector selector, int most) throws IOException;

    Optional<QueuedMessage> show(QueueId id) throws IOException;

    /// Makes waiting recipients due now. Held ones stay held.
    int retry(Selector selector, boolean dryRun, String by) throws IOException;

    /// Keeps waiting recipients until they are released.
    int hold(Selector selector, boolean dryRun, String by) throws IOException;

    /// Lets held recipients go.
    int release(Selector selector, boolean dryRun, String by) throws IOException;

    /// Takes recipients off the queue without a report.
    int remove(Selector selector, boolean dryRun, String by) throws IOException;

    /// Gives recipients up now, with the report that their senders asked for.
    int bounce(Selector selector, boolean dryRun, String by) throws IOException;

    /// Makes everything due now, or all for one domain, and forgets back-off and what is remembered of hosts.
    int flush(@Nullable Domain domain, String by) throws IOException;

    /// Stops deliveries to a next hop, a domain or {@code *}; mail for it is still accepted. Survives a restart.
    void suspend(String destination, String by) throws IOException;

    /// @return false if it was not suspended by this way; what the configuration suspends only the configuration resumes
    boolean resume(String destination, String by) throws IOException;

    Status status();

    /// Which recipients are meant: all conditions that are given must hold.
    ///
    /// @param ids any of these messages
    /// @param to exact addresses, compared as mailboxes
    /// @param toDomains domains of recipients
    /// @param from the sender's address, or {@code <>}
    /// @param reason text in the last cause, without regard to case
    /// @param olderThan time since acceptance
    /// @param held only held ones
    record Selector(
            Set<QueueId> ids,
            Set<String> to,
            Set<Domain> toDomains,
            @Nullable String from,
            @Nullable String reason,
            @Nullable Duration olderThan,
            boolean held) {
        public static final Selector ALL = new Selector(Set.of(), Set.of(), Set.of(), null, null, null, false);
    }

    /// @param messages in the queue
    /// @param waiting recipients that wait for their time
    /// @param held recipients
    /// @param active attempts at this moment
    /// @param delivered recipients since the start, and so on
    /// @param suspended by command and by configuration
    /// @param destinations the busiest first, at most 100
    record Status(
            long messages,
            long waiting,
            long held,
            int active,
            long delivered,
            long deferred,
            long failed,
            @Nullable Instant oldest,
            Set<String> suspended,
            List<Destination> destinations) {}

    /// @param name of the next hop
    /// @param queued jobs that wait for a slot
    /// @param active attempts at this moment
    /// @param state {@code up}, or since when and why it is backed off
    record Destination(String name, int queued, int active, String state) {}
}
