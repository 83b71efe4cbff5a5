// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Https;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.syntax.SyntaxProblem;
import org.isthmus.tlsrpt.TlsReport;
import org.isthmus.tlsrpt.TlsRptRecord;
import org.isthmus.tracking.Event;
import org.isthmus.tracking.Tracker;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells other domains, once a day, how TLS with their servers fared. RFC 8460.
///
/// One actor writes down every few minutes what was counted, and when a day of UTC is over, it asks DNS of each domain of that day where reports are wanted. By HTTPS a report goes at once; by
/// mail it goes into the spool. So that not all of the world reports at midnight, each domain gets its moment by chance within four hours (§4.1). What fails is tried again for a
/// day, less and less often (§5.5). What was sent, and what nobody wants, is forgotten; what cannot be sent in two days too.
///
/// Nothing is sent unless {@code tls-reports.from} is configured.
public final class TlsReporter {
    private static final Logger LOG = LoggerFactory.getLogger(TlsReporter.class);
    static final Duration TICK = Duration.ofMinutes(5);
    static final Duration SPREAD = Duration.ofHours(4);
    /// For reports of a day whose night the server slept through.
    static final Duration LATE_SPREAD = Duration.ofHours(1);
    static final Duration TRIED = Duration.ofHours(24);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<Duration> PAUSES =
            List.of(Duration.ofMinutes(15), Duration.ofMinutes(30), Duration.ofHours(1), Duration.ofHours(2), Duration.ofHours(4), Duration.ofHours(8));
    private static final String GZIP = "application/tlsrpt+gzip";
    private static final int MOST_REMEMBERED = 100;
    private static final int DAYS_KEPT = 2;

    private final Parts parts;
    private final Map<Key, Due> due = new HashMap<>();
    private final Deque<Told> told = new ArrayDeque<>();
    private Threads.@Nullable Actor actor;

    /// @param mail posts reports
    public record Parts(
            Supplier<Settings> settings, TlsTally tally, TallyFolder folder, Resolver dns, Https https, Time time, Threads threads, Entropy entropy, ReportMail mail, Tracker tracker) {}

    /// What became of a report.
    ///
    /// @param day that it was about
    /// @param domain that it was for
    /// @param what happened, for people
    public record Told(Instant at, LocalDate day, String domain, String what) {}

    private record Key(LocalDate day, String domain) {}

    /// A report that is to be sent.
    private static final class Due {
        private Duration at;
        private @Nullable Duration first;
        private int failed;
        private final Set<URI> done = new HashSet<>();

        Due(Duration at) {
            this.at = at;
        }
    }

    public TlsReporter(Parts parts) {
        this.parts = parts;
    }

    /// Begins.
    public void start() {
        actor = parts.threads.start("tls-reports", this::work);
    }

    /// Ends. What is counted afterwards, {@link #keep} writes down.
    public void stop() {
        Threads.Actor working = actor;
        if (working == null) {
            return;
        }
        working.interrupt();
        try {
            working.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Writes down what was counted. Never fails.
    public void keep() {
        parts.folder.keep(parts.tally);
    }

    private void work() {
        try {
            while (true) {
                parts.time.sleep(untilNext());
                try {
                    round();
                } catch (RuntimeException e) {
                    LOG.error("internal error in the reports about TLS", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration untilNext() {
        Duration now = parts.time.elapsed();
        Duration next = due.values().stream().map(one -> one.at.minus(now)).min(Duration::compareTo).orElse(TICK);
        return next.compareTo(TICK) > 0 ? TICK : next.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : next;
    }

    /// Writes down, and sends what is due.
    void round() {
        LocalDate today = LocalDate.ofInstant(parts.time.now(), ZoneOffset.UTC);
        Set<Key> held = new HashSet<>();
        for (LocalDate day : parts.tally.days()) {
            if (day.isBefore(today.minusDays(DAYS_KEPT))) {
                parts.tally.forget(day);
            } else if (day.isBefore(today) && parts.settings.get().tlsReports().from() != null) {
                parts.tally.domains(day).forEach(domain -> held.add(new Key(day, domain)));
            }
        }
        due.keySet().retainAll(held);
        held.forEach(key -> due.computeIfAbsent(key, one -> new Due(moment(one.day))));
        for (Key key : held) {
            Due one = due.get(key);
            if (one != null && one.at.compareTo(parts.time.elapsed()) <= 0 && !Thread.currentThread().isInterrupted()) {
                send(key, one);
            }
        }
        keep();
    }

    private Duration moment(LocalDate day) {
        Duration left = Duration.between(parts.time.now(), day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant().plus(SPREAD));
        Duration within = left.compareTo(LATE_SPREAD) < 0 ? LATE_SPREAD : left;
        return parts.time.elapsed().plusMillis(parts.entropy.below(within.toMillis()));
    }

    private void send(Key key, Due one) {
        switch (parts.dns.txt("_smtp._tls." + key.domain)) {
            case Answer.Found<DnsRecord.Text> found -> TlsRptRecord.of(found.records().stream().map(DnsRecord.Text::text).toList())
                    .ifPresentOrElse(record -> send(key, one, record), () -> over(key));
            case Answer.NoSuchName<DnsRecord.Text> none -> over(key);
            case Answer.NoData<DnsRecord.Text> none -> over(key);
            case Answer.Failed<DnsRecord.Text> failed -> again(key, one, "DNS cannot tell where: " + failed.problem());
        }
    }

    private void send(Key key, Due one, TlsRptRecord record) {
        Settings settings = parts.settings.get();
        Mailbox from = settings.tlsReports().from();
        if (from == null) {
            return;
        }
        TlsReport report = report(key, settings);
        List<String> failed = new ArrayList<>();
        for (URI place : record.destinations()) {
            if (!one.done.contains(place)) {
                String trouble = send(key, report, place, settings, from);
                if (trouble == null) {
                    one.done.add(place);
                } else {
                    failed.add(place + ": " + trouble);
                }
            }
        }
        if (failed.isEmpty()) {
            over(key);
        } else {
            again(key, one, String.join("; ", failed));
        }
    }

    /// The id follows from domain and day, so that one that comes twice is known again: RFC 8460 §5.3.
    private TlsReport report(Key key, Settings settings) {
        String host = settings.connector().hostname().ascii();
        String organization = settings.tlsReports().organization();
        Mailbox contact = settings.tlsReports().contact();
        String id = key.day.toString().replace("-", "") + "." + key.domain + "@" + host;
        return parts.tally.report(key.day, key.domain, organization == null ? host : organization, (contact == null ? settings.connector().postmaster() : contact).text(), id);
    }

    /// Sends it to one place. What cannot be sent there ever counts as done.
    /// @return what is in the way for now; none if nothing is
    private @Nullable String send(Key key, TlsReport report, URI place, Settings settings, Mailbox from) {
        try {
            Optional<String> address = TlsRptRecord.address(place);
            if (address.isEmpty()) {
                int status = parts.https.post(place, GZIP, report.gzip(), PATIENCE);
                if (status < 200 || status > 299) {
                    return "it answered " + status;
                }
                tell(key, "sent to " + place);
            } else if (!parts.mail.isSigned(from)) {
                tell(key, "not sent to " + place + ": reports by mail must be signed, and no key of " + from.host().text() + " can be used");
            } else {
                Mailbox to = Mailbox.parse(address.get());
                if (to.isAscii()) {
                    parts.mail.post(settings, from, to, key.domain, report, parts.time.now());
                }
                tell(key, (to.isAscii() ? "posted to " : "not sent, for that is no address in US-ASCII: ") + place);
            }
            return null;
        } catch (SyntaxProblem e) {
            tell(key, "not sent, for that is no address: " + place);
            return null;
        } catch (IOException e) {
            return e.getMessage() == null ? e.toString() : e.getMessage();
        }
    }

    private void again(Key key, Due one, String why) {
        Duration now = parts.time.elapsed();
        Duration first = one.first == null ? now : one.first;
        one.first = first;
        one.at = now.plus(PAUSES.get(Math.min(one.failed++, PAUSES.size() - 1)));
        if (one.at.minus(first).compareTo(TRIED) > 0) {
            tell(key, "given up: " + why);
            over(key);
        } else {
            LOG.info("TLS report for {} about {} waits: {}", key.domain, key.day, why);
        }
    }

    private void over(Key key) {
        due.remove(key);
        parts.tally.forget(key.day, key.domain);
    }

    private void tell(Key key, String what) {
        Instant now = parts.time.now();
        LOG.info("TLS report for {} about {} {}", key.domain, key.day, what);
        parts.tracker.record(new Event.Noted(now, "tls-report", key.domain + " about " + key.day + ": " + what));
        synchronized (told) {
            told.addLast(new Told(now, key.day, key.domain, what));
            if (told.size() > MOST_REMEMBERED) {
                told.removeFirst();
            }
        }
    }

    /// What an operator may see.
    ///
    /// @param counted what is held and not reported yet, by day and domain
    /// @param told the last hundred reports since the start, the oldest first
    public record Seen(List<Counted> counted, List<Told> told) {}

    /// What is held about a domain and a day.
    public record Counted(LocalDate day, String domain, List<TlsReport.Policy> policies) {}

    public Seen seen() {
        List<Counted> counted = new ArrayList<>();
        for (LocalDate day : parts.tally.days()) {
            parts.tally.byDomain(day).forEach((domain, policies) -> counted.add(new Counted(day, domain, policies)));
        }
        synchronized (told) {
            return new Seen(List.copyOf(counted), List.copyOf(told));
        }
    }
}
