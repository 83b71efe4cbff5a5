// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.address.Domain;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.mtasts.StsPolicy;
import org.isthmus.mtasts.StsRecord;
import org.isthmus.platform.Https;
import org.isthmus.platform.Time;
import org.isthmus.syntax.SyntaxProblem;
import org.isthmus.tlsrpt.FailureType;
import org.jspecify.annotations.Nullable;

/// MTA-STS policies of domains: found, fetched, and kept until they are too old. RFC 8461 §3 and §5.1.
///
/// - A policy once seen holds until its {@code max_age} is over, whatever happens to DNS or the web server meanwhile: an attacker must not be able to take it away.
/// - It is fetched again when DNS shows another id, and once a day.
/// - After a fetch that failed, the next one waits five minutes (RFC 8461 §3.3).
public final class StsPolicies {
    /// RFC 8461 §3.3 suggests a minute for the whole fetch.
    static final Duration PATIENCE = Duration.ofMinutes(1);
    static final Duration PAUSE = Duration.ofMinutes(5);
    private static final Duration FRESH = Duration.ofDays(1);
    private static final int MOST_PAUSES = 10_000;

    private final Resolver dns;
    private final Https https;
    private final Time time;
    private final StsFile file;
    private final Map<Domain, Missed> missed = new ConcurrentHashMap<>();

    /// @param file where they are kept across restarts
    public StsPolicies(Resolver dns, Https https, Time time, StsFile file) {
        this.dns = dns;
        this.https = https;
        this.time = time;
        this.file = file;
    }

    /// A policy as it is kept.
    ///
    /// @param id of the record in DNS when it was fetched
    /// @param fetched when
    record Kept(String id, Instant fetched, StsPolicy policy) {
        boolean holds(Instant now) {
            return now.isBefore(fetched.plus(policy.maxAge()));
        }

        boolean isFresh(Instant now) {
            // A clock that was set back must not make a policy fresh for years.
            return !now.isBefore(fetched.minus(FRESH)) && now.isBefore(fetched.plus(FRESH));
        }
    }

    private record Missed(String id, Duration at, FailureType type, String why) {}

    /// What is known of a domain.
    ///
    /// @param policy the one in force; none if there is none
    /// @param failure why it could not be had or renewed, for the report; none if nothing went wrong
    /// @param how in an operator's words
    /// @param mayPass DNS or the web server is in trouble, so that a policy may be found later
    public record Finding(@Nullable StsPolicy policy, @Nullable FailureType failure, String how, boolean mayPass) {
        Finding(@Nullable StsPolicy policy, @Nullable FailureType failure, String how) {
            this(policy, failure, how, failure == FailureType.STS_POLICY_FETCH_ERROR || failure == FailureType.STS_WEBPKI_INVALID);
        }
    }

    /// Finds the policy of a domain; may wait for DNS and a web server, at most about a minute. Holds no lock meanwhile: two who ask at once may both fetch.
    public Finding find(Domain domain) {
        Kept kept = file.read(domain).filter(one -> one.holds(time.now())).orElse(null);
        return switch (dns.txt("_mta-sts." + domain.ascii())) {
            case Answer.Found<DnsRecord.Text> found -> StsRecord.of(found.records().stream().map(DnsRecord.Text::text).toList())
                    .map(record -> announced(domain, record, kept)).orElseGet(() -> unannounced(kept, "DNS has no record of MTA-STS"));
            case Answer.NoSuchName<DnsRecord.Text> none -> unannounced(kept, "DNS has no record of MTA-STS");
            case Answer.NoData<DnsRecord.Text> none -> unannounced(kept, "DNS has no record of MTA-STS");
            case Answer.Failed<DnsRecord.Text> failed -> {
                Finding finding = unannounced(kept, "DNS for _mta-sts." + domain.ascii() + " failed: " + failed.problem());
                yield new Finding(finding.policy(), null, finding.how(), true);
            }
        };
    }

    /// The policy that is kept and holds, without asking anybody.
    @Nullable StsPolicy known(Domain domain) {
        return file.read(domain).filter(one -> one.holds(time.now())).map(Kept::policy).orElse(null);
    }

    private static Finding unannounced(@Nullable Kept kept, String why) {
        return kept == null ? new Finding(null, null, why) : new Finding(kept.policy, null, why + "; the policy fetched at " + kept.fetched + " still holds");
    }

    private Finding announced(Domain domain, StsRecord record, @Nullable Kept kept) {
        if (kept != null && kept.id.equals(record.id()) && kept.isFresh(time.now())) {
            return new Finding(kept.policy, null, "policy " + record.id() + " fetched at " + kept.fetched);
        }
        Missed before = missed.get(domain);
        if (before != null && before.id.equals(record.id()) && time.elapsed().minus(before.at).compareTo(PAUSE) < 0) {
            return old(kept, before.type, before.why);
        }
        return fetch(domain, record, kept);
    }

    private Finding fetch(Domain domain, StsRecord record, @Nullable Kept kept) {
        URI uri = URI.create("https://mta-sts." + domain.ascii() + "/.well-known/mta-sts.txt");
        try {
            Https.Answer answer = https.get(uri, StsPolicy.MOST_OCTETS, PATIENCE);
            // RFC 8461 §3.3: redirects are not followed, and only 200 is a policy.
            if (answer.status() != 200) {
                return miss(domain, record, kept, FailureType.STS_POLICY_FETCH_ERROR, uri + " answered " + answer.status());
            }
            if (!answer.type().isEmpty() && !answer.type().toLowerCase(Locale.ROOT).strip().startsWith("text/plain")) {
                return miss(domain, record, kept, FailureType.STS_POLICY_INVALID, uri + " is no text/plain");
            }
            StsPolicy policy = StsPolicy.parse(new String(answer.body(), StandardCharsets.UTF_8));
            Kept fresh = new Kept(record.id(), time.now(), policy);
            missed.remove(domain);
            file.write(domain, fresh);
            return new Finding(policy, null, "policy " + record.id() + " fetched now");
        } catch (SyntaxProblem e) {
            return miss(domain, record, kept, FailureType.STS_POLICY_INVALID, uri + ": " + e.getMessage());
        } catch (Https.Untrusted e) {
            return miss(domain, record, kept, FailureType.STS_WEBPKI_INVALID, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return miss(domain, record, kept, FailureType.STS_POLICY_FETCH_ERROR, String.valueOf(e.getMessage()));
        }
    }

    private Finding miss(Domain domain, StsRecord record, @Nullable Kept kept, FailureType type, String why) {
        if (missed.size() >= MOST_PAUSES) {
            missed.clear();
        }
        missed.put(domain, new Missed(record.id(), time.elapsed(), type, why));
        return old(kept, type, why);
    }

    /// RFC 8461 §3.3: without a policy, mail goes as if the domain had none; with an old one that holds, by that.
    private static Finding old(@Nullable Kept kept, FailureType type, String why) {
        return kept == null ? new Finding(null, type, "the policy cannot be had: " + why) : new Finding(kept.policy, type, "policy fetched at " + kept.fetched + "; no newer one can be had: " + why);
    }

    /// Keeps policies across restarts.
    public interface StsFile {
        /// What is kept; empty for nothing, and for what cannot be read.
        Optional<Kept> read(Domain domain);

        /// Keeps it. Failures are told in the log and otherwise borne.
        void write(Domain domain, Kept kept);
    }
}
