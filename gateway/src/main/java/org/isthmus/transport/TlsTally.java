// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.isthmus.platform.Time;
import org.isthmus.tlsrpt.FailureType;
import org.isthmus.tlsrpt.TlsReport;
import org.isthmus.transit.Peer;
import org.jspecify.annotations.Nullable;

/// How TLS fared with other domains, day by day in UTC, for the reports that they want. RFC 8460 §4.
///
/// Bounded whatever happens: four days, so many policies a day, so many kinds of failure a policy; a kind of failure beyond them is counted, but not told from others.
/// {@link TallyFolder} keeps it across restarts. Safe for all threads.
public final class TlsTally {
    private static final int MOST_DAYS = 4;
    private static final int MOST_SUBJECTS = 20_000;
    private static final int MOST_KINDS = 100;
    private static final int REASON = 200;

    private final Time time;
    private final TreeMap<LocalDate, Map<Subject, Count>> days = new TreeMap<>();
    private final Set<LocalDate> changed = new HashSet<>();

    public TlsTally(Time time) {
        this.time = time;
    }

    /// A policy that was applied.
    ///
    /// @param domain whose mail it was
    /// @param strings the policy's own words
    /// @param mx hosts or patterns that it is about
    public record Subject(TlsReport.PolicyType type, String domain, List<String> strings, List<String> mx) {
        public Subject {
            strings = List.copyOf(strings);
            mx = List.copyOf(mx);
        }
    }

    /// What came of it on a day.
    ///
    /// @param successes sessions
    record Row(Subject subject, long successes, List<TlsReport.Failure> failures) {
        Row {
            failures = List.copyOf(failures);
        }
    }

    private record Kind(FailureType type, @Nullable String host, @Nullable String address, @Nullable String reason) {}

    private static final class Count {
        private long successes;
        private final Map<Kind, Long> failures = new LinkedHashMap<>();

        void fail(Kind kind, long sessions) {
            boolean room = failures.size() < MOST_KINDS || failures.containsKey(kind);
            failures.merge(room ? kind : new Kind(kind.type, null, null, null), sessions, Long::sum);
        }

        Row row(Subject subject) {
            List<TlsReport.Failure> details = new ArrayList<>();
            failures.forEach((kind, sessions) -> details.add(new TlsReport.Failure(kind.type, null, kind.host, kind.address, sessions, kind.reason)));
            return new Row(subject, successes, details);
        }
    }

    /// A session came under TLS as the policy wants it.
    public void succeeded(Subject subject) {
        synchronized (days) {
            Count count = count(today(), subject);
            if (count != null) {
                count.successes++;
            }
        }
    }

    /// One did not.
    /// @param host the exchanger; none if it never came to that
    /// @param peer where it was; none too
    /// @param reason for people, cut at 200 characters
    public void failed(Subject subject, FailureType type, @Nullable String host, @Nullable Peer peer, String reason) {
        String address = peer == null || peer.address().getAddress() == null ? null : peer.address().getAddress().getHostAddress();
        Kind kind = new Kind(type, host, address, reason.length() > REASON ? reason.substring(0, REASON) : reason);
        synchronized (days) {
            Count count = count(today(), subject);
            if (count != null) {
                count.fail(kind, 1);
            }
        }
    }

    private LocalDate today() {
        return LocalDate.ofInstant(time.now(), ZoneOffset.UTC);
    }

    private @Nullable Count count(LocalDate date, Subject subject) {
        Map<Subject, Count> day = days.computeIfAbsent(date, any -> new LinkedHashMap<>());
        while (days.size() > MOST_DAYS) {
            changed.add(days.pollFirstEntry().getKey());
        }
        changed.add(date);
        return day.size() < MOST_SUBJECTS || day.containsKey(subject) ? day.computeIfAbsent(subject, one -> new Count()) : null;
    }

    /// What is held about a domain on a day.
    public List<TlsReport.Policy> policies(LocalDate date, String domain) {
        return rows(date).stream().filter(row -> row.subject().domain().equals(domain)).map(TlsTally::policy).toList();
    }

    /// What is held about a day, by domain, in the order in which they came.
    Map<String, List<TlsReport.Policy>> byDomain(LocalDate date) {
        Map<String, List<TlsReport.Policy>> byDomain = new LinkedHashMap<>();
        rows(date).forEach(row -> byDomain.computeIfAbsent(row.subject().domain(), domain -> new ArrayList<>()).add(policy(row)));
        return byDomain;
    }

    /// RFC 8460 §1.1: the domain of DANE's policy is the one at which its records stand, and hosts are named for MTA-STS alone (§4.4).
    private static TlsReport.Policy policy(Row row) {
        Subject subject = row.subject();
        boolean dane = subject.type() == TlsReport.PolicyType.TLSA && subject.mx().size() == 1;
        long failures = row.failures().stream().mapToLong(TlsReport.Failure::sessions).sum();
        return new TlsReport.Policy(subject.type(), subject.strings(), dane ? subject.mx().getFirst() : subject.domain(), dane ? List.of() : subject.mx(), row.successes(), failures, row.failures());
    }

    /// The report about a domain and a day.
    public TlsReport report(LocalDate date, String domain, String organization, String contact, String id) {
        Instant start = date.atStartOfDay(ZoneOffset.UTC).toInstant();
        return new TlsReport(organization, start, start.plusSeconds(86_399), contact, id, policies(date, domain));
    }

    /// The days about which something is held, the first one first.
    public List<LocalDate> days() {
        synchronized (days) {
            return List.copyOf(days.keySet());
        }
    }

    /// The domains of a day, in the order in which they came.
    public List<String> domains(LocalDate date) {
        synchronized (days) {
            return days.getOrDefault(date, Map.of()).keySet().stream().map(Subject::domain).distinct().toList();
        }
    }

    /// Forgets what was reported.
    public void forget(LocalDate date, String domain) {
        synchronized (days) {
            Map<Subject, Count> day = days.get(date);
            if (day != null && day.keySet().removeIf(subject -> subject.domain().equals(domain))) {
                changed.add(date);
                days.values().removeIf(Map::isEmpty);
            }
        }
    }

    /// Forgets a day.
    public void forget(LocalDate date) {
        synchronized (days) {
            if (days.remove(date) != null) {
                changed.add(date);
            }
        }
    }

    /// All that is held about a day.
    List<Row> rows(LocalDate date) {
        synchronized (days) {
            List<Row> rows = new ArrayList<>();
            days.getOrDefault(date, Map.of()).forEach((subject, count) -> rows.add(count.row(subject)));
            return rows;
        }
    }

    /// Takes back what was kept, before anything is counted.
    void restore(LocalDate date, List<Row> rows) {
        synchronized (days) {
            for (Row row : rows) {
                Count count = count(date, row.subject());
                if (count != null) {
                    count.successes += row.successes();
                    row.failures().forEach(one -> count.fail(new Kind(one.type(), one.receivingHost(), one.receivingIp(), one.reason()), one.sessions()));
                }
            }
            changed.remove(date);
        }
    }

    /// The days of which other things are held than when this was asked before.
    Set<LocalDate> changed() {
        synchronized (days) {
            Set<LocalDate> since = Set.copyOf(changed);
            changed.clear();
            return since;
        }
    }

    /// A day could not be written down and is still to be.
    void stillChanged(LocalDate date) {
        synchronized (days) {
            changed.add(date);
        }
    }
}
