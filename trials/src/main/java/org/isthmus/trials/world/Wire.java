// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// One direction of a connection: what was written and has not been read, with the time at which it arrives.
final class Wire {
    /// What becomes of the connection once so many bytes went this way.
    enum Fate { NONE, RESET, ENDED, HUNG }

    /// The receiving end: reads, has closed, or stands on a machine that lost its power and answers nothing.
    enum Receiver { OPEN, CLOSED, VANISHED }

    private record Piece(byte[] bytes, long arrives) {}

    final WaitList readers = new WaitList();
    final WaitList writers = new WaitList();
    private final Baton baton;
    private final Chance chance;
    private final long latency;
    private final boolean small;
    private final int window;
    private final Fate fate;
    private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
    private long fateAfter;
    private int taken;
    private int inside;
    private long lastArrival;
    private long finArrives = Baton.NEVER;
    private long resetArrives = Baton.NEVER;
    private boolean hung;
    private Receiver receiver = Receiver.OPEN;
    private @Nullable Wire back;

    Wire(Baton baton, Chance chance, NetworkFaults faults, Fate fate, boolean small) {
        this.baton = baton;
        this.chance = chance;
        this.latency = faults.latency().toNanos();
        this.small = small;
        this.window = chance.oneOf(4 << 10, 64 << 10, 256 << 10);
        this.fate = fate;
        // Faults at the first bytes are as likely as faults after some thousand.
        this.fateAfter = chance.below(1L << chance.below(18));
    }

    void pair(Wire other) {
        back = other;
    }

    private Wire back() {
        if (back == null) {
            throw new IllegalStateException("no way back");
        }
        return back;
    }

    private long arrival() {
        lastArrival = Math.max(lastArrival, baton.now() + latency / 10 + chance.below(latency + 1));
        return lastArrival;
    }

    // The sending end.

    int room() {
        return window - inside;
    }

    boolean deaf() {
        return receiver == Receiver.CLOSED;
    }

    /// Takes some of it; says how many.
    int put(byte[] from, int offset, int length) {
        if (deaf()) {
            // RFC 9293 §3.10.7.1: what comes for a closed connection is answered with a reset.
            back().reset(arrival());
            return length;
        }
        int most = Math.min(length, room());
        int count = small && chance.coin() ? 1 + chance.below(Math.min(most, chance.oneOf(1, 4, 64))) : most;
        if (fate != Fate.NONE && count > fateAfter) {
            count = (int) fateAfter;
            add(from, offset, count);
            meetFate();
            fateAfter = Long.MAX_VALUE;
        } else {
            fateAfter -= count;
            add(from, offset, count);
        }
        return count;
    }

    private void add(byte[] from, int offset, int count) {
        if (count == 0 || resetArrives != Baton.NEVER) {
            return;
        }
        byte[] bytes = new byte[count];
        System.arraycopy(from, offset, bytes, 0, count);
        boolean lost = hung || receiver == Receiver.VANISHED;
        pieces.add(new Piece(bytes, lost ? Baton.NEVER : arrival()));
        inside += count;
        baton.signalAll(readers);
    }

    private void meetFate() {
        switch (fate) {
            case NONE -> {}
            case RESET -> {
                reset(arrival());
                back().reset(back().arrival());
            }
            case ENDED -> {
                finish();
                back().finish();
                receiver = Receiver.CLOSED;
                back().receiver = Receiver.CLOSED;
            }
            case HUNG -> {
                hang();
                back().hang();
            }
        }
    }

    void hang() {
        hung = true;
    }

    /// The sender has closed its side, after all that it wrote.
    void finish() {
        if (!hung && finArrives == Baton.NEVER) {
            finArrives = arrival();
            baton.signalAll(readers);
        }
    }

    void reset(long arrives) {
        if (!hung && resetArrives == Baton.NEVER) {
            resetArrives = arrives;
            baton.signalAll(readers);
            baton.signalAll(back().writers);
            if (chance.coin()) {
                // Some systems throw away what came and was not read yet.
                dropUnread();
            }
        }
    }

    private void dropUnread() {
        Piece begun = taken > 0 ? pieces.element() : null;
        pieces.clear();
        inside = 0;
        if (begun != null) {
            pieces.add(begun);
            inside = begun.bytes.length - taken;
        }
    }

    // The receiving end.

    void receiver(Receiver now) {
        receiver = now;
        baton.signalAll(writers);
        baton.signalAll(readers);
    }

    long resetArrival() {
        return resetArrives;
    }

    boolean resetArrived() {
        return resetArrives <= baton.now();
    }

    boolean ended() {
        return pieces.isEmpty() && finArrives <= baton.now();
    }

    boolean hasUnread() {
        return !pieces.isEmpty();
    }

    int available() {
        int count = -taken;
        for (Piece piece : pieces) {
            if (piece.arrives > baton.now()) {
                return Math.max(0, count);
            }
            count += piece.bytes.length;
        }
        return Math.max(0, count);
    }

    /// Takes what has arrived, perhaps not all.
    int get(byte[] into, int offset, int length) {
        int done = 0;
        while (done < length && !pieces.isEmpty() && pieces.element().arrives <= baton.now()) {
            Piece piece = pieces.element();
            int count = Math.min(length - done, piece.bytes.length - taken);
            System.arraycopy(piece.bytes, taken, into, offset + done, count);
            done += count;
            taken += count;
            inside -= count;
            if (taken == piece.bytes.length) {
                pieces.remove();
                taken = 0;
                if (small && chance.coin()) {
                    break;
                }
            }
        }
        if (done > 0) {
            baton.signalAll(writers);
        }
        return done;
    }

    /// When there will be something to see.
    long nextArrival() {
        long data = pieces.isEmpty() ? finArrives : pieces.element().arrives;
        return Math.min(data, resetArrives);
    }
}
