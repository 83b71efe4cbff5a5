// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.smtp.Reply;
import org.isthmus.transit.Client;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// One thing that happened. Written as one line of JSON; docs/reference/tracking-log.md names every field.
public sealed interface Event {

    Instant at();

    /// A command or a message was refused before we were responsible for it.
    /// @param traceId short, told to the client in the reply, found by {@code isthmus trace}
    /// @param command the refused command, or {@code connect}, {@code end of data}
    record Refused(Instant at, String traceId, Client client, String command, @Nullable String from, @Nullable String to, Reply reply, List<Step> steps)
            implements Event {}

    /// We answered 250 and are responsible, or made a report.
    /// @param steps for every recipient, in order of its number: why it was accepted
    record Accepted(Instant at, QueuedMessage message, List<List<Step>> steps) implements Event {}

    /// A recipient was routed.
    record Routed(Instant at, QueueId message, int recipient, Mailbox address, String outcome, List<Step> steps) implements Event {}

    /// An attempt was made for some recipients of a message.
    record Attempted(Instant at, DeliveryAttempt attempt) implements Event {}

    /// A recipient reached its end, or waits again.
    /// @param next when it is tried again; none if it is settled
    record Settled(Instant at, QueueId message, int recipient, Mailbox address, Outcome outcome, int attempts, @Nullable Instant next) implements Event {}

    /// A recipient is held, or released.
    record Held(Instant at, QueueId message, int recipient, Mailbox address, boolean held, String by, String why) implements Event {}

    /// A report was made about a message.
    /// @param report the report's own queue id is told by its Accepted event, which names this message as origin
    record Reported(Instant at, QueueId message, String to, String kind, List<Integer> recipients) implements Event {}

    /// A report was due about a message and not made, since nobody may be told: RFC 5321 §4.5.5, RFC 3834.
    /// @param digest the postmaster hears of it in the next digest
    record Withheld(Instant at, QueueId message, List<Integer> recipients, String why, boolean digest) implements Event {
        public Withheld {
            recipients = List.copyOf(recipients);
        }
    }

    /// The message left the queue: every recipient is settled and every report committed.
    record Gone(Instant at, QueueId message, Duration age) implements Event {}

    /// A layer of loop control met a loop.
    /// @param message its queue id, where it has one
    /// @param kind what the recipient is to the site
    /// @param certainty {@code proved}, {@code told}, {@code suspected}
    record Looped(Instant at, @Nullable QueueId message, Mailbox address, String layer, RecipientClass kind, String certainty, String finding) implements Event {}

    /// Something about the server itself: started, configuration reloaded, suspended, an alert.
    record Noted(Instant at, String what, String detail) implements Event {}
}
