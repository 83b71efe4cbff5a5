// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.spool;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.smtp.BodyType;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Hello;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.Reply;
import org.isthmus.spool.Draft;
import org.isthmus.spool.Spool;
import org.isthmus.tracking.Event;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Client;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Report;
import org.isthmus.transit.Settlement;
import org.isthmus.trials.world.Chance;

/// Commits and settles by chance, one thing after another, and writes into the ledger what it asks and what it is told.
final class Writer {
    private static final InetSocketAddress CLIENT = new InetSocketAddress("198.51.100.9", 40123);
    private static final InetSocketAddress SERVER = new InetSocketAddress("192.0.2.7", 25);
    private static final Instant DUE = Instant.parse("2030-01-01T00:00:00Z");
    private static final Origin ORIGIN = new Origin.Received(new Client("internet", SERVER, CLIENT, new Hello(true, "client.example"), null, "s1"), "ESMTP");

    /// What one writer knows of a message that it may still settle.
    private static final class Mine {
        final String name;
        final QueueId id;
        final List<Boolean> settled = new ArrayList<>();

        Mine(String name, QueueId id, int count) {
            this.name = name;
            this.id = id;
            for (int i = 0; i < count; i++) {
                settled.add(false);
            }
        }
    }

    private final String name;
    private final Spool spool;
    private final Ledger ledger;
    private final Chance chance;
    private final List<Mine> open = new ArrayList<>();
    private int number;

    Writer(String name, Spool spool, Ledger ledger, Chance chance) {
        this.name = name;
        this.spool = spool;
        this.ledger = ledger;
        this.chance = chance;
    }

    /// Takes over messages that are in the queue.
    void adopt(Ledger.Standing standing) {
        standing.open().forEach((id, known) -> {
            Mine mine = new Mine(known.getKey(), id, 0);
            mine.settled.addAll(known.getValue());
            open.add(mine);
        });
    }

    /// Settles all that it knows of.
    void drain() {
        while (!open.isEmpty()) {
            settle();
        }
    }

    /// @return how many things were refused
    int run(int actions) {
        int refusals = 0;
        for (int i = 0; i < actions; i++) {
            boolean settles = !open.isEmpty() && chance.happens(open.size() > 3 ? 0.8 : 0.5);
            refusals += (settles ? settle() : commit()) ? 0 : 1;
        }
        return refusals;
    }

    /// Commits one message that must be taken.
    static void commit(Spool spool, String local, Ledger.Standing standing) throws IOException {
        commit(spool, local, standing, 10);
    }

    static void commit(Spool spool, String local, Ledger.Standing standing, int size) throws IOException {
        Ledger.Sent sent = new Ledger.Sent(local, new Envelope(ReversePath.NULL, MailParameters.NONE, List.of(recipient(local))), new byte[size]);
        try (Draft draft = spool.draft(0)) {
            draft.content().write(sent.content());
            draft.commit(sent.envelope(), ORIGIN, facts(sent.content()), List.of(List.of()));
            standing.with(sent, draft.id());
        }
    }

    private String next() {
        return name + "x" + number++;
    }

    private int size() {
        return switch (chance.below(8)) {
            case 0 -> 0;
            case 1 -> (int) chance.between(4000, 9000);
            case 2 -> (int) chance.between(1500, 3000);
            default -> (int) chance.between(1, 900);
        };
    }

    private boolean commit() {
        int recipients = chance.happens(0.6) ? 1 : chance.below(4) + 1;
        Ledger.Sent sent = sent(next(), recipients, size());
        ledger.begun(sent);
        try (Draft draft = spool.draft(chance.coin() ? sent.content().length : 0)) {
            int half = sent.content().length / 2;
            draft.content().write(sent.content(), 0, half);
            draft.content().write(sent.content(), half, sent.content().length - half);
            if (chance.happens(0.1)) {
                ledger.refused(sent.name());
                return true;
            }
            QueuedMessage message = draft.commit(sent.envelope(), ORIGIN, facts(sent.content()), java.util.Collections.nCopies(recipients, List.of()));
            ledger.taken(sent.name(), message);
            open.add(new Mine(sent.name(), message.id(), recipients));
            return true;
        } catch (IOException e) {
            ledger.refused(sent.name());
            return false;
        }
    }

    private Ledger.Sent sent(String local, int recipients, int size) {
        List<Recipient> all = new ArrayList<>();
        for (int i = 0; i < recipients; i++) {
            all.add(recipient(i == 0 ? local : local + "." + i));
        }
        byte[] content = new byte[size];
        chance.fill(content);
        return new Ledger.Sent(local, new Envelope(new ReversePath.To(Mailbox.of("sender@example.org")), MailParameters.NONE, all), content);
    }

    private static Recipient recipient(String local) {
        return Recipient.of(Mailbox.of(local + "@example.net"), RcptParameters.NONE);
    }

    private static ContentFacts facts(byte[] content) {
        return new ContentFacts(content.length, BodyType.BINARYMIME, false, 0, null, null, 0, Priority.NORMAL, 0);
    }

    private boolean settle() {
        Mine mine = chance.oneOf(open);
        List<Settlement> settlements = new ArrayList<>();
        List<Recipient> added = new ArrayList<>();
        for (int i = 0; i < mine.settled.size(); i++) {
            if (!mine.settled.get(i) && (settlements.isEmpty() || chance.coin())) {
                settlements.add(new Settlement(i, state(mine, added)));
            }
        }
        List<Ledger.Sent> reports = new ArrayList<>();
        while (chance.happens(0.2)) {
            reports.add(sent(next(), 1, chance.below(2000)));
        }
        String mark = "settled " + mine.name + " " + number++;
        ledger.settling(mine.name, new Ledger.Try(settlements, added, reports, mark));
        List<QueueId> ids;
        try {
            ids = spool.settle(mine.id, settling(settlements, added, reports, mark, mine.id));
        } catch (IOException e) {
            ledger.notSettled(mine.name);
            return false;
        }
        try {
            settled(mine, settlements, added, reports, ids);
            return true;
        } catch (IOException e) {
            // The power went between the settlement and this: what became of it is no longer known here.
            open.remove(mine);
            return false;
        }
    }

    private RecipientState state(Mine mine, List<Recipient> added) {
        Peer peer = new Peer("mx.example.net", SERVER);
        return switch (chance.below(6)) {
            case 0, 1 -> {
                Cause cause = new Cause.Local("trouble " + number, EnhancedStatus.of("4.3.0"));
                yield new RecipientState.Waiting(DUE.plus(Duration.ofSeconds(chance.below(1000))), 1 + chance.below(5), 0, cause, chance.coin(), false);
            }
            case 2 -> {
                added.add(recipient(next()));
                int first = mine.settled.size() + added.size() - 1;
                yield new RecipientState.Settled(new Outcome.Expanded(List.of(first), true));
            }
            default -> new RecipientState.Settled(new Outcome.Delivered(peer, Reply.of(250, "2.0.0", "taken " + number), false, false));
        };
    }

    private static Spool.Settling settling(List<Settlement> settlements, List<Recipient> added, List<Ledger.Sent> reports, String mark, QueueId about) {
        List<Report> made = reports.stream()
                .map(report -> new Report(report.envelope(), new Origin.Report(about), facts(report.content()), report.content()))
                .toList();
        return new Spool.Settling(settlements, added, made, List.of(new Event.Noted(DUE, "test", mark)));
    }

    private void settled(Mine mine, List<Settlement> settlements, List<Recipient> added, List<Ledger.Sent> reports, List<QueueId> ids) throws IOException {
        List<QueuedMessage> made = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            made.add(read(ids.get(i)));
            open.add(new Mine(reports.get(i).name(), ids.get(i), 1));
        }
        ledger.settled(mine.name, made);
        added.forEach(one -> mine.settled.add(false));
        settlements.forEach(one -> mine.settled.set(one.recipient(), one.state() instanceof RecipientState.Settled));
        if (!mine.settled.contains(false)) {
            open.remove(mine);
        }
    }

    /// A disk that fails once reads well the next time.
    private QueuedMessage read(QueueId id) throws IOException {
        try {
            return spool.read(id);
        } catch (IOException e) {
            return spool.read(id);
        }
    }

    /// The facts of the trials: a line for each event that the ledger knows by.
    static byte[] encode(List<Event> events) {
        StringBuilder lines = new StringBuilder();
        for (Event event : events) {
            if (event instanceof Event.Accepted accepted) {
                lines.append("accepted ").append(accepted.message().envelope().recipients().getFirst().address().local().content()).append('\n');
            } else if (event instanceof Event.Noted noted) {
                lines.append(noted.detail()).append('\n');
            }
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }
}
