// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;
import org.jspecify.annotations.Nullable;

/// What memory holds of the queue: for each message its id, when to look at it next, and the jobs it has out. No envelopes, no bodies.
///
/// A message is *claimed* by the one thread that routes or changes it; whoever finds it claimed leaves a note to look again.
/// A monitor over memory: nothing here waits.
final class MessageTable {
    private final Map<QueueId, Entry> entries = new HashMap<>();
    private final PriorityQueue<Look> looks = new PriorityQueue<>();

    private static final class Entry {
        int open;
        int held;
        boolean claimed;
        boolean again;
        @Nullable Instant look;
        List<Job> jobs = List.of();
    }

    /// A time to look at a message; stale once the entry has another one.
    private record Look(Instant at, QueueId id) implements Comparable<Look> {
        @Override
        public int compareTo(Look other) {
            int byTime = at.compareTo(other.at);
            return byTime != 0 ? byTime : id.compareTo(other.id);
        }
    }

    /// Takes in a message from the spool, to be looked at when its first recipient is due.
    synchronized void add(QueuedMessage message) {
        Entry entry = enter(message);
        lookAt(message.id(), entry, orLate(message, earliestDue(message.states(), List.of()), Instant.MIN));
    }

    /// Takes in a message that has just arrived, claimed by the caller.
    synchronized void addClaimed(QueuedMessage message) {
        enter(message).claimed = true;
    }

    private Entry enter(QueuedMessage message) {
        Entry entry = new Entry();
        for (RecipientState state : message.states()) {
            switch (state) {
                case RecipientState.Waiting waiting -> entry.open++;
                case RecipientState.Held held -> {
                    entry.open++;
                    entry.held++;
                }
                case RecipientState.Settled settled -> {}
            }
        }
        entries.put(message.id(), entry);
        return entry;
    }

    private void lookAt(QueueId id, Entry entry, @Nullable Instant at) {
        entry.look = at;
        if (at != null) {
            looks.add(new Look(at, id));
        }
    }

    /// When the first recipient that is in no job is due; null if none waits.
    static @Nullable Instant earliestDue(List<RecipientState> states, List<Job> jobs) {
        Instant earliest = null;
        for (int i = 0; i < states.size(); i++) {
            if (states.get(i) instanceof RecipientState.Waiting waiting
                    && !inJob(jobs, i)
                    && (earliest == null || waiting.due().isBefore(earliest))) {
                earliest = waiting.due();
            }
        }
        return earliest;
    }

    /// The earlier of the two: when something is due, and when the message is late. RFC 2852 §4
    /// @param due null if nothing waits
    /// @param after a moment that is not after this has been seen to
    static @Nullable Instant orLate(QueuedMessage message, @Nullable Instant due, Instant after) {
        Instant by = due == null ? null : message.deliverBy();
        return by != null && by.isAfter(after) && by.isBefore(due) ? by : due;
    }

    static boolean inJob(List<Job> jobs, int recipient) {
        for (Job job : jobs) {
            if (job.recipients.contains(recipient)) {
                return true;
            }
        }
        return false;
    }

    /// Takes the next message whose time has come, and claims it; null if there is none.
    synchronized @Nullable QueueId claimDue(Instant now) {
        while (!looks.isEmpty() && !looks.peek().at().isAfter(now)) {
            Look look = looks.remove();
            Entry entry = entries.get(look.id());
            if (entry == null || !look.at().equals(entry.look)) {
                continue;
            }
            entry.look = null;
            if (entry.claimed) {
                entry.again = true;
            } else {
                entry.claimed = true;
                return look.id();
            }
        }
        return null;
    }

    /// Claims a message. False if another thread has it, or it is gone.
    synchronized boolean claim(QueueId id) {
        Entry entry = entries.get(id);
        if (entry == null || entry.claimed) {
            return false;
        }
        entry.claimed = true;
        return true;
    }

    synchronized boolean contains(QueueId id) {
        return entries.containsKey(id);
    }

    /// Jobs that a message has out.
    synchronized List<Job> jobs(QueueId id) {
        Entry entry = entries.get(id);
        return entry == null ? List.of() : entry.jobs;
    }

    /// Adds jobs to a claimed message.
    synchronized void jobsOut(QueueId id, List<Job> jobs) {
        Entry entry = entries.get(id);
        if (entry != null && !jobs.isEmpty()) {
            List<Job> all = new ArrayList<>(entry.jobs);
            all.addAll(jobs);
            entry.jobs = List.copyOf(all);
        }
    }

    /// Takes a job that is over out of its message.
    synchronized void jobOver(Job job) {
        Entry entry = entries.get(job.id);
        if (entry != null) {
            entry.jobs = entry.jobs.stream().filter(other -> other != job).toList();
        }
    }

    /// Notes that recipients are about to be settled, and others added; true if none is left open.
    synchronized boolean settling(QueueId id, int settled, int added) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return false;
        }
        entry.open += added - settled;
        return entry.open == 0;
    }

    /// Notes that recipients came to be held, or, with a negative number, no longer are.
    synchronized void heldMore(QueueId id, int recipients) {
        Entry entry = entries.get(id);
        if (entry != null) {
            entry.held += recipients;
        }
    }

    /// Ends a claim.
    /// @param next when to look at the message again; null if nothing in it waits outside a job
    synchronized void release(QueueId id, @Nullable Instant next) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return;
        }
        entry.claimed = false;
        boolean again = entry.again;
        entry.again = false;
        if (!dropIfOver(id, entry)) {
            lookAt(id, entry, again ? Instant.MIN : next);
        }
    }

    /// A job, now over, gave recipients of a message new states.
    /// @param next when the first of them is due; null if all are settled
    synchronized void changed(QueueId id, @Nullable Instant next) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return;
        }
        if (entry.claimed) {
            entry.again = true;
        } else if (!dropIfOver(id, entry) && next != null && (entry.look == null || next.isBefore(entry.look))) {
            lookAt(id, entry, next);
        }
    }

    private boolean dropIfOver(QueueId id, Entry entry) {
        boolean over = entry.open == 0 && entry.jobs.isEmpty();
        if (over) {
            entries.remove(id);
        }
        return over;
    }

    /// Forgets a message that the spool does not have.
    synchronized void drop(QueueId id) {
        entries.remove(id);
    }

    /// Makes a message be looked at now.
    synchronized void lookNow(QueueId id) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return;
        }
        if (entry.claimed) {
            entry.again = true;
        } else {
            lookAt(id, entry, Instant.MIN);
        }
    }

    /// When the next message is to be looked at; null if none is.
    synchronized @Nullable Instant nextLook() {
        while (!looks.isEmpty()) {
            Look look = looks.peek();
            Entry entry = entries.get(look.id());
            if (entry != null && look.at().equals(entry.look)) {
                return look.at();
            }
            looks.remove();
        }
        return null;
    }

    synchronized int size() {
        return entries.size();
    }

    synchronized Counts counts() {
        long open = 0;
        long held = 0;
        for (Entry entry : entries.values()) {
            open += entry.open;
            held += entry.held;
        }
        return new Counts(entries.size(), open - held, held);
    }

    /// @param messages in the queue; waiting and held are recipients
    record Counts(long messages, long waiting, long held) {}
}
