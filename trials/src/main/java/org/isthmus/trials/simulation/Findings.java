// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.simulation;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.peers.Sink;
import org.isthmus.trials.simulation.Subject.Waiting;

/// What must hold at the end of a run, whatever happened in it:
///
/// - a letter answered with 250 is, for each of its recipients, delivered, reported to its sender, or still waiting; one whose sender cannot be reported to may also be dropped;
/// - what waits in the end waits for a person, and nothing else;
/// - what arrives is byte for byte what was sent, at a server where it belongs, for a recipient that was accepted;
/// - nobody is reported to about a letter without a sender, nor about a report, and not by two reports about one failure;
/// - no recipient is settled twice: not delivered and reported, and not delivered again after the server's 250 was read, unless the connector died before it can have written
///   it down;
/// - what was refused arrives only if the disk was in trouble when it was refused, and the connector died since;
/// - no host that must not be called is called;
/// - no server saw a client break the protocol.
final class Findings {
    private static final Pattern PER_RECIPIENT = Pattern.compile("(?im)^Final-Recipient:\\s*[^;]*;\\s*(\\S+)\\r?\\n(?:[^\\r\\n]+\\r?\\n)*?Action:\\s*(\\w+)");

    private static final Pattern MESSAGE_ID = Pattern.compile("(?im)^Message-ID:\\s*(\\S+)");

    /// Where something was delivered.
    private record Arrival(Sink sink, Sink.Delivery delivery) {}

    private final Site site;
    private final Ledger ledger;
    private final List<Sink> sinks;
    private final List<Sink> traps;
    private final Set<Waiting> waiting;
    private final Accidents accidents;
    private final boolean atomic;
    private final Map<Waiting, List<Arrival>> arrivals = new HashMap<>();
    private final Map<Waiting, Set<String>> failures = new HashMap<>();
    private final Map<String, List<Ledger.Entry>> entries = new HashMap<>();
    private final List<String> problems = new ArrayList<>();
    private final Tally tally;

    /// @param waiting in the end
    /// @param atomic a failure and the report about it become durable in one step
    Findings(Site site, Ledger ledger, List<Sink> sinks, List<Sink> traps, Set<Waiting> waiting, Accidents accidents, boolean atomic, Tally tally) {
        this.site = site;
        this.ledger = ledger;
        this.sinks = sinks;
        this.traps = traps;
        this.waiting = waiting;
        this.accidents = accidents;
        this.atomic = atomic;
        this.tally = tally;
    }

    List<String> problems() {
        for (Sink sink : sinks) {
            problems.addAll(sink.problems());
            sink.deliveries().forEach(delivery -> take(new Arrival(sink, delivery)));
        }
        for (Sink trap : traps) {
            if (trap.sessions() > 0) {
                problems.add("a host was called that must not be: " + trap.address());
            }
        }
        for (Ledger.Entry entry : ledger.entries()) {
            tally.add(entry.end().name().toLowerCase(Locale.ROOT), 1);
            entries.computeIfAbsent(entry.letter().id(), id -> new ArrayList<>()).add(entry);
        }
        ledger.entries(Ledger.End.PROMISED).forEach(this::promised);
        waiting.stream().filter(one -> !mayWait(one)).forEach(one -> problems.add(one + " still waits, and for nobody"));
        arrivals.forEach(this::once);
        failures.forEach(this::reportedOnce);
        return problems;
    }

    private void take(Arrival arrival) {
        Sink.Delivery delivery = arrival.delivery;
        String id = Letter.idOf(delivery.content());
        if (id == null) {
            report(delivery);
            return;
        }
        Letter letter = ledger.letter(id);
        if (letter == null) {
            problems.add("a letter arrived that nobody sent: " + id);
        } else if (!letter.hash().equals(Letter.hashOf(delivery.content()))) {
            problems.add(letter + " was changed on its way to " + arrival.sink.address());
        } else if (!letter.from().equals(delivery.from())) {
            problems.add(letter + " arrived as from <" + delivery.from() + ">");
        }
        for (String recipient : delivery.recipients()) {
            tally.add("deliveries", 1);
            if (!site.belongs(recipient, arrival.sink.address())) {
                problems.add("letter " + id + " for " + recipient + " went to " + arrival.sink.address());
            }
            arrivals.computeIfAbsent(new Waiting(id, recipient), key -> new ArrayList<>()).add(arrival);
        }
    }

    private void report(Sink.Delivery delivery) {
        // What the postmaster is told of loops is about no single letter.
        if (delivery.from().isEmpty() && Letter.isAlert(delivery.content())) {
            tally.add("alerts", 1);
            return;
        }
        tally.add("reports", 1);
        String about = Letter.mentioned(delivery.content());
        Letter letter = about == null ? null : ledger.letter(about);
        if (!delivery.from().isEmpty()) {
            problems.add("a report has a reverse-path: <" + delivery.from() + ">");
        }
        if (letter == null) {
            problems.add("a report about no letter arrived at " + delivery.recipients());
        } else if (letter.from().isEmpty()) {
            problems.add("a report about a letter without a sender: " + letter);
        } else if (isNotice(delivery, letter)) {
            tally.add("notices to the postmaster", 1);
        } else if (!delivery.recipients().equals(List.of(letter.from()))) {
            problems.add("a report about " + letter + " went to " + delivery.recipients());
        } else {
            Matcher matcher = PER_RECIPIENT.matcher(new String(delivery.content(), StandardCharsets.ISO_8859_1));
            while (matcher.find()) {
                if (matcher.group(2).toLowerCase(Locale.ROOT).equals("failed")) {
                    failures.computeIfAbsent(new Waiting(letter.id(), matcher.group(1)), key -> new HashSet<>()).add(identity(delivery));
                }
            }
        }
    }

    /// A report that cannot reach its addressee is told to the postmaster.
    private boolean isNotice(Sink.Delivery delivery, Letter letter) {
        return delivery.recipients().equals(List.of(Site.POSTMASTER)) && !site.hears(letter.from());
    }

    /// True if the server may have this letter: it promised, or was not heard, or could not tell whether what it refused was on the disk.
    static boolean mayHave(Ledger.Entry entry, String recipient, Duration at, Accidents accidents) {
        return entry.recipients().contains(recipient) && switch (entry.end()) {
            case PROMISED, DOUBTFUL -> true;
            case REFUSED -> entry.whole() && entry.reply().startsWith("4") && accidents.mayReturn(entry.at(), at);
            case BROKEN_OFF -> false;
        };
    }

    private boolean mayWait(Waiting one) {
        Site.Local local = site.local(one.recipient());
        return local != null && local.outward() && local.loopback() == Site.Loopback.HOLD;
    }

    private void promised(Ledger.Entry entry) {
        Letter letter = entry.letter();
        for (String recipient : entry.recipients()) {
            Waiting key = new Waiting(letter.id(), recipient);
            boolean delivered = arrivals.containsKey(key);
            boolean reported = failures.containsKey(key);
            boolean waits = waiting.contains(key);
            boolean reportWaits = waiting.stream().anyMatch(one -> one.letter().equals("report") && one.recipient().equals(letter.from()));
            boolean dropped = !site.hears(letter.from()) && !site.belongsSomewhere(recipient);
            if (!delivered && !reported && !waits && !reportWaits && !dropped) {
                problems.add("LOST: " + letter + " was promised (" + entry.reply() + ") at " + entry.at() + ", and is neither delivered to " + recipient + " nor reported nor waiting");
            }
            if (waits) {
                tally.add("still waiting", 1);
            }
        }
    }

    /// Nothing arrives that was not accepted, and nothing twice without need.
    private void once(Waiting key, List<Arrival> all) {
        List<Sink.Delivery> deliveries = all.stream().map(Arrival::delivery).sorted(Comparator.comparing(Sink.Delivery::taken)).toList();
        Duration came = deliveries.getFirst().taken();
        if (entries.getOrDefault(key.letter(), List.of()).stream().noneMatch(entry -> mayHave(entry, key.recipient(), came, accidents))) {
            problems.add("letter " + key.letter() + " arrived for " + key.recipient() + " at " + came + " though it was never accepted");
        }
        for (int i = 0; i + 1 < deliveries.size(); i++) {
            tally.add("duplicates", 1);
            Sink.Delivery first = deliveries.get(i);
            if (!mayRepeat(first, deliveries.get(i + 1).taken())) {
                problems.add("letter " + key.letter() + " for " + key.recipient() + " was delivered at " + first.taken() + " and again at " + deliveries.get(i + 1).taken()
                        + ", though the first was " + first.told() + " at " + first.at());
            }
        }
        Sink.Delivery last = deliveries.getLast();
        if (failures.containsKey(key) && !mayRepeat(last, Duration.ofDays(1000))) {
            problems.add("letter " + key.letter() + " for " + key.recipient() + " was delivered at " + last.taken() + ", and reported as failed");
        }
    }

    /// True if the connector may not know that this was delivered.
    private boolean mayRepeat(Sink.Delivery first, Duration again) {
        return switch (first.told()) {
            case NOTHING -> true;
            case ACKNOWLEDGED -> accidents.mayNotHear(first.taken(), first.at()) || accidents.mayForget(first.at(), again);
            case CONFIRMED -> accidents.mayForget(first.at(), again);
        };
    }

    private void reportedOnce(Waiting key, Set<String> reports) {
        if (reports.size() > 1 && atomic && !accidents.diedInDiskTrouble()) {
            problems.add("letter " + key.letter() + " for " + key.recipient() + " was reported as failed " + reports.size() + " times: " + reports);
        }
    }

    /// What tells a report from another about the same letter.
    private static String identity(Sink.Delivery report) {
        Matcher id = MESSAGE_ID.matcher(new String(report.content(), StandardCharsets.ISO_8859_1));
        return id.find() ? id.group(1) : "a report without Message-ID";
    }
}
