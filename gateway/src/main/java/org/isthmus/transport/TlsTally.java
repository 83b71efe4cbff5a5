// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.isthmus.platform.Time;
import org.isthmus.tlsrpt.FailureType;
import org.isthmus.tlsrpt.TlsReport;
import org.isthmus.transit.Peer;
import org.jspecify.annotations.Nullable;

/// How TLS fared with other domains, day by day in UTC, for the reports that they want. RFC 8460 §4.
///
/// Bounded whatever happens: two days, so many policies a day, so many kinds of failure a policy; what is beyond is counted with the last kind or not at all.
/// Safe for all threads.
public final class TlsTally {
    private static final int MOST_SUBJECTS = 20_000;
    private static final int MOST_KINDS = 100;
    private static final int REASON = 200;

    private final Time time;
    private final TreeMap<LocalDate, Map<Subject, Count>> days = new TreeMap<>();

    public TlsTally(Time time) {
        this.time = time;
    }

    /// A policy that was applied.
    ///
    /// @param domain whose
    /// @param strings the policy's own words
    /// @param mx hosts or patterns that it is about
    public record Subject(TlsReport.PolicyType type, String domain, List<String> strings, List<String> mx) {
        public Subject {
            strings = List.copyOf(strings);
            mx = List.copyOf(mx);
        }
    }

    private record Kind(FailureType type, @Nullable String host, @Nullable String address, String reason) {}

    private static final class Count {
        private long successes;
        private final Map<Kind, Long> failures = new LinkedHashMap<>();
    }

    /// A session came under TLS as the policy wants it.
    public void succeeded(Subject subject) {
        synchronized (days) {
            Count count = count(subject);
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
            Count count = count(subject);
            if (count != null && (count.failures.size() < MOST_KINDS || count.failures.containsKey(kind))) {
                count.failures.merge(kind, 1L, Long::sum);
            }
        }
    }

    private @Nullable Count count(Subject subject) {
        LocalDate today = LocalDate.ofInstant(time.now(), ZoneOffset.UTC);
        Map<Subject, Count> day = days.computeIfAbsent(today, date -> new LinkedHashMap<>());
        while (days.size() > 3) {
            days.pollFirstEntry();
        }
        return day.size() < MOST_SUBJECTS || day.containsKey(subject) ? day.computeIfAbsent(subject, one -> new Count()) : null;
    }

    /// What is held about a domain on a day.
    public List<TlsReport.Policy> policies(LocalDate date, String domain) {
        List<TlsReport.Policy> policies = new ArrayList<>();
        synchronized (days) {
            days.getOrDefault(date, Map.of()).forEach((subject, count) -> {
                if (subject.domain().equals(domain)) {
                    policies.add(policy(subject, count));
                }
            });
        }
        return policies;
    }

    private static TlsReport.Policy policy(Subject subject, Count count) {
        List<TlsReport.Failure> details = new ArrayList<>();
        count.failures.forEach((kind, sessions) -> details.add(new TlsReport.Failure(kind.type, null, kind.host, kind.address, sessions, kind.reason)));
        long failures = details.stream().mapToLong(TlsReport.Failure::sessions).sum();
        return new TlsReport.Policy(subject.type(), subject.strings(), subject.domain(), subject.mx(), count.successes, failures, details);
    }

    /// The report about a domain and a day.
    public TlsReport report(LocalDate date, String domain, String organization, String contact, String id) {
        Instant start = date.atStartOfDay(ZoneOffset.UTC).toInstant();
        return new TlsReport(organization, start, start.plusSeconds(86_399), contact, id, policies(date, domain));
    }

    /// The domains of a day, in the order in which they came.
    public List<String> domains(LocalDate date) {
        synchronized (days) {
            return days.getOrDefault(date, Map.of()).keySet().stream().map(Subject::domain).distinct().toList();
        }
    }

    /// Forgets a day that has been reported.
    public void forget(LocalDate date) {
        synchronized (days) {
            days.remove(date);
        }
    }
}
