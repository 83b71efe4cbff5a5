// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.time.Instant;
import java.util.List;
import org.isthmus.address.ReversePath;
import org.isthmus.smtp.DeliverBy;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.Release;
import org.jspecify.annotations.Nullable;

/// A message in the queue, without its content.
///
/// @param passage what loop control knows of its way, its name through all passes first of all
/// @param states one for each recipient of the envelope, those added by expansion included
public record QueuedMessage(
        QueueId id,
        Envelope envelope,
        Origin origin,
        Instant accepted,
        ContentFacts facts,
        Passage passage,
        List<RecipientState> states) {
    public QueuedMessage {
        states = List.copyOf(states);
        if (states.size() != envelope.recipients().size()) {
            throw new IllegalArgumentException(states.size() + " states for " + envelope.recipients().size() + " recipients");
        }
    }

    /// Of which nothing is known but its queue id.
    public QueuedMessage(QueueId id, Envelope envelope, Origin origin, Instant accepted, ContentFacts facts, List<RecipientState> states) {
        this(id, envelope, origin, accepted, facts, Passage.of(id), states);
    }

    /// As the recipients of one reverse-path get it. Where that is not the sender's, what he asked to be told and told of the envelope is not theirs. RFC 3461 §5.2.7.2.
    public QueuedMessage sentBy(ReversePath from) {
        if (from.equals(envelope.from())) {
            return this;
        }
        MailParameters parameters = envelope.parameters();
        MailParameters bare = new MailParameters(parameters.size(), parameters.body(), parameters.smtpUtf8(), null, null, parameters.timing(), parameters.tls());
        return new QueuedMessage(id, new Envelope(from, bare, envelope.recipients()), origin, accepted, facts, passage, states);
    }

    /// When it may go at the earliest: its life in the queue counts from there. RFC 4865 §4.
    public Instant released() {
        Release release = envelope.parameters().timing().release();
        return release == null ? accepted : release.from(accepted);
    }

    /// When its sender wants it to be delivered; null if he did not say. RFC 2852 §4
    public @Nullable Instant deliverBy() {
        DeliverBy by = envelope.parameters().timing().deliverBy();
        return by == null ? null : accepted.plusSeconds(by.seconds());
    }

    /// How long it is tried: by its MT-PRIORITY where it has one, as the profile MIXER has them (RFC 6710 §B.1), otherwise by its header.
    public Priority priority() {
        Integer said = envelope.parameters().timing().priority();
        return said == null ? facts.priority() : said >= 4 ? Priority.URGENT : said <= -4 ? Priority.NON_URGENT : Priority.NORMAL;
    }

    /// The same with other recipients and states.
    public QueuedMessage with(List<Recipient> recipients, List<RecipientState> others) {
        Envelope other = recipients.size() == envelope.recipients().size() ? envelope : new Envelope(envelope.from(), envelope.parameters(), recipients);
        return new QueuedMessage(id, other, origin, accepted, facts, passage, others);
    }
}
