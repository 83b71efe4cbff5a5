// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.spool;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.isthmus.spool.Spool;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Settlement;
import org.jspecify.annotations.Nullable;

/// What a client of the spool knows, kept apart from it: what it asked for, and what it was promised. Each message is known by the local part of its first recipient.
/// What was begun and never answered may have happened or not, but as a whole.
final class Ledger {
    /// A message as it was handed in.
    record Sent(String name, Envelope envelope, byte[] content) {}

    /// A settlement as it was handed in.
    record Try(List<Settlement> settlements, List<Recipient> added, List<Sent> reports, String mark) {}

    private sealed interface Entry {
        record Begun(Sent sent) implements Entry {}

        record Taken(String name, QueuedMessage message) implements Entry {}

        record Refused(String name) implements Entry {}

        record Settling(String name, Try attempt) implements Entry {}

        record Settled(String name, List<QueuedMessage> reports) implements Entry {}

        record NotSettled(String name) implements Entry {}
    }

    private record Dated(long at, Entry entry) {}

    private final Standing base;
    private final List<Dated> entries = new ArrayList<>();
    private BooleanSupplier over = () -> false;
    private long now;

    Ledger() {
        this(new Standing());
    }

    /// Goes on from where everything stood.
    Ledger(Standing base) {
        this.base = base;
    }

    /// What is written from now on happened after so many calls of the disk.
    void date(long operations) {
        now = operations;
    }

    /// Once the power is off nobody is answered any more.
    void endsWith(BooleanSupplier powerOff) {
        over = powerOff;
    }

    private void add(Entry entry) {
        if (!over.getAsBoolean()) {
            entries.add(new Dated(now, entry));
        }
    }

    void begun(Sent sent) {
        add(new Entry.Begun(sent));
    }

    void taken(String name, QueuedMessage message) {
        add(new Entry.Taken(name, message));
    }

    void refused(String name) {
        add(new Entry.Refused(name));
    }

    void settling(String name, Try attempt) {
        add(new Entry.Settling(name, attempt));
    }

    void settled(String name, List<QueuedMessage> reports) {
        add(new Entry.Settled(name, reports));
    }

    void notSettled(String name) {
        add(new Entry.NotSettled(name));
    }

    /// Where everything stood.
    Standing standing() {
        return standing(Long.MAX_VALUE);
    }

    /// Where everything stood after so many calls of the disk.
    Standing standing(long at) {
        Standing standing = base.copy();
        for (Dated dated : entries) {
            if (dated.at() <= at) {
                standing.apply(dated.entry());
            }
        }
        return standing;
    }

    /// One message.
    private static final class Line {
        final Sent sent;
        boolean taken;
        boolean refused;
        @Nullable QueueId id;
        List<Recipient> recipients;
        List<@Nullable RecipientState> states;
        @Nullable Try open;

        Line(Sent sent) {
            this.sent = sent;
            this.recipients = sent.envelope().recipients();
            this.states = new ArrayList<>(java.util.Collections.nCopies(recipients.size(), null));
        }

        Line copy() {
            Line copy = new Line(sent);
            copy.taken = taken;
            copy.refused = refused;
            copy.id = id;
            copy.recipients = recipients;
            copy.states = states;
            copy.open = open;
            return copy;
        }

        void apply(Try attempt) {
            recipients = new ArrayList<>(recipients);
            recipients.addAll(attempt.added());
            states = after(attempt);
        }

        List<@Nullable RecipientState> after(@Nullable Try attempt) {
            List<@Nullable RecipientState> after = new ArrayList<>(states);
            if (attempt != null) {
                attempt.added().forEach(one -> after.add(null));
                attempt.settlements().forEach(one -> after.set(one.recipient(), one.state()));
            }
            return after;
        }

        static boolean gone(List<@Nullable RecipientState> states) {
            return states.stream().allMatch(state -> state instanceof RecipientState.Settled);
        }
    }

    /// All messages at one moment.
    static final class Standing {
        private final Map<String, Line> lines = new LinkedHashMap<>();
        private final Set<String> factsOwed = new HashSet<>();

        Standing copy() {
            Standing copy = new Standing();
            lines.forEach((name, line) -> copy.lines.put(name, line.copy()));
            copy.factsOwed.addAll(factsOwed);
            return copy;
        }

        /// After a restart: what was not answered did happen or did not, and that is final.
        void decide(Spool spool) throws IOException {
            Map<String, QueuedMessage> actual = actual(spool);
            for (Line line : List.copyOf(lines.values())) {
                QueuedMessage message = actual.get(line.sent.name());
                if (!line.taken && message != null) {
                    line.taken = true;
                    line.refused = false;
                    line.id = message.id();
                } else if (!line.taken) {
                    line.refused = true;
                }
                Try attempt = line.open;
                line.open = null;
                if (attempt != null && happened(line, attempt, message, actual)) {
                    line.apply(attempt);
                    attempt.reports().forEach(report -> taken(report, actual.get(report.name())));
                }
            }
        }

        private static boolean happened(Line line, Try attempt, @Nullable QueuedMessage message, Map<String, QueuedMessage> actual) {
            line.open = attempt;
            boolean happened = present(line, attempt, message, actual);
            line.open = null;
            return happened;
        }

        private void taken(Sent sent, @Nullable QueuedMessage message) {
            Line line = new Line(sent);
            line.taken = true;
            line.id = java.util.Objects.requireNonNull(message).id();
            lines.put(sent.name(), line);
        }

        /// No id was given twice.
        /// @param known ids and the messages that had them, from all rounds before
        void checkNew(Map<QueueId, String> known) {
            for (Line line : lines.values()) {
                if (line.id != null) {
                    String other = known.putIfAbsent(line.id, line.sent.name());
                    expect(other == null || other.equals(line.sent.name()), line.id + " was given to " + other + " and to " + line.sent.name());
                }
            }
        }

        /// Messages in the queue with their recipients: true for those that are settled.
        Map<QueueId, Map.Entry<String, List<Boolean>>> open() {
            Map<QueueId, Map.Entry<String, List<Boolean>>> open = new LinkedHashMap<>();
            for (Line line : lines.values()) {
                if (line.taken && line.id != null && !Line.gone(line.states)) {
                    open.put(line.id, Map.entry(line.sent.name(), line.states.stream().map(state -> state instanceof RecipientState.Settled).toList()));
                }
            }
            return open;
        }

        /// A message that was taken since.
        void with(Sent sent, QueueId id) {
            Line line = new Line(sent);
            line.taken = true;
            line.id = id;
            lines.put(sent.name(), line);
        }

        private Line line(String name) {
            Line line = lines.get(name);
            if (line == null) {
                throw new IllegalStateException(name);
            }
            return line;
        }

        private void apply(Entry entry) {
            switch (entry) {
                case Entry.Begun begun -> lines.put(begun.sent().name(), new Line(begun.sent()));
                case Entry.Taken taken -> {
                    Line line = line(taken.name());
                    line.taken = true;
                    line.id = taken.message().id();
                    factsOwed.add("accepted " + taken.name());
                }
                case Entry.Refused refused -> line(refused.name()).refused = true;
                case Entry.Settling settling -> line(settling.name()).open = settling.attempt();
                case Entry.Settled settled -> settled(settled);
                case Entry.NotSettled not -> line(not.name()).open = null;
            }
        }

        private void settled(Entry.Settled settled) {
            Line line = line(settled.name());
            Try attempt = java.util.Objects.requireNonNull(line.open);
            line.apply(attempt);
            line.open = null;
            factsOwed.add(attempt.mark());
            for (int i = 0; i < attempt.reports().size(); i++) {
                Line report = new Line(attempt.reports().get(i));
                report.taken = true;
                report.id = settled.reports().get(i).id();
                lines.put(report.sent.name(), report);
                factsOwed.add("accepted " + report.sent.name());
            }
        }

        /// Compares with what the spool has.
        /// @param facts every line of facts that the sink has in the end
        void check(Spool spool, @Nullable Set<String> facts) throws IOException {
            Map<String, QueuedMessage> actual = actual(spool);
            Set<String> explained = new HashSet<>();
            for (Line line : lines.values()) {
                check(line, actual, explained, spool);
            }
            for (String name : actual.keySet()) {
                expect(explained.contains(name), name + " is in the queue and should not be");
            }
            if (facts != null) {
                for (String owed : factsOwed) {
                    expect(facts.contains(owed), "no facts: " + owed);
                }
            }
        }

        private static Map<String, QueuedMessage> actual(Spool spool) throws IOException {
            Map<String, QueuedMessage> actual = new HashMap<>();
            List<QueueId> seen = new ArrayList<>();
            spool.replay(message -> {
                String name = message.envelope().recipients().getFirst().address().local().content();
                expect(actual.put(name, message) == null, name + " is in the queue twice");
                seen.add(message.id());
            });
            for (QueuedMessage message : actual.values()) {
                expect(spool.read(message.id()).equals(message), "read and replay differ about " + message.id());
            }
            expect(Set.copyOf(spool.ids()).equals(Set.copyOf(seen)), "ids and replay differ");
            return actual;
        }

        private static void check(Line line, Map<String, QueuedMessage> actual, Set<String> explained, Spool spool) throws IOException {
            String name = line.sent.name();
            QueuedMessage message = actual.get(name);
            explained.add(name);
            if (message != null) {
                expect(!line.refused, name + " was refused, and came back");
                expect(Arrays.equals(content(spool, message.id()), line.sent.content()), name + " has other content");
                expect(line.id == null || line.id.equals(message.id()), name + " has another id");
            }
            if (!line.taken) {
                expect(message == null || matches(line, null, message), name + " is not as it was handed in");
                return;
            }
            boolean before = present(line, null, message, actual);
            boolean after = line.open != null && present(line, line.open, message, actual);
            if (after && line.open != null) {
                line.open.reports().forEach(report -> explained.add(report.name()));
            }
            expect(before || after, name + (message == null ? " is lost" : " has states that were never promised together: " + message.states()
                    + " instead of " + line.states + (line.open == null ? "" : " or " + line.after(line.open))));
        }

        /// The queue is as it must be if the attempt did happen, or none did.
        private static boolean present(Line line, @Nullable Try attempt, @Nullable QueuedMessage message, Map<String, QueuedMessage> actual) {
            boolean whole = Line.gone(line.after(attempt)) ? message == null : message != null && matches(line, attempt, message);
            for (Sent report : line.open == null ? List.<Sent>of() : line.open.reports()) {
                QueuedMessage made = actual.get(report.name());
                whole &= attempt == null ? made == null : made != null && matches(new Line(report), null, made);
            }
            return whole;
        }

        private static boolean matches(Line line, @Nullable Try attempt, QueuedMessage message) {
            List<Recipient> recipients = new ArrayList<>(line.recipients);
            if (attempt != null) {
                recipients.addAll(attempt.added());
            }
            List<@Nullable RecipientState> states = line.after(attempt);
            boolean same = message.envelope().recipients().equals(recipients) && message.states().size() == states.size();
            for (int i = 0; same && i < states.size(); i++) {
                RecipientState expected = states.get(i);
                RecipientState found = message.states().get(i);
                same = expected == null ? found instanceof RecipientState.Waiting waiting && waiting.attempts() == 0 : found.equals(expected);
            }
            return same;
        }
    }

    static byte[] content(Spool spool, QueueId id) throws IOException {
        try (InputStream in = spool.content(id).open()) {
            return in.readAllBytes();
        }
    }

    static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
