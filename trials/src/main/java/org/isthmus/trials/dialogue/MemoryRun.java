// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Network;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.receive.Receiver;
import org.isthmus.trials.dialogue.Dialogue.Mismatch;
import org.jspecify.annotations.Nullable;

/// A dialogue with a session in memory, on one thread: each read of the session is where the client has its turn. Time passes only by `wait`.
public final class MemoryRun implements Connection, Time, Entropy {
    private static final Duration LONGEST_LINGER = Duration.ofSeconds(2);

    private final Dialogue dialogue;
    /// The client doesn't wait for replies, so it may have more to send when the server closes.
    private final boolean sendsAhead;
    private final Ear ear;
    private final Replies replies = new Replies();
    private final Deque<Line> lines;
    private final Random random = new Random(1);
    private final Scene scene;
    private Duration elapsed = Duration.ZERO;
    private byte @Nullable [] sending;
    private int sent;
    private Duration waiting = Duration.ZERO;
    private boolean clientClosed;
    private boolean closed;
    private @Nullable AssertionError failure;

    private MemoryRun(Dialogue dialogue, boolean sendsAhead) {
        this.sendsAhead = sendsAhead;
        this.dialogue = dialogue;
        this.ear = new Ear(dialogue);
        this.lines = new ArrayDeque<>(dialogue.lines());
        this.scene = new Scene(dialogue, this);
    }

    /// Runs it.
    /// @throws AssertionError naming the line that did not come true
    public static void run(Dialogue dialogue) throws IOException {
        run(dialogue, false);
    }

    static void run(Dialogue dialogue, boolean sendsAhead) throws IOException {
        MemoryRun run = new MemoryRun(dialogue, sendsAhead);
        new Receiver(run.scene.rooms(run, run, NoThreads.INSTANCE, NoNetwork.INSTANCE)).converse(run.scene.listener(), run);
        run.end();
        Outcome.check(dialogue, run.scene);
    }

    /// The session has ended: what is left of the dialogue must be about that.
    private void end() {
        if (failure != null) {
            throw failure;
        }
        if (!closed) {
            throw new Mismatch(dialogue, 0, "the session ended without closing the connection");
        }
        while (!lines.isEmpty()) {
            switch (lines.removeFirst()) {
                case Line.Hear hear -> hear(hear);
                case Line.Also also -> ear.also(also);
                case Line.Never never -> ear.never(never);
                case Line.Close close -> clientClosed = true;
                case Line.ServerCloses closes -> clientClosed = true;
                case Line.Send send -> {
                    if (!sendsAhead) {
                        throw new Mismatch(dialogue, send.number(), "the server has closed before this could be sent");
                    }
                }
                case Line.Wait wait -> throw new Mismatch(dialogue, wait.number(), "the server has closed before");
                case Line.Secure secure -> throw new Mismatch(dialogue, secure.number(), "the server has closed before");
            }
        }
        if (!clientClosed) {
            throw new Mismatch(dialogue, 0, "the dialogue ends with the session still open, or doesn't say who closes");
        }
        if (!replies.rest().isEmpty()) {
            throw new Mismatch(dialogue, 0, "the server said more: " + replies.rest());
        }
    }

    private void hear(Line.Hear hear) {
        List<String> reply = replies.next();
        if (reply == null) {
            throw new Mismatch(dialogue, hear.number(), "expected " + hear.pattern() + " but heard nothing; left over: " + replies.rest());
        }
        ear.hear(hear, reply);
    }

    /// The client's turn, up to the next octets.
    /// @param limit how long the server listens: a server that has said its last word may linger for a moment
    private void turn(Duration limit) throws IOException {
        while (sending == null && !clientClosed && waiting.isZero()) {
            switch (lines.pollFirst()) {
                case null -> throw new Mismatch(dialogue, 0, "the dialogue ends while the server still listens");
                case Line.Hear hear -> hear(hear);
                case Line.Also also -> ear.also(also);
                case Line.Never never -> ear.never(never);
                case Line.Close close -> clientClosed = true;
                case Line.ServerCloses closes when limit.compareTo(LONGEST_LINGER) <= 0 -> clientClosed = true;
                case Line.ServerCloses closes -> throw new Mismatch(dialogue, closes.number(), "the server still listens");
                case Line.Send send -> {
                    sending = send.octets();
                    sent = 0;
                }
                case Line.Wait wait -> waiting = wait.time();
                case Line.Secure secure -> throw new Mismatch(dialogue, secure.number(), "there is no TLS in memory");
            }
        }
    }

    @Override
    public int read(byte[] into, int offset, int length, Duration limit) throws IOException {
        Duration left = limit;
        while (true) {
            try {
                turn(left);
            } catch (AssertionError e) {
                failure = e;
                throw new IOException("the dialogue failed", e);
            }
            if (!waiting.isZero()) {
                Duration step = waiting.compareTo(left) < 0 ? waiting : left;
                elapsed = elapsed.plus(step);
                waiting = waiting.minus(step);
                left = left.minus(step);
                if (!left.isPositive()) {
                    throw new SocketTimeoutException("nothing came within " + limit);
                }
            } else if (sending == null) {
                return -1;
            } else {
                return give(into, offset, length);
            }
        }
    }

    private int give(byte[] into, int offset, int length) {
        byte[] octets = sending == null ? new byte[0] : sending;
        int count = Math.min(length, octets.length - sent);
        System.arraycopy(octets, sent, into, offset, count);
        sent += count;
        if (sent == octets.length) {
            sending = null;
        }
        return count;
    }

    @Override
    public int available() {
        return sending == null ? 0 : sending.length - sent;
    }

    @Override
    public void write(byte[] from, int offset, int length, Duration limit) {
        replies.add(from, offset, length);
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public InetSocketAddress local() {
        return new InetSocketAddress(InetAddress.ofLiteral("192.0.2.25"), 25);
    }

    @Override
    public InetSocketAddress remote() {
        return new InetSocketAddress(scene.client(), 40000);
    }

    @Override
    public Instant now() {
        return Instant.parse("2026-11-24T08:00:00Z").plus(elapsed);
    }

    @Override
    public Duration elapsed() {
        return elapsed;
    }

    @Override
    public void sleep(Duration duration) {
        elapsed = elapsed.plus(duration);
    }

    @Override
    public void fill(byte[] into) {
        random.nextBytes(into);
    }

    @Override
    public long below(long bound) {
        return random.nextLong(bound);
    }

    /// There is one thread: who is started runs to his end first.
    enum NoThreads implements Threads {
        INSTANCE;

        @Override
        public Actor start(String name, Runnable body) {
            body.run();
            return new Actor() {
                @Override
                public void interrupt() {}

                @Override
                public void join() {}
            };
        }

        @Override
        public Actor startOnOwnThread(String name, Runnable body) {
            return start(name, body);
        }

        @Override
        public <T> Channel<T> channel(int capacity) {
            return new Heap<>();
        }
    }

    /// A channel for one thread: what nobody has sent yet, nobody will.
    private static final class Heap<T> implements Channel<T> {
        private final Deque<T> elements = new ArrayDeque<>();

        @Override
        public void send(T element) {
            elements.add(element);
        }

        @Override
        public boolean offer(T element) {
            return elements.add(element);
        }

        @Override
        public T receive() {
            return elements.remove();
        }

        @Override
        public @Nullable T receive(Duration limit) {
            return elements.poll();
        }

        @Override
        public @Nullable T poll() {
            return elements.poll();
        }

        @Override
        public int drainTo(Collection<? super T> into, int most) {
            int moved = 0;
            for (T next = moved < most ? elements.poll() : null; next != null; next = moved < most ? elements.poll() : null) {
                into.add(next);
                moved++;
            }
            return moved;
        }

        @Override
        public int size() {
            return elements.size();
        }
    }

    /// It connects nowhere.
    enum NoNetwork implements Network {
        INSTANCE;

        @Override
        public Listener listen(InetSocketAddress at) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Connection connect(@Nullable InetSocketAddress from, InetSocketAddress to, Duration limit) {
            throw new UnsupportedOperationException();
        }
    }
}
