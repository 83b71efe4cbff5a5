// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.isthmus.platform.Time;
import org.isthmus.spool.Draft;
import org.isthmus.spool.NoRoom;
import org.isthmus.spool.Spool;
import org.isthmus.transit.Content;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Passage;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Report;
import org.isthmus.transit.Settlement;
import org.isthmus.transit.Step;

/// A spool without a disk, for what is not about the disk. It can be told to fail.
public final class MemorySpool implements Spool {
    /// When it fails.
    public enum Trouble {
        NONE,
        /// Opening a draft finds no room.
        FULL_AT_DRAFT,
        /// Opening a draft fails.
        BROKEN_AT_DRAFT,
        /// Writing content finds no room.
        FULL_WHILE_WRITING,
        /// Writing content fails.
        BROKEN_WHILE_WRITING,
        /// The force before the 250 fails.
        BROKEN_AT_COMMIT;

        static Trouble named(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    private final Time time;
    private final SequencedMap<QueueId, Stored> messages = new TreeMap<>();
    private volatile Trouble trouble = Trouble.NONE;
    private long lastId;
    private int openDrafts;

    public MemorySpool(Time time) {
        this.time = time;
    }

    private record Stored(QueuedMessage message, byte[] content, List<List<Step>> steps) {}

    public void fail(Trouble kind) {
        trouble = kind;
    }

    /// Drafts that were neither committed nor closed.
    public synchronized int openDrafts() {
        return openDrafts;
    }

    @Override
    public synchronized Draft draft(long expectedSize) throws IOException {
        failIf(Trouble.FULL_AT_DRAFT, Trouble.BROKEN_AT_DRAFT);
        openDrafts++;
        return new MemoryDraft(freshId());
    }

    private synchronized QueueId freshId() {
        lastId = Math.max(lastId + 1, QueueId.at(time.now()).value());
        return new QueueId(lastId);
    }

    private void failIf(Trouble full, Trouble broken) throws IOException {
        if (trouble == full) {
            throw new NoRoom("the disk is full, as the dialogue wants it");
        }
        if (trouble == broken) {
            throw new IOException("the disk is broken, as the dialogue wants it");
        }
    }

    @Override
    public synchronized QueuedMessage read(QueueId id) {
        return stored(id).message();
    }

    @Override
    public synchronized Content content(QueueId id) {
        byte[] octets = stored(id).content();
        return new Content() {
            @Override
            public long size() {
                return octets.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(octets);
            }
        };
    }

    /// Why each recipient was accepted.
    public synchronized List<List<Step>> steps(QueueId id) {
        return stored(id).steps();
    }

    private Stored stored(QueueId id) {
        Stored stored = messages.get(id);
        if (stored == null) {
            throw new NoSuchElementException(id.toString());
        }
        return stored;
    }

    @Override
    public synchronized List<QueueId> settle(QueueId id, Settling what) {
        Stored stored = stored(id);
        QueuedMessage before = stored.message();
        List<Recipient> recipients = new ArrayList<>(before.envelope().recipients());
        List<RecipientState> states = new ArrayList<>(before.states());
        for (Recipient added : what.added()) {
            recipients.add(added);
            states.add(RecipientState.Waiting.from(time.now()));
        }
        for (Settlement settlement : what.settlements()) {
            states.set(settlement.recipient(), settlement.state());
        }
        List<QueueId> reports = new ArrayList<>();
        for (Report report : what.reports()) {
            QueueId reportId = freshId();
            reports.add(reportId);
            keep(reportId, report.envelope(), report.origin(), report.facts(), report.passage(), report.content(), List.of());
        }
        if (states.stream().allMatch(RecipientState.Settled.class::isInstance)) {
            messages.remove(id);
        } else {
            messages.put(id, new Stored(before.with(recipients, states), stored.content(), stored.steps()));
        }
        return reports;
    }

    private QueuedMessage keep(QueueId id, Envelope envelope, Origin origin, ContentFacts facts, Passage passage, byte[] octets, List<List<Step>> steps) {
        List<RecipientState> states = new ArrayList<>();
        envelope.recipients().forEach(one -> states.add(RecipientState.Waiting.from(time.now())));
        QueuedMessage message = new QueuedMessage(id, envelope, origin, time.now(), facts, passage.namedAfter(id), states);
        messages.put(id, new Stored(message, octets, steps));
        return message;
    }

    @Override
    public synchronized List<QueueId> ids() {
        return List.copyOf(messages.keySet());
    }

    @Override
    public synchronized void replay(Consumer<QueuedMessage> each) {
        messages.values().forEach(stored -> each.accept(stored.message()));
    }

    @Override
    public synchronized Room room() {
        return new Room(messages.size(), messages.values().stream().mapToLong(stored -> stored.content().length).sum(), Long.MAX_VALUE);
    }

    @Override
    public void close() {}

    private final class MemoryDraft implements Draft {
        private final QueueId id;
        private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
        private boolean ended;

        MemoryDraft(QueueId id) {
            this.id = id;
        }

        @Override
        public QueueId id() {
            return id;
        }

        @Override
        public OutputStream content() {
            return new OutputStream() {
                @Override
                public void write(int octet) throws IOException {
                    write(new byte[] {(byte) octet}, 0, 1);
                }

                @Override
                public void write(byte[] from, int offset, int length) throws IOException {
                    failIf(Trouble.FULL_WHILE_WRITING, Trouble.BROKEN_WHILE_WRITING);
                    octets.write(from, offset, length);
                }
            };
        }

        @Override
        public QueuedMessage commit(Envelope envelope, Origin origin, ContentFacts facts, Passage passage, List<List<Step>> steps) throws IOException {
            if (ended) {
                throw new IllegalStateException("the draft has ended");
            }
            if (steps.size() != envelope.recipients().size()) {
                throw new IllegalArgumentException(steps.size() + " lists of steps for " + envelope.recipients().size() + " recipients");
            }
            if (trouble == Trouble.BROKEN_AT_COMMIT) {
                throw new IOException("the disk is broken, as the dialogue wants it");
            }
            synchronized (MemorySpool.this) {
                close();
                return keep(id, envelope, origin, facts, passage, octets.toByteArray(), List.copyOf(steps));
            }
        }

        @Override
        public void close() {
            synchronized (MemorySpool.this) {
                if (!ended) {
                    ended = true;
                    openDrafts--;
                }
            }
        }
    }
}
