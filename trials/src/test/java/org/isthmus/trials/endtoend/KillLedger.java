// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a server that was killed many times owes, and what came of it. It believes nobody but the clients that were told 250 and the servers that took messages.
final class KillLedger {
    /// What a server has answered yes to is written down within this time, however slow the machine; only a kill within it can bring the same message again.
    static final Duration WRITTEN_DOWN = Duration.ofSeconds(20);

    /// Of one recipient of one message.
    private record Copy(String id, String recipient) {}

    private final Map<String, Load.Entry> sent;
    private final Map<String, Load.Entry> promised;
    private final List<MailSink.Delivery> deliveries;
    private final List<MailSink.Report> reports;
    private final List<Instant> deaths;
    private final Duration writtenDown;

    /// @param promised answered with 250
    /// @param deaths when each life ended, from life 0 on; the present one has not
    KillLedger(Map<String, Load.Entry> sent, Map<String, Load.Entry> promised, List<MailSink.Delivery> deliveries, List<MailSink.Report> reports, List<Instant> deaths, Duration writtenDown) {
        this.sent = Map.copyOf(sent);
        this.promised = Map.copyOf(promised);
        this.deliveries = List.copyOf(deliveries);
        this.reports = List.copyOf(reports);
        this.deaths = List.copyOf(deaths);
        this.writtenDown = writtenDown;
    }

    /// What is owed and has neither arrived nor been reported.
    List<String> owed() {
        Set<Copy> owed = new HashSet<>();
        promised.forEach((id, entry) -> entry.recipients().forEach(recipient -> owed.add(new Copy(id, recipient))));
        deliveries.forEach(delivery -> owed.remove(new Copy(delivery.id(), delivery.recipient())));
        failures().keySet().forEach(owed::remove);
        return owed.stream().map(copy -> (copy.recipient().startsWith(MailSink.GHOST) ? "failed and never reported: " : "LOST: ") + copy).sorted().toList();
    }

    /// All that is wrong.
    List<String> findings() {
        List<String> findings = new ArrayList<>(owed());
        for (MailSink.Delivery delivery : deliveries) {
            Load.Entry entry = sent.get(delivery.id());
            if (entry == null) {
                findings.add("delivered and never sent: " + delivery);
            } else if (!delivery.hash().equals(entry.hash())) {
                findings.add("changed on its way: " + delivery);
            } else if (!entry.recipients().contains(delivery.recipient())) {
                findings.add("somebody else's: " + delivery);
            }
        }
        failures().forEach((copy, times) -> failed(copy, times, findings));
        copies().values().forEach(all -> repeated(all, findings));
        return findings;
    }

    /// Deliveries beyond the first.
    long duplicates() {
        return copies().values().stream().mapToLong(all -> all.size() - 1L).sum();
    }

    private Map<Copy, Integer> failures() {
        Map<Copy, Integer> failures = new HashMap<>();
        reports.forEach(report -> report.failed().forEach(recipient -> failures.merge(new Copy(report.id(), recipient), 1, Integer::sum)));
        return failures;
    }

    private Map<Copy, List<MailSink.Delivery>> copies() {
        Map<Copy, List<MailSink.Delivery>> copies = new HashMap<>();
        deliveries.stream().sorted(Comparator.comparing(MailSink.Delivery::at))
                .forEach(delivery -> copies.computeIfAbsent(new Copy(delivery.id(), delivery.recipient()), copy -> new ArrayList<>()).add(delivery));
        return copies;
    }

    private void failed(Copy copy, int times, List<String> findings) {
        Load.Entry entry = sent.get(copy.id());
        if (entry == null || !entry.recipients().contains(copy.recipient())) {
            findings.add("reported and never sent: " + copy);
        } else if (!copy.recipient().startsWith(MailSink.GHOST)) {
            findings.add("reported as failed without reason: " + copy);
        } else if (times > 1 + deaths.size()) {
            findings.add("reported " + times + " times: " + copy);
        }
    }

    /// RFC 1047: a second copy is what a sender cannot avoid that dies before it has written down the answer to the first one.
    private void repeated(List<MailSink.Delivery> all, List<String> findings) {
        for (int i = 1; i < all.size(); i++) {
            MailSink.Delivery first = all.get(i - 1);
            boolean sameLife = first.life() == all.get(i).life();
            if (sameLife || first.life() >= deaths.size() || Duration.between(first.at(), deaths.get(first.life())).compareTo(writtenDown) > 0) {
                findings.add("delivered again " + (sameLife ? "by the same process" : "though the first was long written down") + ": " + all.get(i) + " after " + first);
            }
        }
    }
}
