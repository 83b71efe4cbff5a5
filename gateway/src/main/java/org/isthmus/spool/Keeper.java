// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Predicate;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.spool.Request.Effect;
import org.isthmus.tracking.FactSink;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the journal tidy beside the traffic: has a spare segment ready, empties old segments that little in the queue still needs, and gathers the states of messages
/// that were settled often.
///
/// A segment is emptied by copying forward what lives, as ordinary records. Then nothing in the index points to it, and it is retired. Segments are emptied strictly one
/// after another, and one that was begun comes before all others, after a restart too: so at most one segment holds messages that stand elsewhere as well, and a GONE
/// record is needed only as long as the segment that its message stood in last. Then come those that an ABORT record speaks of, so that it is never in the way.
final class Keeper implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    private static final int BATCH = 64;
    private static final int BATCH_BYTES = 1 << 20;
    private static final int CARRIED = 4096;
    /// While so many more fit on the disk, there is room.
    private static final int SPARE_SEGMENTS = 4;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /// Nothing to be told but that there may be something to do.
    private static final Long WAKE = 0L;

    private final Channel<Long> tasks;
    private final Threads threads;
    private final Time time;
    private final Segments segments;
    private final Index index;
    private final JournalReader reader;
    private final Committer committer;
    private final FactSink sink;
    private final int segmentSize;
    private final RoomGauge gauge;
    private final Quarantine quarantine;
    private List<Blocks.Gone> owed;
    private Duration pause = FIRST_PAUSE;
    private volatile boolean stopping;

    /// @param owed GONE entries that recovery found missing
    Keeper(
            Threads threads,
            Time time,
            Channel<Long> tasks,
            Segments segments,
            Index index,
            JournalReader reader,
            Committer committer,
            FactSink sink,
            int segmentSize,
            RoomGauge gauge,
            Quarantine quarantine,
            List<Blocks.Gone> owed) {
        this.threads = threads;
        this.time = time;
        this.tasks = tasks;
        this.segments = segments;
        this.index = index;
        this.reader = reader;
        this.committer = committer;
        this.sink = sink;
        this.segmentSize = segmentSize;
        this.gauge = gauge;
        this.quarantine = quarantine;
        this.owed = owed;
    }

    static void wake(Channel<Long> tasks) {
        tasks.offer(WAKE);
    }

    /// Gathers the states of a message into one block, some time.
    void consolidate(long id) {
        tasks.offer(id);
    }

    void stop() {
        stopping = true;
        tasks.offer(WAKE);
    }

    @Override
    public void run() {
        try {
            while (!stopping) {
                Long task = tasks.receive();
                try {
                    if (!task.equals(WAKE)) {
                        state(task);
                    } else {
                        tidy();
                    }
                    pause = FIRST_PAUSE;
                } catch (IOException | RuntimeException e) {
                    LOG.warn("the spool was not tidied now, trying again in {} s: {}", pause.toSeconds(), e.toString());
                    rest();
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted");
        }
    }

    /// A disk in trouble is left alone for a while: each failed write leaves a segment to be emptied, which must not lead at once to the next failed write.
    private void rest() throws InterruptedException {
        Duration end = time.elapsed().plus(pause);
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        for (Duration left = end.minus(time.elapsed()); left.isPositive() && !stopping; left = end.minus(time.elapsed())) {
            // What is asked for meanwhile is seen to when all is tidied.
            tasks.receive(left);
        }
        wake(tasks);
    }

    private void tidy() throws IOException {
        IOException noSpare = prepare();
        if (!owed.isEmpty()) {
            carry(owed);
            owed = List.of();
        }
        for (Optional<Segment> next = candidate(); next.isPresent() && !stopping; next = candidate()) {
            if (!empty(next.get())) {
                break;
            }
        }
        if (noSpare != null && segments.spares() == 0) {
            throw noSpare;
        }
    }

    /// @return why no spare segment could be made; on a full disk it is the emptying that makes room, so that comes first
    private @Nullable IOException prepare() {
        try {
            segments.prepare();
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    /// What to empty next: the one that was begun; a suspect one; one that nothing needs; or, when the journal takes more than twice what lives in it, the one with
    /// least in it.
    private Optional<Segment> candidate() {
        List<Segment> old = segments.used();
        old.removeIf(Segment::written);
        List<Predicate<Segment>> order = List.of(Segment::begun, Segment::suspect, segment -> segment.references() == 0);
        for (Predicate<Segment> urgent : order) {
            Optional<Segment> first = old.stream().filter(urgent).findFirst();
            if (first.isPresent()) {
                return first;
            }
        }
        long taken = old.stream().mapToLong(Segment::size).sum();
        long live = old.stream().mapToLong(Segment::live).sum();
        return taken <= 2 * live + 4L * segmentSize ? Optional.empty() : old.stream().min(Comparator.comparingLong(Segment::live));
    }

    /// Copies forward what lives in a segment and retires it.
    /// @return false if that cannot be done now
    private boolean empty(Segment segment) throws IOException {
        segment.begin();
        if (segment.retired()) {
            // All was copied, but the end failed.
            segments.retire(segment);
            return true;
        }
        for (int round = 0; round == 0 || segment.references() > 0; round++) {
            if (stopping || round == 10) {
                return false;
            }
            Emptying emptying = new Emptying(segment, round == 0);
            new SegmentScanner(segment.file(), segment.life(), segment.end()).scan(emptying);
            emptying.finish();
            if (emptying.blocked) {
                return false;
            }
            if (segment.references() > 0) {
                dropUnreadable(segment, emptying);
            }
        }
        if (!hasHandedOverItsFacts(segment)) {
            return false;
        }
        segments.retire(segment);
        return true;
    }

    /// A segment is kept for its facts while there is room; but trouble with tracking never stops mail.
    private boolean hasHandedOverItsFacts(Segment segment) throws IOException {
        if (sink.durable() >= segment.lastSequence()) {
            return true;
        }
        IOException trouble = null;
        try {
            ask(new Request(RecordType.MARK, null, null, new Effect.ForceFacts(), threads.channel(1)));
        } catch (IOException e) {
            trouble = e;
        }
        if (sink.durable() >= segment.lastSequence()) {
            return true;
        }
        if (gauge.hasRoom((long) SPARE_SEGMENTS * segmentSize)) {
            if (trouble != null) {
                throw trouble;
            }
            return false;
        }
        LOG.error("{} is given up for room, though its facts are not in the tracking yet: {}", segment, trouble == null ? "not forced" : trouble.toString());
        return true;
    }

    /// What the index needs of a segment and the scan did not meet cannot be read any more.
    private void dropUnreadable(Segment segment, Emptying emptying) throws IOException {
        for (Entry entry : index.entries()) {
            if (entry.segment() == segment) {
                try {
                    reader.message(entry);
                } catch (Damaged e) {
                    drop(entry, String.valueOf(e.getMessage()));
                }
            }
        }
    }

    private void drop(Entry entry, String why) throws IOException {
        LOG.error("message {} cannot be read any more and is put into quarantine: {}", new QueueId(entry.id()), why);
        quarantine.bytes(entry.segment(), entry.offset(), entry.length(), "message " + new QueueId(entry.id()) + ": " + why);
        ask(new Request(RecordType.GONE, null, null, new Effect.Drop(entry), threads.channel(1)));
    }

    private void ask(Request request) throws IOException {
        committer.send(request);
        committer.await(request);
        check(request);
    }

    private static void check(Request request) throws IOException {
        if (request.failure() instanceof IOException e) {
            throw e;
        }
        // Anything else says that the message changed meanwhile; the next round sees it again.
    }

    private void carry(List<Blocks.Gone> gone) throws IOException {
        for (int from = 0; from < gone.size(); from += CARRIED) {
            Payload payload = new Payload(64);
            payload.gone(gone.subList(from, Math.min(gone.size(), from + CARRIED)));
            ask(new Request(RecordType.GONE, payload.seal(), null, new Effect.Carry(), threads.channel(1)));
        }
    }

    private void state(long id) throws IOException {
        Entry entry = index.get(id);
        if (entry != null && entry.chain().length > 1) {
            ask(stateRequest(entry));
        }
    }

    private Request stateRequest(Entry entry) throws IOException {
        QueuedMessage accepted = Blocks.message(reader.block(entry));
        QueuedMessage now = reader.states(entry, accepted);
        Payload payload = new Payload(512);
        int offset = payload.states(now, accepted.states().size());
        return new Request(RecordType.STATE, payload.seal(), null, new Effect.State(entry, offset), threads.channel(1));
    }

    private Request moveRequest(Entry entry) throws IOException {
        Block block = reader.block(entry);
        QueuedMessage now = reader.states(entry, Blocks.message(block));
        Payload payload = new Payload(entry.length() + 512);
        int offset = payload.message(now, entry.octets(), entry.apart(), block.contentLength(), block.contentCrc());
        int head = payload.headLength() - offset;
        byte[] content = entry.apart() ? new byte[0] : reader.inlineContent(entry, block);
        payload.lastContent(content, content.length);
        return new Request(RecordType.MOVE, payload.seal(), null, new Effect.Move(entry, offset, head + content.length), threads.channel(1));
    }

    /// One walk through a segment.
    private final class Emptying implements SegmentScanner.Visitor {
        private final Segment segment;
        private final boolean carries;
        private final List<Request> sent = new ArrayList<>();
        private final List<Blocks.Gone> gone = new ArrayList<>();
        private int bytes;
        private boolean blocked;

        Emptying(Segment segment, boolean carries) {
            this.segment = segment;
            this.carries = carries;
        }

        @Override
        public void hole(SegmentScanner.Hole hole) {}

        @Override
        public void record(RecordHeader header, int at, byte[] payload, int payloadAt) throws IOException {
            int shift = at + RecordHeader.SIZE - payloadAt;
            for (Block block : Blocks.of(payload, payloadAt, header.length())) {
                switch (block.kind()) {
                    case MESSAGE -> {
                        Entry entry = index.get(Blocks.summary(block).id());
                        if (entry != null && entry.segment() == segment && entry.offset() == block.at() + shift) {
                            send(entry, true);
                        }
                    }
                    case DELTA, STATES -> {
                        Entry entry = index.get(block.head().u64());
                        if (entry != null && entry.segment() != segment && entry.hasStatesAt(segment, block.at() + shift)) {
                            send(entry, false);
                        }
                    }
                    case GONE -> carry(block);
                    case ABORT -> blocked |= Blocks.aborts(block).stream().anyMatch(abort -> segments.exists(abort.life()));
                    case FACTS -> {}
                }
            }
        }

        private void carry(Block block) throws IOException {
            for (Blocks.Gone one : Blocks.gone(block)) {
                // A GONE record that does not count names messages that are there.
                if (carries && index.get(one.id()) == null && one.life() != segment.life() && segments.exists(one.life())) {
                    gone.add(one);
                }
            }
        }

        private void send(Entry entry, boolean all) throws IOException {
            if (stopping) {
                return;
            }
            Request request;
            try {
                request = all ? moveRequest(entry) : stateRequest(entry);
            } catch (Damaged e) {
                if (all) {
                    drop(entry, String.valueOf(e.getMessage()));
                }
                return;
            } catch (NoSuchElementException e) {
                return;
            }
            committer.send(request);
            sent.add(request);
            bytes += entry.length();
            if (sent.size() >= BATCH || bytes >= BATCH_BYTES) {
                await();
            }
        }

        private void await() throws IOException {
            sent.forEach(committer::await);
            List<Request> done = List.copyOf(sent);
            sent.clear();
            bytes = 0;
            for (Request request : done) {
                check(request);
            }
        }

        void finish() throws IOException {
            await();
            Keeper.this.carry(gone);
        }
    }
}
