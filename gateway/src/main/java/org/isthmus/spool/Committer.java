// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Time;
import org.isthmus.spool.Request.Effect;
import org.isthmus.tracking.FactSink;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one actor that writes to the journal. It takes what waits, writes it as one group, forces once, and lets all go (group commit); meanwhile the next group
/// gathers by itself. Only when the group before was larger does it wait a moment for the others to come.
///
/// The index changes only after the group is durable. Until then the changes of the group are kept apart, where later requests of the same group see them.
final class Committer implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);
    private static final int MOST = 4096;

    private final JournalWriter writer;
    private final Index index;
    private final FactSink sink;
    private final Channel<Request> requests;
    private final Time time;
    private final Duration gather;
    private final Runnable wakeKeeper;

    private final List<Request> group = new ArrayList<>();
    private final List<Request> unwritten = new ArrayList<>();
    private final List<Long> sequences = new ArrayList<>();
    private final Map<Long, Change> changes = new HashMap<>();
    private final List<Blocks.Gone> gone = new ArrayList<>();
    private @Nullable Request held;
    private @Nullable Request stop;
    private int sizeBefore = 1;
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean closed;

    /// @param after null if the message is gone
    private record Change(@Nullable Entry after) {}

    /// @param gather how long a group may wait for more
    /// @param wakeKeeper called after a segment was taken or left
    Committer(JournalWriter writer, Index index, FactSink sink, Channel<Request> requests, Time time, Duration gather, Runnable wakeKeeper) {
        this.writer = writer;
        this.index = index;
        this.sink = sink;
        this.requests = requests;
        this.time = time;
        this.gather = gather;
        this.wakeKeeper = wakeKeeper;
    }

    /// Hands a request in. Whoever does so must {@link #await} it.
    void send(Request request) throws IOException {
        inFlight.incrementAndGet();
        boolean sent = false;
        try {
            if (closed) {
                throw new IOException("the spool is closed");
            }
            requests.send(request);
            sent = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted before the journal was asked");
        } finally {
            if (!sent) {
                inFlight.decrementAndGet();
            }
        }
    }

    /// Waits until a request that was sent has been dealt with. Is not interrupted: who goes away would not know what became of it.
    void await(Request request) {
        receive(request.reply());
        inFlight.decrementAndGet();
    }

    /// Ends the committer in good order, after what was sent before.
    /// @param end a {@link Effect.Stop}
    void stop(Request end) throws IOException {
        try {
            requests.send(end);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted before the journal was asked");
        }
        receive(end.reply());
    }

    private static void receive(Channel<Request> reply) {
        boolean interrupted = false;
        while (true) {
            try {
                reply.receive();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        try {
            while (stop == null || held != null) {
                Request first = held == null ? requests.receive() : held;
                held = null;
                gather(first);
                finish();
            }
            seal();
        } catch (InterruptedException e) {
            LOG.warn("the spool's committer was interrupted");
        } finally {
            closed = true;
            refuseAll();
        }
    }

    /// Nobody is left waiting, whatever ended the committer.
    private void refuseAll() {
        IOException why = new IOException("the spool is closed");
        group.forEach(request -> request.failed(why, false));
        unwritten.forEach(request -> request.failed(why, true));
        if (held != null) {
            held.failed(why, true);
        }
        if (stop != null) {
            stop.done();
        }
        while (inFlight.get() > 0) {
            try {
                Request late = requests.receive(Duration.ofMillis(10));
                if (late != null) {
                    late.failed(why, true);
                }
            } catch (InterruptedException e) {
                LOG.debug("interrupted again");
            }
        }
    }

    private void gather(Request first) throws InterruptedException {
        take(first);
        Duration until = null;
        while (held == null && stop == null && group.size() < MOST) {
            Request next = requests.poll();
            if (next == null) {
                if (group.size() >= sizeBefore || gather.isZero()) {
                    return;
                }
                until = until == null ? time.elapsed().plus(gather) : until;
                Duration rest = until.minus(time.elapsed());
                next = rest.isPositive() ? requests.receive(rest) : null;
                if (next == null) {
                    return;
                }
            }
            take(next);
        }
    }

    /// Puts a request into the group, answers it at once, or holds it back for the next group.
    private void take(Request request) {
        try {
            switch (request.effect()) {
                case Effect.Accept accept -> write(request, 0);
                case Effect.Settle settle -> settle(request, settle);
                case Effect.Move move -> replace(request, move.expected());
                case Effect.State state -> replace(request, state.expected());
                case Effect.Drop drop -> drop(request, drop.expected());
                case Effect.Carry carry -> write(request, 0);
                case Effect.ForceFacts force -> unwritten.add(request);
                case Effect.Stop end -> stop = request;
            }
        } catch (RuntimeException e) {
            request.failed(e, true);
        }
    }

    private @Nullable Entry current(long id) {
        Change change = changes.get(id);
        return change == null ? index.get(id) : change.after();
    }

    private void settle(Request request, Effect.Settle settle) {
        Blocks.Delta delta = settle.delta();
        Entry entry = current(delta.id());
        if (entry == null) {
            throw new NoSuchElementException("not in the queue");
        }
        if (settle.firstAdded() >= 0 && settle.firstAdded() != entry.count()) {
            throw new IllegalStateException("recipients were added meanwhile");
        }
        for (int number : delta.numbers()) {
            if (number < entry.count() && entry.isSettled(number)) {
                throw new IllegalStateException("recipient " + number + " is settled already");
            }
        }
        write(request, 1);
    }

    private void replace(Request request, Entry expected) {
        if (current(expected.id()) != expected) {
            throw new IllegalStateException("changed meanwhile");
        }
        write(request, 0);
    }

    private void drop(Request request, Entry expected) {
        if (current(expected.id()) != expected) {
            throw new IllegalStateException("changed meanwhile");
        }
        if (begin(JournalWriter.needed(0, gone.size() + 1), request)) {
            group.add(request);
            sequences.add(writer.sequence());
            leave(expected);
        }
    }

    private void leave(Entry entry) {
        gone.add(new Blocks.Gone(entry.id(), entry.segment().life()));
        changes.put(entry.id(), new Change(null));
    }

    /// True if there is a segment with room; otherwise the request has been held back or answered.
    private boolean begin(int needed, Request request) {
        if (!group.isEmpty()) {
            if (writer.fits(needed)) {
                return true;
            }
            held = request;
            return false;
        }
        try {
            Segment before = writer.active();
            if (before != writer.open(needed)) {
                wakeKeeper.run();
            }
            return true;
        } catch (IOException e) {
            LOG.error("the spool cannot begin a new segment: {}", e.toString());
            wakeKeeper.run();
            request.failed(trouble(e), true);
            return false;
        }
    }

    private void write(Request request, int mayGo) {
        Payload payload = request.payload();
        if (payload == null || !begin(JournalWriter.needed(payload.length(), gone.size() + mayGo), request)) {
            return;
        }
        group.add(request);
        try {
            int at = writer.put(request.type(), payload);
            sequences.add(writer.sequence());
            change(request, at);
        } catch (IOException e) {
            fail(e);
        }
    }

    private void change(Request request, int at) {
        Segment segment = writer.active();
        if (segment == null) {
            throw new IllegalStateException("no segment");
        }
        switch (request.effect()) {
            case Effect.Accept accept -> accept(accept, segment, at);
            case Effect.Settle settle -> {
                Blocks.Delta delta = settle.delta();
                Entry before = current(delta.id());
                if (before != null) {
                    Entry after = before.settle(delta.numbers(), delta.ended(), delta.count(), new Place(segment, at + settle.offset(), delta.adds()));
                    if (after.isGone()) {
                        request.gone(before);
                        leave(before);
                    } else {
                        changes.put(delta.id(), new Change(after));
                    }
                }
                settle.reports().forEach(report -> accept(report, segment, at));
            }
            case Effect.Move move -> changes.put(move.expected().id(), new Change(move.expected().moved(segment, at + move.offset(), move.length())));
            case Effect.State state -> changes.put(state.expected().id(), new Change(state.expected().stated(new Place(segment, at + state.offset(), true))));
            case Effect.Drop drop -> {}
            case Effect.Carry carry -> {}
            case Effect.ForceFacts force -> {}
            case Effect.Stop end -> {}
        }
    }

    private void accept(Effect.Accept accept, Segment segment, int at) {
        changes.put(accept.id(), new Change(Entry.of(accept.id(), segment, at + accept.offset(), accept.length(), accept.count(), accept.octets(), accept.apart())));
    }

    /// Makes the group durable and lets everybody go.
    private void finish() {
        try {
            if (!group.isEmpty()) {
                if (!gone.isEmpty()) {
                    Payload payload = new Payload(32 + 16 * gone.size());
                    payload.gone(gone);
                    writer.put(RecordType.GONE, payload.seal());
                }
                writer.commit();
                sizeBefore = group.size();
                if (apply()) {
                    wakeKeeper.run();
                }
                handOver();
                group.forEach(Request::done);
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
        clear();
        for (Request request : unwritten) {
            forceFacts(request);
        }
        unwritten.clear();
    }

    /// Changes the index.
    /// @return true if there is now a segment that nothing needs
    private boolean apply() {
        boolean free = false;
        for (Map.Entry<Long, Change> change : changes.entrySet()) {
            Entry before = index.get(change.getKey());
            Entry after = change.getValue().after();
            if (after == null) {
                index.remove(change.getKey());
            } else {
                index.put(after);
            }
            free |= before != null && before.segment().references() == 0 && !before.segment().written();
        }
        return free;
    }

    private void clear() {
        group.clear();
        sequences.clear();
        changes.clear();
        gone.clear();
    }

    private void handOver() {
        for (int i = 0; i < group.size(); i++) {
            byte[] facts = group.get(i).facts();
            if (facts != null) {
                try {
                    sink.accept(sequences.get(i), facts);
                } catch (RuntimeException e) {
                    LOG.error("facts of record {} were not taken", sequences.get(i), e);
                }
            }
        }
    }

    private void forceFacts(Request request) {
        try {
            sink.force();
            request.done();
        } catch (IOException | RuntimeException e) {
            request.failed(e, true);
        }
    }

    /// A write or a force failed: nobody in the group was promised anything, and the segment is done with.
    private void fail(Exception e) {
        LOG.error("the journal could not be written; {} requests are refused and a fresh segment is begun: {}", group.size(), e.toString());
        boolean undone = writer.abandon();
        wakeKeeper.run();
        Exception why = trouble(e);
        group.forEach(request -> request.failed(why, undone));
        clear();
        sizeBefore = 1;
    }

    private static Exception trouble(Exception e) {
        if (e instanceof RuntimeException) {
            return new IOException("the journal could not be written: " + e, e);
        }
        String message = String.valueOf(e.getMessage());
        boolean full = message.contains("No space left") || message.contains("Disk quota exceeded") || message.contains("ENOSPC");
        return full ? new NoRoom("no room on the disk: " + message) : new IOException("the journal could not be written: " + message, e);
    }

    /// Says at a clean end that everything before was forced.
    private void seal() {
        try {
            if (writer.active() != null) {
                writer.open(JournalWriter.needed(0, 0));
                writer.mark();
                writer.commit();
            }
        } catch (IOException e) {
            LOG.warn("the end of the journal could not be marked: {}", e.toString());
        }
    }
}
