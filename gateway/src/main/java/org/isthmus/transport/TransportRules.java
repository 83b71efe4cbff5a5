// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.isthmus.address.Domain;
import org.isthmus.config.Settings;
import org.isthmus.dane.TlsaRecord;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.mtasts.StsPolicy;
import org.isthmus.platform.Platform;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.TlsWish;
import org.isthmus.tlsrpt.FailureType;
import org.isthmus.tlsrpt.TlsReport.PolicyType;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Stage;
import org.isthmus.transit.Step;
import org.isthmus.transit.TlsDemand;
import org.isthmus.transit.TlsFacts;
import org.isthmus.transit.TlsRules;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// What a domain that is found by DNS asks of its servers: by DANE if DNS is secure, otherwise by MTA-STS, otherwise what the configuration has. RFC 8461 §2: DANE goes before.
///
/// | what is found | what follows |
/// |---|---|
/// | TLSA records, secure | TLS, with a certificate that they name; no other policy is asked |
/// | TLSA records, none of them usable | TLS, unchecked (RFC 7672 §2.2) |
/// | TLSA cannot be told: time-out, SERVFAIL, bogus | this server is not used now; the mail waits (RFC 7672 §2.1.2) |
/// | none, or DNS not secure, or nobody whose AD bit is believed | MTA-STS |
/// | policy {@code enforce} that names the server | TLS, with a good certificate for its name |
/// | policy {@code enforce} that does not | this server is not used; the mail waits (RFC 8461 §5) |
/// | the sender requires TLS, and MX is secure, or a policy of whatever mode names the server | TLS, with a good certificate for its name (RFC 8689 §4.2.1) |
/// | the sender requires TLS, and neither is so | this server is not used; without another the mail fails |
/// | the sender waives TLS | what the configuration has; how the policy would have fared is told in the report (RFC 8689 §4.2.2) |
/// | policy {@code testing} | what the configuration has; how the policy would have fared is told in the report |
/// | no policy, {@code none}, or none that can be had | what the configuration has |
public final class TransportRules implements TlsRules {
    private static final EnhancedStatus WAITS = EnhancedStatus.of("4.7.5");
    private static final EnhancedStatus UNTOLD = EnhancedStatus.of("4.4.3");

    private static final EnhancedStatus NEEDED = EnhancedStatus.of("5.7.10");
    private static final String REQUIRED = "REQUIRETLS";
    private static final String WAIVED = "TLS-Required: No";
    private static final String UNNAMED = "the policy does not name this exchanger";

    private final Supplier<Settings> settings;
    private final Resolver dns;
    private final StsPolicies policies;
    private final TlsTally tally;

    public TransportRules(Supplier<Settings> settings, Resolver dns, StsPolicies policies, TlsTally tally) {
        this.settings = settings;
        this.dns = dns;
        this.policies = policies;
        this.tally = tally;
    }

    /// Rules beside those of a server: they read the policies that it keeps and keep none, and nobody hears what they count.
    public static TransportRules unheard(Platform platform, Settings settings) {
        StsFolder folder = new StsFolder(platform.disk(), settings.connector().data().resolve("mta-sts"));
        return new TransportRules(() -> settings, platform.dns(), new StsPolicies(platform.dns(), platform.https(), platform.time(), folder.untouched()), new TlsTally(platform.time()));
    }

    @Override
    public Judgement judge(Way way, Exchange exchange, Peer peer, TlsDemand configured, TlsWish wish) {
        // Who switched TLS off wants none, whatever a domain says.
        if (!(way.hop() instanceof NextHop.Exchangers(Domain domain)) || way.protocol() != Way.Protocol.SMTP || configured instanceof TlsDemand.Off) {
            return CONFIGURED.judge(way, exchange, peer, configured, wish);
        }
        Judgement judgement = judge(domain, exchange, peer, configured, wish == TlsWish.REQUIRED, new ArrayList<>());
        return wish == TlsWish.WAIVED ? waived(judgement, configured) : judgement;
    }

    private Judgement judge(Domain domain, Exchange exchange, Peer peer, TlsDemand configured, boolean strict, List<String> evidence) {
        return switch (tlsa(domain, exchange, peer, evidence)) {
            case Secured.Records(List<TlsaRecord> records) when strict && TlsaRecord.usable(records).isEmpty() -> proved(configured, evidence);
            // RFC 7672 §2.2: such records ask for TLS alone, and the operator asks for more.
            case Secured.Records(List<TlsaRecord> records) when configured instanceof TlsDemand.Verify && TlsaRecord.usable(records).isEmpty() ->
                    new Judgement.Ask(configured, usual(configured, evidence));
            case Secured.Records(List<TlsaRecord> records) -> dane(domain, exchange, records, evidence);
            case Secured.None(boolean secureMx) when strict -> secureMx ? proved(configured, evidence) : required(domain, exchange, peer, evidence);
            case Secured.None none -> sts(domain, exchange, peer, configured, evidence);
            case Secured.Untold(String problem) -> {
                TlsTally.Subject subject = new TlsTally.Subject(PolicyType.TLSA, domain.ascii(), List.of(), List.of(exchange.name()));
                tally.failed(subject, FailureType.DNSSEC_INVALID, exchange.name(), peer, problem);
                yield new Judgement.Avoid(new Cause.Unreachable(peer, Stage.TLS, "DANE cannot be told: " + problem, UNTOLD), step("dane", "not used now", evidence));
            }
        };
    }

    /// RFC 8689 §4.2.1: that it is an exchanger has been signed, so its name is what it must prove.
    private static Judgement proved(TlsDemand strict, List<String> evidence) {
        evidence.add("DNSSEC proves the MX record");
        return new Judgement.Ask(strict, step(REQUIRED, strict.text(), evidence));
    }

    /// RFC 8689 §4.2.1: without a signed MX record, a policy must name the server; whatever its mode, the way from the domain to the name is proved by it.
    private Judgement required(Domain domain, Exchange exchange, Peer peer, List<String> evidence) {
        String unproved = exchange.name() + " cannot be proved to be an exchanger of " + domain.ascii() + ", and the sender requires TLS: MX is not secured, ";
        if (!settings.get().delivery().mtaSts()) {
            return avoid(peer, unproved + "and MTA-STS is switched off", NEEDED, REQUIRED, evidence);
        }
        StsPolicies.Finding finding = policies.find(domain);
        evidence.add("MTA-STS: " + finding.how());
        StsPolicy policy = finding.policy();
        if (finding.failure() != null) {
            tally.failed(subject(domain, policy), finding.failure(), null, null, finding.how());
        }
        if (policy != null && policy.mode() != StsPolicy.Mode.NONE && policy.names(exchange.name())) {
            TlsDemand demand = new TlsDemand.Sts(List.of(exchange.name()), words(domain), settings.get().delivery().tlsCa());
            return new Judgement.Ask(demand, step(REQUIRED, demand.text(), evidence));
        }
        String why = policy != null && policy.mode() != StsPolicy.Mode.NONE ? "and the MTA-STS policy does not name it" : finding.how();
        return avoid(peer, unproved + why, policy == null && finding.mayPass() ? WAITS : NEEDED, REQUIRED, evidence);
    }

    private static Judgement avoid(Peer peer, String why, EnhancedStatus status, String rule, List<String> evidence) {
        return new Judgement.Avoid(new Cause.Unreachable(peer, Stage.TLS, why, status), step(rule, "not used", evidence));
    }

    /// RFC 8689 §4.2.2: policies are followed, and where they come to nothing the mail goes all the same.
    private static Judgement waived(Judgement judgement, TlsDemand configured) {
        return switch (judgement) {
            case Judgement.Ask(TlsDemand demand, Step step) when demand instanceof TlsDemand.Dane || demand instanceof TlsDemand.Sts -> {
                TlsDemand watched = new TlsDemand.Testing(configured, demand, true);
                yield new Judgement.Ask(watched, step(WAIVED, watched.text(), step.evidence()));
            }
            case Judgement.Ask ask -> ask;
            case Judgement.Avoid avoid -> new Judgement.Ask(configured, step(WAIVED, configured.text(), avoid.step().evidence()));
        };
    }

    @Override
    public void told(Way way, Exchange exchange, Peer peer, TlsDemand demand, @Nullable TlsFacts facts, @Nullable Trouble trouble, String reason) {
        if (!(way.hop() instanceof NextHop.Exchangers(Domain domain)) || way.protocol() != Way.Protocol.SMTP) {
            return;
        }
        TlsTally.Subject subject = subject(domain, exchange, demand);
        if (trouble == null && demand instanceof TlsDemand.Testing testing && !testing.named()) {
            tally.failed(subject, FailureType.VALIDATION_FAILURE, exchange.name(), peer, UNNAMED);
            return;
        }
        if (trouble == null) {
            tally.succeeded(subject);
            return;
        }
        boolean dane = demand instanceof TlsDemand.Dane || (demand instanceof TlsDemand.Testing watched && watched.policy() instanceof TlsDemand.Dane);
        FailureType type = switch (trouble) {
            case NOT_OFFERED -> FailureType.STARTTLS_NOT_SUPPORTED;
            case NAME -> FailureType.CERTIFICATE_HOST_MISMATCH;
            case EXPIRED -> FailureType.CERTIFICATE_EXPIRED;
            case UNTRUSTED -> dane ? FailureType.VALIDATION_FAILURE : FailureType.CERTIFICATE_NOT_TRUSTED;
            case HANDSHAKE -> FailureType.VALIDATION_FAILURE;
        };
        tally.failed(subject, type, exchange.name(), peer, reason);
    }

    private TlsTally.Subject subject(Domain domain, Exchange exchange, TlsDemand demand) {
        if (demand instanceof TlsDemand.Testing testing) {
            return subject(domain, exchange, testing.policy());
        }
        if (demand instanceof TlsDemand.Dane dane) {
            return new TlsTally.Subject(PolicyType.TLSA, domain.ascii(), dane.records().stream().map(TlsaRecord::toString).toList(), List.of(exchange.name()));
        }
        StsPolicy policy = settings.get().delivery().mtaSts() ? policies.known(domain) : null;
        return policy == null || policy.mode() == StsPolicy.Mode.NONE ? new TlsTally.Subject(PolicyType.NO_POLICY, domain.ascii(), List.of(), List.of()) : subject(domain, policy);
    }

    private sealed interface Secured {
        record Records(List<TlsaRecord> records) implements Secured {}

        /// @param mx whether the MX record is secure
        record None(boolean mx) implements Secured {}

        record Untold(String problem) implements Secured {}
    }

    /// RFC 7672 §2.2: TLSA records are asked for only where all that leads to the server is secure; elsewhere they would prove nothing, and some name servers cannot even be asked.
    private Secured tlsa(Domain domain, Exchange exchange, Peer peer, List<String> evidence) {
        if (!settings.get().dns().trustedAd()) {
            evidence.add("DANE: no DNS server is named whose word about authenticity is believed (dns.trusted-ad)");
            return new Secured.None(false);
        }
        Answer<DnsRecord.Mx> mx = dns.mx(domain.ascii());
        if (mx instanceof Answer.Failed<DnsRecord.Mx> failed) {
            evidence.add("DANE: MX of " + domain.ascii() + ": " + failed.problem());
            return new Secured.Untold("MX of " + domain.ascii() + ": " + failed.problem());
        }
        if (!secure(mx) || !(secure(dns.ipv4(exchange.name())) || secure(dns.ipv6(exchange.name())))) {
            evidence.add("DANE: DNS for " + (secure(mx) ? exchange.name() : domain.ascii()) + " is not secured");
            return new Secured.None(secure(mx));
        }
        String name = "_" + peer.address().getPort() + "._tcp." + exchange.name();
        return switch (dns.tlsa(name)) {
            case Answer.Found<DnsRecord.Tlsa> found when found.secure() -> {
                evidence.add(name + ": " + found.records().size() + " TLSA records, secure, by " + found.server());
                yield new Secured.Records(found.records().stream().map(one -> new TlsaRecord(one.usage(), one.selector(), one.matching(), one.data())).toList());
            }
            case Answer.Failed<DnsRecord.Tlsa> failed -> {
                evidence.add(name + ": " + failed.problem());
                yield new Secured.Untold(name + ": " + failed.problem());
            }
            case Answer.Found<DnsRecord.Tlsa> insecure -> none(name + ": TLSA records, but not secure", evidence);
            case Answer.NoSuchName<DnsRecord.Tlsa> none -> none(name + ": no TLSA records", evidence);
            case Answer.NoData<DnsRecord.Tlsa> none -> none(name + ": no TLSA records", evidence);
        };
    }

    private static Secured none(String why, List<String> evidence) {
        evidence.add(why);
        return new Secured.None(true);
    }

    private static boolean secure(Answer<?> answer) {
        return switch (answer) {
            case Answer.Found<?> found -> found.secure();
            // An implicit exchanger (RFC 5321 §5.1) is secure if it is secure that there is no other.
            case Answer.NoData<?> none -> none.secure();
            case Answer.NoSuchName<?> none -> none.secure();
            case Answer.Failed<?> failed -> false;
        };
    }

    private Judgement dane(Domain domain, Exchange exchange, List<TlsaRecord> records, List<String> evidence) {
        List<TlsaRecord> usable = TlsaRecord.usable(records);
        if (usable.isEmpty()) {
            evidence.add("no TLSA record is usable: TLS is needed, but nothing is checked");
        }
        // RFC 7672 §3.2.2: both the server's name and the domain, since the way from one to the other is secure.
        TlsDemand demand = new TlsDemand.Dane(usable, List.of(exchange.name(), domain.ascii()));
        return new Judgement.Ask(demand, step("dane", demand.text(), evidence));
    }

    private Judgement sts(Domain domain, Exchange exchange, Peer peer, TlsDemand configured, List<String> evidence) {
        if (!settings.get().delivery().mtaSts()) {
            evidence.add("MTA-STS: switched off (delivery.mta-sts)");
            return new Judgement.Ask(configured, usual(configured, evidence));
        }
        StsPolicies.Finding finding = policies.find(domain);
        evidence.add("MTA-STS: " + finding.how());
        StsPolicy policy = finding.policy();
        TlsTally.Subject subject = subject(domain, policy);
        if (finding.failure() != null) {
            tally.failed(subject, finding.failure(), null, null, finding.how());
        }
        if (policy == null || policy.mode() == StsPolicy.Mode.NONE) {
            return new Judgement.Ask(configured, usual(configured, evidence));
        }
        boolean named = policy.names(exchange.name());
        if (!named) {
            evidence.add("the policy names " + String.join(", ", policy.mx()) + ", not " + exchange.name());
        }
        TlsDemand.Sts demand = new TlsDemand.Sts(List.of(exchange.name()), words(domain), settings.get().delivery().tlsCa());
        if (policy.mode() == StsPolicy.Mode.TESTING) {
            TlsDemand watched = new TlsDemand.Testing(configured, demand, named);
            return new Judgement.Ask(watched, step("mta-sts in testing", watched.text(), evidence));
        }
        if (!named) {
            tally.failed(subject, FailureType.VALIDATION_FAILURE, exchange.name(), peer, UNNAMED);
            Cause cause = new Cause.Unreachable(peer, Stage.TLS, "the MTA-STS policy of " + domain.ascii() + " does not name " + exchange.name(), WAITS);
            return new Judgement.Avoid(cause, step("mta-sts", "not used", evidence));
        }
        return new Judgement.Ask(demand, step("mta-sts", demand.text(), evidence));
    }

    private static TlsTally.Subject subject(Domain domain, @Nullable StsPolicy policy) {
        return policy == null ? new TlsTally.Subject(PolicyType.STS, domain.ascii(), List.of(), List.of())
                : new TlsTally.Subject(PolicyType.STS, domain.ascii(), policy.lines(), policy.mx());
    }

    private static String words(Domain domain) {
        return "MTA-STS policy of " + domain.ascii();
    }

    private Step usual(TlsDemand configured, List<String> evidence) {
        return new Step("tls", BY_CONFIGURATION, settings.get().place("delivery.tls"), configured.text(), evidence, List.of());
    }

    private static Step step(String rule, String outcome, List<String> evidence) {
        return new Step("tls", rule, null, outcome, evidence, List.of());
    }
}
