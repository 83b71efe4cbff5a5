// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.spool.Request.Effect;
import org.isthmus.tracking.Event;
import org.isthmus.tracking.FactSink;
import org.isthmus.transit.Content;
import org.isthmus.transit.Passage;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Report;
import org.isthmus.transit.Settlement;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The spool as a journal in segment files.
///
/// Every message, settlement and report is a record; one actor, the {@link Committer}, writes what waits as one group and forces once. The index in memory only says where
/// things stand; {@link Reconstruction} makes it again from the segments at each start. Another actor, the {@link Keeper}, copies forward what keeps old segments alive and
/// recycles them. Content above a limit has a file of its own, which is forced before the record that names it. docs/reference/spool-format.md has the bytes, and what
/// each of them means when it is found after a crash.
///
/// Promises: what {@link Draft#commit} and {@link #settle} return from survives a power cut; what they throw from is not in the queue, and does not come back. A failed
/// force is never repeated: its segment is left, and what stands in it is copied to another.
public final class JournalSpool implements Spool {
    private static final Logger LOG = LoggerFactory.getLogger(JournalSpool.class);
    /// Blocks of states behind a message's own before they are gathered into one.
    private static final int CHAIN = 8;
    private static final int REQUESTS = 1024;

    private final Disk disk;
    private final Time time;
    private final Entropy entropy;
    private final Threads threads;
    private final Consumer<QueuedMessage> arrivals;
    private final Function<List<Event>, byte[]> encoder;
    private final Options options;
    private final Path contents;
    private final Index index;
    private final JournalReader reader;
    private final Segments segments;
    private final Committer committer;
    private final Keeper keeper;
    private final Threads.Actor committing;
    private final Threads.Actor keeping;
    private final RoomGauge gauge;
    private final Recovered recovered;
    private final ContentBuffers buffers = new ContentBuffers();
    private final AtomicLong lastId;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final DraftHome home = new DraftHome();

    /// @param segmentSize of a segment file, in bytes
    /// @param gather how long a group may wait for others when the one before was larger
    /// @param inlineLimit octets of content up to which it stands in the journal itself
    /// @param reserve bytes of the disk that no new message may use, so that what is queued can still be settled
    public record Options(int segmentSize, Duration gather, int inlineLimit, long reserve) {
        public static final Options DEFAULT = new Options(64 << 20, Duration.ofMillis(1), 1 << 20, 64L << 20);

        public Options {
            if (segmentSize < 4 * SegmentHeader.FIRST_RECORD || inlineLimit < 0) {
                throw new IllegalArgumentException("a segment has at least " + 4 * SegmentHeader.FIRST_RECORD + " bytes");
            }
        }
    }

    /// Reads the journal, and starts.
    ///
    /// @param folder the spool's own; made if it does not exist
    /// @param arrivals told of each message after it is durable, on the thread of whoever committed it
    /// @param sink gets the facts in order; at the start those again that it does not have
    /// @param encoder makes facts of events
    /// @throws UnknownFormat if another version wrote it
    public static JournalSpool open(
            Disk disk,
            Time time,
            Entropy entropy,
            Threads threads,
            Path folder,
            Consumer<QueuedMessage> arrivals,
            FactSink sink,
            Function<List<Event>, byte[]> encoder,
            Options options)
            throws IOException {
        Path journal = folder.resolve("journal");
        Path contents = folder.resolve("content");
        disk.createFolders(journal);
        disk.createFolders(contents);
        forceNames(disk, folder);
        Quarantine quarantine = new Quarantine(disk, folder.resolve("quarantine"));
        Recovery recovery = Recovery.of(disk, journal, contents, quarantine, sink);
        return new JournalSpool(disk, time, entropy, threads, journal, contents, arrivals, sink, encoder, options, quarantine, recovery);
    }

    /// Every name on the way to the folder must be durable, or all is lost with one of them. What we may not even read we have not made.
    private static void forceNames(Disk disk, Path folder) throws IOException {
        disk.forceFolder(folder);
        for (Path above = folder.getParent(); above != null; above = above.getParent()) {
            try {
                disk.forceFolder(above);
            } catch (AccessDeniedException e) {
                return;
            }
        }
    }

    private JournalSpool(
            Disk disk,
            Time time,
            Entropy entropy,
            Threads threads,
            Path journal,
            Path contents,
            Consumer<QueuedMessage> arrivals,
            FactSink sink,
            Function<List<Event>, byte[]> encoder,
            Options options,
            Quarantine quarantine,
            Recovery recovery)
            throws IOException {
        this.disk = disk;
        this.time = time;
        this.entropy = entropy;
        this.threads = threads;
        this.arrivals = arrivals;
        this.encoder = encoder;
        this.options = options;
        this.contents = contents;
        this.index = recovery.found().index();
        this.recovered = recovery.summary();
        this.lastId = new AtomicLong(recovery.found().greatestId());
        this.gauge = new RoomGauge(disk, time, journal, options.reserve());
        long durable = sink.durable();
        long last = durable == Long.MAX_VALUE ? recovery.lastSequence() : Math.max(recovery.lastSequence(), durable);
        JournalWriter[] writing = new JournalWriter[1];
        this.segments = new Segments(disk, entropy, journal, options.segmentSize(), lastId::get, () -> writing[0] == null ? last : writing[0].sequence());
        JournalWriter writer = new JournalWriter(segments, options.segmentSize(), last, recovery.aborts());
        writing[0] = writer;
        recovery.adopt(segments);
        this.reader = new JournalReader(disk, index, contents);
        Channel<Long> tasks = threads.channel(REQUESTS);
        this.committer = new Committer(writer, index, sink, threads.channel(REQUESTS), time, options.gather(), () -> {
            gauge.forget();
            Keeper.wake(tasks);
        });
        this.keeper = new Keeper(
                threads, time, tasks, segments, index, reader, committer, sink, options.segmentSize(), gauge, quarantine, recovery.owed());
        this.committing = threads.startOnOwnThread("spool-committer", committer);
        this.keeping = threads.startOnOwnThread("spool-keeper", keeper);
        Keeper.wake(tasks);
    }

    /// What the start found.
    public Recovered recovered() {
        return recovered;
    }

    @Override
    public Draft draft(long expectedSize) throws IOException {
        long expected = Math.max(0, expectedSize);
        gauge.reserve(expected);
        return new JournalDraft(home, nextId(), expected, time::now);
    }

    /// A message that has no name through its passes yet gets one that nobody can guess.
    private Passage named(Passage passage) {
        return passage.uid() == 0 ? passage.named(entropy.below(Long.MAX_VALUE) + 1) : passage;
    }

    private QueueId nextId() {
        long now = QueueId.at(time.now()).value();
        return new QueueId(lastId.updateAndGet(last -> Long.compareUnsigned(now, last) > 0 ? now : last + 1));
    }

    @Override
    public QueuedMessage read(QueueId id) throws IOException {
        return reader.message(id.value());
    }

    @Override
    public Content content(QueueId id) {
        return reader.content(id.value());
    }

    @Override
    public List<QueueId> ids() {
        return index.ids();
    }

    @Override
    public Room room() {
        long usable;
        try {
            usable = disk.usable(contents);
        } catch (IOException e) {
            LOG.warn("the disk does not say how much room it has: {}", e.toString());
            usable = 0;
        }
        return new Room(index.size(), index.octets(), usable);
    }

    @Override
    public List<QueueId> settle(QueueId id, Settling what) throws IOException {
        Entry entry = index.get(id.value());
        if (entry == null) {
            throw new NoSuchElementException(id + " is not in the queue");
        }
        Instant now = time.now();
        List<QueuedMessage> reports = what.reports().stream().map(report -> message(report, now)).toList();
        Request request = settleRequest(entry, what, reports, now);
        committer.send(request);
        committer.await(request);
        Exception failure = request.failure();
        if (failure instanceof RuntimeException e) {
            throw e;
        } else if (failure != null) {
            throw failure instanceof NoRoom ? new NoRoom(String.valueOf(failure.getMessage())) : new IOException(failure.getMessage(), failure);
        }
        after(id, request.gone());
        reports.forEach(this::arrived);
        return reports.stream().map(QueuedMessage::id).toList();
    }

    private Request settleRequest(Entry entry, Settling what, List<QueuedMessage> reports, Instant now) {
        int count = entry.count() + what.added().size();
        List<Settlement> settlements = complete(what, entry.count(), count, now);
        Payload payload = new Payload(1024);
        int offset = payload.delta(entry.id(), count, what.added(), settlements);
        List<Event> events = new ArrayList<>(what.events());
        reports.forEach(report -> events.add(new Event.Accepted(now, report, noSteps(report))));
        byte[] facts = events.isEmpty() ? null : encoder.apply(events);
        if (facts != null) {
            payload.facts(facts);
        }
        List<Effect.Accept> accepts = new ArrayList<>();
        for (int i = 0; i < reports.size(); i++) {
            byte[] content = what.reports().get(i).content();
            int at = payload.message(reports.get(i), content.length, false, content.length, Checksum.of(content, 0, content.length));
            payload.content(content, content.length);
            accepts.add(new Effect.Accept(reports.get(i).id().value(), reports.get(i).states().size(), content.length, false, at, payload.headLength() - at));
        }
        int[] numbers = settlements.stream().mapToInt(Settlement::recipient).toArray();
        boolean[] ended = new boolean[numbers.length];
        for (int i = 0; i < ended.length; i++) {
            ended[i] = settlements.get(i).state() instanceof RecipientState.Settled;
        }
        Blocks.Delta delta = new Blocks.Delta(entry.id(), count, numbers, ended, !what.added().isEmpty());
        Effect effect = new Effect.Settle(offset, delta, what.added().isEmpty() ? -1 : entry.count(), accepts);
        return new Request(RecordType.SETTLE, payload.seal(), facts, effect, threads.channel(1));
    }

    /// The settlements, checked, and one for each added recipient that has none.
    private static List<Settlement> complete(Settling what, int before, int count, Instant now) {
        Set<Integer> numbers = new HashSet<>();
        for (Settlement settlement : what.settlements()) {
            if (settlement.recipient() < 0 || settlement.recipient() >= count || !numbers.add(settlement.recipient())) {
                throw new IllegalArgumentException("a state for recipient " + settlement.recipient() + " of " + count);
            }
        }
        List<Settlement> all = new ArrayList<>(what.settlements());
        for (int number = before; number < count; number++) {
            if (!numbers.contains(number)) {
                all.add(new Settlement(number, RecipientState.Waiting.from(now)));
            }
        }
        return all;
    }

    private QueuedMessage message(Report report, Instant now) {
        List<Recipient> recipients = report.envelope().recipients();
        List<RecipientState> states = Collections.nCopies(recipients.size(), RecipientState.Waiting.from(now));
        QueueId id = nextId();
        return new QueuedMessage(id, report.envelope(), report.origin(), now, report.facts(), named(report.passage()), states);
    }

    private static List<List<Step>> noSteps(QueuedMessage message) {
        return Collections.nCopies(message.states().size(), List.of());
    }

    private void after(QueueId id, @Nullable Entry gone) {
        if (gone == null) {
            Entry entry = index.get(id.value());
            if (entry != null && entry.chain().length >= CHAIN) {
                keeper.consolidate(id.value());
            }
        } else if (gone.apart()) {
            try {
                disk.delete(reader.contentFile(id.value()));
            } catch (IOException e) {
                LOG.warn("the content of {} is left over until the next start: {}", id, e.toString());
            }
        }
    }

    private void arrived(QueuedMessage message) {
        try {
            arrivals.accept(message);
        } catch (RuntimeException e) {
            LOG.error("the arrival of {} was not taken; it is in the queue", message.id(), e);
        }
    }

    @Override
    public void replay(Consumer<QueuedMessage> each) throws IOException {
        new Replay(index, reader, segments).run(each);
    }

    @Override
    public void close() throws IOException {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        keeper.stop();
        boolean interrupted = false;
        try {
            keeping.join();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        committer.stop(new Request(RecordType.MARK, null, null, new Effect.Stop(), threads.channel(1)));
        try {
            committing.join();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        segments.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private final class DraftHome implements JournalDraft.Home {
        @Override
        public Passage named(Passage passage) {
            return JournalSpool.this.named(passage);
        }

        @Override
        public Disk disk() {
            return disk;
        }

        @Override
        public ContentBuffers buffers() {
            return buffers;
        }

        @Override
        public int inlineLimit() {
            return options.inlineLimit();
        }

        @Override
        public Path contentFolder() {
            return contents;
        }

        @Override
        public void forget(long expectedSize, boolean spilled) {
            gauge.release(expectedSize);
            if (spilled) {
                gauge.forget();
            }
        }

        @Override
        public JournalDraft.@Nullable Refusal accept(QueuedMessage message, List<List<Step>> steps, long size, int crc, byte @Nullable [] content)
                throws IOException {
            byte[] facts = encoder.apply(List.of(new Event.Accepted(message.accepted(), message, steps)));
            Payload payload = new Payload(768 + facts.length);
            payload.facts(facts);
            int length = content == null ? 0 : (int) size;
            int at = payload.message(message, size, content == null, length, crc);
            int head = payload.headLength() - at;
            if (content != null) {
                payload.lastContent(content, length);
            }
            Effect effect = new Effect.Accept(message.id().value(), message.states().size(), size, content == null, at, head + length);
            Request request = new Request(RecordType.ACCEPT, payload.seal(), facts, effect, threads.channel(1));
            committer.send(request);
            committer.await(request);
            Exception failure = request.failure();
            if (failure == null) {
                arrived(message);
                return null;
            }
            IOException why = failure instanceof NoRoom
                    ? new NoRoom(String.valueOf(failure.getMessage()))
                    : new IOException(failure.getMessage(), failure);
            return new JournalDraft.Refusal(why, request.undone());
        }
    }
}
