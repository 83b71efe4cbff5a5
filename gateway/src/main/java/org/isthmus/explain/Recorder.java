// SPDX-License-Identifier: Apache-2.0
package org.isthmus.explain;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.isthmus.spool.Draft;
import org.isthmus.spool.Spool;
import org.isthmus.tracking.Event;
import org.isthmus.tracking.Tracker;
import org.isthmus.transit.Content;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Passage;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// Stands where spool and tracking are in the server, and only remembers: the refusal, or the message that would have been stored and why.
final class Recorder implements Spool, Tracker {
    private final Instant now;
    private final OptionalLong size;
    private @Nullable QueuedMessage message;
    private List<Step> steps = List.of();

    /// @param size that the message is to have, whatever came
    Recorder(Instant now, OptionalLong size) {
        this.now = now;
        this.size = size;
    }

    /// What would have been stored; none if it was refused.
    @Nullable QueuedMessage message() {
        return message;
    }

    /// Why the recipient was taken or refused.
    List<Step> steps() {
        return steps;
    }

    @Override
    public void record(Event event) {
        if (event instanceof Event.Refused refused) {
            steps = refused.steps();
        }
    }

    @Override
    public Draft draft(long expectedSize) {
        return new RecordingDraft();
    }

    private final class RecordingDraft implements Draft {
        private final QueueId id = QueueId.at(now);

        @Override
        public QueueId id() {
            return id;
        }

        @Override
        public OutputStream content() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public QueuedMessage commit(Envelope envelope, Origin origin, ContentFacts facts, Passage passage, List<List<Step>> why) {
            List<RecipientState> states = envelope.recipients().stream().<RecipientState>map(recipient -> RecipientState.Waiting.from(now)).toList();
            QueuedMessage stored = new QueuedMessage(id, envelope, origin, now, sized(facts), passage.namedAfter(id), states);
            message = stored;
            steps = why.getFirst();
            return stored;
        }

        private ContentFacts sized(ContentFacts facts) {
            return new ContentFacts(size.orElse(facts.size()), facts.body(), facts.utf8Headers(), facts.headerSize(), facts.messageId(), facts.subject(), facts.hops(),
                    facts.priority(), facts.crc());
        }

        @Override
        public void close() {}
    }

    @Override
    public QueuedMessage read(QueueId id) {
        throw new NoSuchElementException("nothing is stored: " + id);
    }

    @Override
    public Content content(QueueId id) throws IOException {
        throw new IOException("nothing is stored: " + id);
    }

    @Override
    public List<QueueId> settle(QueueId id, Settling what) throws IOException {
        throw new IOException("nothing is stored: " + id);
    }

    @Override
    public List<QueueId> ids() {
        return List.of();
    }

    @Override
    public void replay(Consumer<QueuedMessage> each) {}

    @Override
    public Room room() {
        return new Room(0, 0, Long.MAX_VALUE);
    }

    @Override
    public void close() {}
}
