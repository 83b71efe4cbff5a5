// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isthmus.address.Domain;
import org.isthmus.config.SampleSite;
import org.isthmus.config.Settings;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.platform.Https;
import org.isthmus.smtp.TlsWish;
import org.isthmus.tlsrpt.FailureType;
import org.isthmus.tlsrpt.TlsReport;
import org.isthmus.tracking.HandTime;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Peer;
import org.isthmus.transit.TlsDemand;
import org.isthmus.transit.TlsRules;
import org.isthmus.transit.Way;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Every mode and every class of failure: what is asked of the server, and what the report then holds.
class TransportRulesTest {
    private static final Domain DOMAIN = Domain.of("example.org");
    private static final String GOOD = "3 1 1 " + "ab".repeat(32);

    private final HandTime time = new HandTime(Instant.parse("2026-11-24T12:00:00Z"));
    private final Dns dns = new Dns();
    private final Web web = new Web();
    private final TlsTally tally = new TlsTally(time);
    private final Map<Domain, StsPolicies.Kept> files = new HashMap<>();
    private final StsPolicies.StsFile file = new StsPolicies.StsFile() {
        @Override
        public Optional<StsPolicies.Kept> read(Domain domain) {
            return Optional.ofNullable(files.get(domain));
        }

        @Override
        public void write(Domain domain, StsPolicies.Kept kept) {
            files.put(domain, kept);
        }
    };
    private StsPolicies policies = new StsPolicies(dns, web, time, file);
    private boolean trusted = true;
    private final InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.25"), 25);
    private final Exchange exchange = new Exchange("mx.example.org", List.of(address), 10);
    private final Peer peer = new Peer("mx.example.org", address);
    private final Way way = new Way(new NextHop.Exchangers(DOMAIN), Way.Protocol.SMTP, List.of(exchange), false);

    private TransportRules rules() {
        Settings plain = new SampleSite().settings();
        Settings settings = new Settings(plain.connector(), plain.identity(), plain.listeners(), plain.trustedNetworks(), plain.domains(), plain.nextHops(), plain.routes(), plain.loop(),
                plain.queue(), plain.delivery(), plain.limits(), new Settings.Dns(List.of(address), trusted), plain.tracking(), plain.log());
        return new TransportRules(() -> settings, dns, policies, tally);
    }

    private String judge() {
        return switch (rules().judge(way, exchange, peer, new TlsDemand.Opportunistic())) {
            case TlsRules.Judgement.Ask ask -> ask.demand().text();
            case TlsRules.Judgement.Avoid avoid -> "avoid " + avoid.cause().status();
        };
    }

    private List<TlsReport.Policy> report() {
        return tally.policies(LocalDate.ofInstant(time.now(), ZoneOffset.UTC), DOMAIN.ascii());
    }

    private List<FailureType> failures() {
        return report().stream().flatMap(policy -> policy.details().stream()).map(TlsReport.Failure::type).toList();
    }

    // ---- DANE

    @ParameterizedTest
    @CsvSource(textBlock = """
            secure,   secure,   secure,   DANE with 1 TLSA records
            secure,   secure,   unusable, DANE with 0 TLSA records
            secure,   secure,   none,     opportunistic
            secure,   secure,   insecure, opportunistic
            secure,   secure,   failed,   avoid 4.4.3
            secure,   insecure, secure,   opportunistic
            secure,   insecure, failed,   opportunistic
            insecure, secure,   secure,   opportunistic
            insecure, secure,   failed,   opportunistic
            failed,   secure,   secure,   avoid 4.4.3
            none,     secure,   secure,   DANE with 1 TLSA records
            """)
    void daneIsAskedOnlyWhereAllThatLeadsThereIsSecure(String mx, String host, String tlsa, String outcome) {
        dns.mx = mx;
        dns.address = host;
        dns.tlsa = tlsa;
        assertThat(judge()).isEqualTo(outcome);
        assertThat(failures()).isEqualTo(outcome.startsWith("avoid") ? List.of(FailureType.DNSSEC_INVALID) : List.of());
    }

    @Test
    void whatCannotBeToldIsTemporary() {
        dns.tlsa = "failed";
        TlsRules.Judgement judgement = rules().judge(way, exchange, peer, new TlsDemand.Required());
        assertThat(((TlsRules.Judgement.Avoid) judgement).cause().status().toString()).startsWith("4.");
    }

    @Test
    void aResolverThatNobodyNamedIsNotBelieved() {
        trusted = false;
        assertThat(judge()).isEqualTo("opportunistic");
    }

    @Test
    void recordsThatCannotBeUsedDoNotWeakenWhatTheOperatorAsks() {
        dns.tlsa = "unusable";
        TlsDemand verify = new TlsDemand.Verify(List.of("mx.example.org"), null);
        assertThat(rules().judge(way, exchange, peer, verify)).isInstanceOfSatisfying(TlsRules.Judgement.Ask.class, ask -> assertThat(ask.demand()).isEqualTo(verify));
    }

    @Test
    void daneGoesBeforeMtaSts() {
        enforce("*.elsewhere.example");
        assertThat(judge()).isEqualTo("DANE with 1 TLSA records");
        assertThat(web.fetched).isEmpty();
    }

    @Test
    void daneAsksForTheServersNameFirstAndTakesTheDomainsToo() {
        TlsRules.Judgement judgement = rules().judge(way, exchange, peer, new TlsDemand.Opportunistic());
        assertThat(((TlsDemand.Dane) ((TlsRules.Judgement.Ask) judgement).demand()).names()).containsExactly("mx.example.org", "example.org");
    }

    // ---- what the sender wants. RFC 8689

    private String judge(TlsWish wish) {
        TlsDemand configured = wish == TlsWish.REQUIRED ? new TlsDemand.Verify(List.of("mx.example.org"), null) : new TlsDemand.Opportunistic();
        return switch (rules().judge(way, exchange, peer, configured, wish)) {
            case TlsRules.Judgement.Ask ask -> ask.demand().text();
            case TlsRules.Judgement.Avoid avoid -> "avoid " + avoid.cause().status();
        };
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            secure,   secure,   secure,   '',      mx.example.org,    DANE with 1 TLSA records
            secure,   secure,   unusable, '',      mx.example.org,    verify mx.example.org
            secure,   secure,   none,     '',      mx.example.org,    verify mx.example.org
            secure,   secure,   failed,   enforce, mx.example.org,    avoid 4.4.3
            secure,   insecure, secure,   '',      mx.example.org,    verify mx.example.org
            failed,   secure,   secure,   enforce, mx.example.org,    avoid 4.4.3
            insecure, secure,   secure,   '',      mx.example.org,    avoid 5.7.10
            insecure, secure,   secure,   none,    mx.example.org,    avoid 5.7.10
            insecure, secure,   secure,   enforce, mx.example.org,    MTA-STS mx.example.org
            insecure, secure,   secure,   enforce, other.example.org, avoid 5.7.10
            insecure, secure,   secure,   testing, mx.example.org,    MTA-STS mx.example.org
            insecure, secure,   secure,   testing, other.example.org, avoid 5.7.10
            """)
    void whereTlsIsRequiredTheNameMustBeProved(String mx, String host, String tlsa, String mode, String named, String outcome) {
        dns.mx = mx;
        dns.address = host;
        dns.tlsa = tlsa;
        if (!mode.isEmpty()) {
            policy(mode, named);
        }
        assertThat(judge(TlsWish.REQUIRED)).isEqualTo(outcome);
    }

    @Test
    void whereAPolicyCannotBeHadNowWhatRequiresTlsWaits() {
        dns.mx = "insecure";
        policy("enforce", "mx.example.org");
        web.trouble = new IOException("refused");
        assertThat(judge(TlsWish.REQUIRED)).isEqualTo("avoid 4.7.5");
        dns.stsFails = true;
        assertThat(judge(TlsWish.REQUIRED)).isEqualTo("avoid 4.7.5");
    }

    @Test
    void whoSwitchedTlsOffCannotSendWhatRequiresIt() {
        for (NextHop hop : List.of(new NextHop.Named("relay"), new NextHop.Exchangers(DOMAIN))) {
            TlsRules.Judgement judgement = rules().judge(new Way(hop, Way.Protocol.SMTP, List.of(exchange), false), exchange, peer, new TlsDemand.Off(), TlsWish.REQUIRED);
            assertThat(((TlsRules.Judgement.Avoid) judgement).cause().status()).hasToString("5.7.10");
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            secure, secure, '',      mx.example.org,    'opportunistic, watching DANE with 1 TLSA records'
            secure, failed, '',      mx.example.org,    opportunistic
            secure, none,   enforce, mx.example.org,    'opportunistic, watching MTA-STS mx.example.org'
            secure, none,   enforce, other.example.org, opportunistic
            secure, none,   testing, mx.example.org,    'opportunistic, watching MTA-STS mx.example.org'
            secure, none,   '',      mx.example.org,    opportunistic
            """)
    void whereTlsIsWaivedPoliciesAreFollowedAndStopNothing(String mx, String tlsa, String mode, String named, String outcome) {
        dns.mx = mx;
        dns.tlsa = tlsa;
        if (!mode.isEmpty()) {
            policy(mode, named);
        }
        assertThat(judge(TlsWish.WAIVED)).isEqualTo(outcome);
    }

    @Test
    void whatDaneWouldHaveStoppedIsToldThoughTlsIsWaived() {
        TlsRules.Judgement judgement = rules().judge(way, exchange, peer, new TlsDemand.Opportunistic(), TlsWish.WAIVED);
        rules().told(way, exchange, peer, ((TlsRules.Judgement.Ask) judgement).demand(), null, TlsRules.Trouble.UNTRUSTED, "no TLSA record names it");
        assertThat(report()).singleElement().satisfies(policy -> assertThat(policy.type()).isEqualTo(TlsReport.PolicyType.TLSA));
        assertThat(failures()).containsExactly(FailureType.VALIDATION_FAILURE);
    }

    // ---- MTA-STS

    private void policy(String mode, String mx) {
        dns.sts = List.of("v=STSv1; id=1;");
        web.body = "version: STSv1\nmode: " + mode + "\nmx: " + mx + "\nmax_age: 604800\n";
    }

    private void enforce(String mx) {
        policy("enforce", mx);
    }

    private void noDane() {
        dns.tlsa = "none";
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            enforce, mx.example.org,    MTA-STS mx.example.org,
            enforce, *.example.org,     MTA-STS mx.example.org,
            enforce, other.example.org, avoid 4.7.5,            VALIDATION_FAILURE
            testing, mx.example.org,    'opportunistic, watching MTA-STS mx.example.org',
            testing, other.example.org, 'opportunistic, watching MTA-STS mx.example.org',
            none,    mx.example.org,    opportunistic,
            none,    other.example.org, opportunistic,
            """)
    void eachModeWithAServerThatIsNamedAndOneThatIsNot(String mode, String mx, String outcome, FailureType failure) {
        noDane();
        policy(mode, mx);
        assertThat(judge()).isEqualTo(outcome);
        assertThat(failures()).isEqualTo(failure == null ? List.of() : List.of(failure));
    }

    @Test
    void inTestingASessionWithAServerThatIsNotNamedCountsAsFailedOnce() {
        noDane();
        policy("testing", "other.example.org");
        for (TlsRules.Trouble trouble : new TlsRules.Trouble[] {null, TlsRules.Trouble.EXPIRED}) {
            TlsRules.Judgement judgement = rules().judge(way, exchange, peer, new TlsDemand.Opportunistic());
            rules().told(way, exchange, peer, ((TlsRules.Judgement.Ask) judgement).demand(), null, trouble, "");
        }
        assertThat(report()).singleElement().satisfies(policy -> {
            assertThat(policy.successes()).isZero();
            assertThat(policy.failures()).isEqualTo(2);
        });
        assertThat(failures()).containsExactly(FailureType.VALIDATION_FAILURE, FailureType.CERTIFICATE_EXPIRED);
    }

    private enum Breakage {
        REFUSED(FailureType.STS_POLICY_FETCH_ERROR),
        NOT_FOUND(FailureType.STS_POLICY_FETCH_ERROR),
        REDIRECT(FailureType.STS_POLICY_FETCH_ERROR),
        CERTIFICATE(FailureType.STS_WEBPKI_INVALID),
        HTML(FailureType.STS_POLICY_INVALID),
        SYNTAX(FailureType.STS_POLICY_INVALID);

        private final FailureType told;

        Breakage(FailureType told) {
            this.told = told;
        }
    }

    private void breakWeb(Breakage breakage) {
        switch (breakage) {
            case REFUSED -> web.trouble = new IOException("refused");
            case NOT_FOUND -> web.status = 404;
            case REDIRECT -> web.status = 301;
            case CERTIFICATE -> web.trouble = new Https.Untrusted("expired");
            case HTML -> web.type = "text/html";
            case SYNTAX -> web.body = "version: STSv1\nmode: strict\n";
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPolicyThatCannotBeHadIsNoneAndIsTold(Breakage breakage) {
        noDane();
        enforce("other.example.org");
        breakWeb(breakage);
        assertThat(judge()).isEqualTo("opportunistic");
        assertThat(failures()).containsExactly(breakage.told);
        assertThat(files).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aPolicyThatWasSeenHoldsThoughNoNewerCanBeHad(Breakage breakage) {
        noDane();
        enforce("mx.example.org");
        assertThat(judge()).isEqualTo("MTA-STS mx.example.org");
        dns.sts = List.of("v=STSv1; id=2;");
        breakWeb(breakage);
        assertThat(judge()).isEqualTo("MTA-STS mx.example.org");
        assertThat(failures()).containsExactly(breakage.told);
    }

    @Test
    void aPolicyHoldsAcrossARestartAndWithoutItsRecord() {
        noDane();
        enforce("mx.example.org");
        judge();
        policies = new StsPolicies(dns, web, time, file);
        for (List<String> gone : List.of(List.<String>of(), List.of("v=STSv1; id=1", "v=STSv1; id=2"))) {
            dns.sts = gone;
            assertThat(judge()).isEqualTo("MTA-STS mx.example.org");
        }
        dns.stsFails = true;
        assertThat(judge()).isEqualTo("MTA-STS mx.example.org");
        time.pass(Duration.ofDays(8));
        assertThat(judge()).isEqualTo("opportunistic");
        assertThat(web.fetched).hasSize(1);
    }

    @Test
    void aPolicyIsFetchedAnewWithAnotherIdAndOnceADay() {
        noDane();
        enforce("mx.example.org");
        judge();
        judge();
        assertThat(web.fetched).containsExactly(URI.create("https://mta-sts.example.org/.well-known/mta-sts.txt"));
        dns.sts = List.of("v=STSv1; id=2;");
        judge();
        judge();
        assertThat(web.fetched).hasSize(2);
        time.pass(Duration.ofHours(25));
        judge();
        assertThat(web.fetched).hasSize(3);
    }

    @Test
    void aServerThatFailedIsLeftAloneForFiveMinutes() {
        noDane();
        enforce("mx.example.org");
        web.trouble = new IOException("refused");
        judge();
        judge();
        assertThat(web.fetched).hasSize(1);
        time.pass(Duration.ofMinutes(5));
        web.trouble = null;
        assertThat(judge()).isEqualTo("MTA-STS mx.example.org");
    }

    @Test
    void nextHopsOfTheConfigurationAreAskedNothing() {
        Way named = new Way(new NextHop.Named("store"), Way.Protocol.SMTP, List.of(exchange), true);
        TlsRules.Judgement judgement = rules().judge(named, exchange, peer, new TlsDemand.Required());
        assertThat(((TlsRules.Judgement.Ask) judgement).demand()).isEqualTo(new TlsDemand.Required());
        assertThat(dns.asked).isEmpty();
    }

    @Test
    void whereTlsIsSwitchedOffNothingIsAsked() {
        TlsRules.Judgement judgement = rules().judge(way, exchange, peer, new TlsDemand.Off());
        assertThat(((TlsRules.Judgement.Ask) judgement).demand()).isEqualTo(new TlsDemand.Off());
        assertThat(dns.asked).isEmpty();
    }

    // ---- what is told afterwards

    @ParameterizedTest
    @CsvSource(textBlock = """
            NOT_OFFERED, STARTTLS_NOT_SUPPORTED
            NAME,        CERTIFICATE_HOST_MISMATCH
            EXPIRED,     CERTIFICATE_EXPIRED
            UNTRUSTED,   CERTIFICATE_NOT_TRUSTED
            HANDSHAKE,   VALIDATION_FAILURE
            """)
    void eachTroubleHasItsWordInTheReportOfThePolicyThatWasApplied(TlsRules.Trouble trouble, FailureType type) {
        noDane();
        policy("testing", "mx.example.org");
        judge();
        rules().told(way, exchange, peer, new TlsDemand.Opportunistic(), null, trouble, "why");
        rules().told(way, exchange, peer, new TlsDemand.Opportunistic(), null, trouble, "why");
        rules().told(way, exchange, peer, new TlsDemand.Opportunistic(), null, null, "");
        assertThat(report()).singleElement().satisfies(policy -> {
            assertThat(policy.type()).isEqualTo(TlsReport.PolicyType.STS);
            assertThat(policy.strings()).contains("mode: testing");
            assertThat(policy.successes()).isEqualTo(1);
            assertThat(policy.failures()).isEqualTo(2);
            assertThat(policy.details()).containsExactly(new TlsReport.Failure(type, null, "mx.example.org", "192.0.2.25", 2, "why"));
        });
    }

    @Test
    void withoutAnyPolicyTheReportSaysSo() {
        noDane();
        rules().told(way, exchange, peer, new TlsDemand.Opportunistic(), null, null, "");
        assertThat(report()).extracting(TlsReport.Policy::type).containsExactly(TlsReport.PolicyType.NO_POLICY);
    }

    @Test
    void underDaneTheReportHoldsTheRecords() {
        TlsRules.Judgement judgement = rules().judge(way, exchange, peer, new TlsDemand.Opportunistic());
        rules().told(way, exchange, peer, ((TlsRules.Judgement.Ask) judgement).demand(), null, TlsRules.Trouble.UNTRUSTED, "no TLSA record names it");
        assertThat(report()).singleElement().satisfies(policy -> {
            assertThat(policy.type()).isEqualTo(TlsReport.PolicyType.TLSA);
            assertThat(policy.strings()).containsExactly(GOOD);
            assertThat(policy.domain()).isEqualTo("mx.example.org");
            assertThat(policy.details()).extracting(TlsReport.Failure::type).containsExactly(FailureType.VALIDATION_FAILURE);
        });
    }

    private static final class Web implements Https {
        private final List<URI> fetched = new ArrayList<>();
        private int status = 200;
        private String type = "text/plain; charset=utf-8";
        private String body = "";
        private IOException trouble;

        @Override
        public Answer get(URI from, int most, Duration limit) throws IOException {
            fetched.add(from);
            if (trouble != null) {
                throw trouble;
            }
            return new Answer(status, type, body.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public int post(URI to, String type, byte[] body, Duration limit) {
            return 200;
        }
    }

    /// Answers by words: secure, insecure, none, failed.
    private static final class Dns implements Resolver {
        private static final Duration TTL = Duration.ofMinutes(1);
        private final List<String> asked = new ArrayList<>();
        private String mx = "secure";
        private String address = "secure";
        private String tlsa = "secure";
        private List<String> sts = List.of();
        private boolean stsFails;

        private <T extends DnsRecord> Answer<T> answer(String name, String how, List<T> records) {
            asked.add(name);
            return switch (how) {
                case "none" -> new Answer.NoData<>(TTL, true, "dns");
                case "failed" -> new Answer.Failed<>("SERVFAIL (bogus)", "dns");
                default -> new Answer.Found<>(records, TTL, !how.equals("insecure"), "dns");
            };
        }

        @Override
        public Answer<DnsRecord.Mx> mx(String name) {
            return answer(name, mx, List.of(new DnsRecord.Mx(10, "mx.example.org")));
        }

        @Override
        public Answer<DnsRecord.Address> ipv4(String name) {
            return answer(name, address, List.of(new DnsRecord.Address(InetAddress.ofLiteral("192.0.2.25"))));
        }

        @Override
        public Answer<DnsRecord.Address> ipv6(String name) {
            return new Answer.NoData<>(TTL, false, "dns");
        }

        @Override
        public Answer<DnsRecord.Text> txt(String name) {
            return stsFails ? new Answer.Failed<>("time-out", "dns") : new Answer.Found<>(sts.stream().map(DnsRecord.Text::new).toList(), TTL, false, "dns");
        }

        @Override
        public Answer<DnsRecord.Tlsa> tlsa(String name) {
            assertThat(name).isEqualTo("_25._tcp.mx.example.org");
            return answer(name, tlsa, List.of(tlsa.equals("unusable") ? new DnsRecord.Tlsa(1, 1, 1, "ab".repeat(32)) : new DnsRecord.Tlsa(3, 1, 1, "ab".repeat(32))));
        }

        @Override
        public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
            throw new AssertionError("nobody asks");
        }
    }
}
