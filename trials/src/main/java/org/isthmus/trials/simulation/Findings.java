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
import org.jspecify.annotations.Nullable;

/// What must hold at the end of a run, whatever happened in it:
///
/// - a letter answered with 250 is, for each of its recipients, delivered, reported to its sender, or still waiting; one whose sender cannot be reported to may also be dropped;
/// - what arrives is byte for byte what was sent, at a server where it belongs, for a recipient that was accepted;
/// - nobody is reported to about a letter without a sender, nor about a report;
/// - no recipient is settled twice: not delivered and reported, and not delivered again after the server's 250 was read, unless the connector died or its disk failed in between;
/// - no host that must not be called is called;
/// - no server saw a client break the protocol.
final class Findings {
    private static final Pattern PER_RECIPIENT = Pattern.compile("(?im)^Final-Recipient:\\s*[^;]*;\\s*(\\S+)\\r?\\n(?:[^\\r\\n]+\\r?\\n)*?Action:\\s*(\\w+)");

    /// Where something was delivered.
    private record Arrival(Sink sink, Sink.Delivery delivery) {}

    private final Site site;
    private final Ledger ledger;
    private final List<Sink> sinks;
    private final List<Sink> traps;
    private final Set<Waiting> waiting;
    private final List<Duration> accidents;
    private final Map<Waiting, List<Arrival>> arrivals = new HashMap<>();
    private final Map<Waiting, Integer> failures = new HashMap<>();
    private final Set<String> known = new HashSet<>();
    private final List<String> problems = new ArrayList<>();
    private final Tally tally;

    /// @param accidents when the connector died or its disk was in trouble
    Findings(Site site, Ledger ledger, List<Sink> sinks, List<Sink> traps, Set<Waiting> waiting, List<Duration> accidents, Tally tally) {
        this.site = site;
        this.ledger = ledger;
        this.sinks = sinks;
        this.traps = traps;
        this.waiting = waiting;
        this.accidents = accidents;
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
        ledger.entries().forEach(this::accepted);
        ledger.entries(Ledger.End.PROMISED).forEach(this::promised);
        arrivals.forEach(this::once);
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
                    failures.merge(new Waiting(letter.id(), matcher.group(1)), 1, Integer::sum);
                }
            }
        }
    }

    /// A report that cannot reach its addressee is told to the postmaster.
    private boolean isNotice(Sink.Delivery delivery, Letter letter) {
        return delivery.recipients().equals(List.of(Site.POSTMASTER)) && !site.hears(letter.from());
    }

    /// True if the letter was refused with 4xx. Who failed to make it durable may find it on the disk after a restart: then it arrives, and the client sends it again.
    static boolean mayReappear(Ledger ledger, String letter) {
        return ledger.entries(Ledger.End.REFUSED).stream().anyMatch(entry -> entry.letter().id().equals(letter) && entry.reply().startsWith("4"));
    }

    private void accepted(Ledger.Entry entry) {
        tally.add(entry.end().name().toLowerCase(Locale.ROOT), 1);
        boolean mayReappear = !accidents.isEmpty() && mayReappear(ledger, entry.letter().id());
        if (entry.end() == Ledger.End.PROMISED || entry.end() == Ledger.End.DOUBTFUL || mayReappear) {
            entry.recipients().forEach(recipient -> known.add(entry.letter().id() + " " + recipient));
        }
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
        if (!known.contains(key.letter() + " " + key.recipient())) {
            problems.add("letter " + key.letter() + " arrived for " + key.recipient() + " though it was never accepted");
        }
        if (failures.containsKey(key) && all.stream().anyMatch(arrival -> arrival.delivery.told() == Sink.Told.CONFIRMED) && accidents.isEmpty()) {
            problems.add("letter " + key.letter() + " for " + key.recipient() + " was delivered, and reported as failed");
        }
        for (int i = 0; i + 1 < all.size(); i++) {
            tally.add("duplicates", 1);
            Sink.Delivery first = earlier(all, i);
            if (first != null && first.told() == Sink.Told.CONFIRMED && accidentsSince(first.at()) == 0) {
                problems.add("letter " + key.letter() + " for " + key.recipient() + " was delivered twice, though the first 250 was read at " + first.at());
            }
        }
    }

    private static Sink.@Nullable Delivery earlier(List<Arrival> all, int index) {
        return all.stream().map(Arrival::delivery).sorted(Comparator.comparing(Sink.Delivery::at)).skip(index).findFirst().orElse(null);
    }

    private long accidentsSince(Duration moment) {
        return accidents.stream().filter(accident -> accident.compareTo(moment) >= 0).count();
    }
}
