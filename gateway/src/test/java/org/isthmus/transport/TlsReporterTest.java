// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.zip.GZIPInputStream;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Settings;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.message.Header;
import org.isthmus.message.HeaderReader;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.Https;
import org.isthmus.tlsrpt.FailureType;
import org.isthmus.tlsrpt.TlsReport.PolicyType;
import org.isthmus.tracking.Event;
import org.isthmus.tracking.HandTime;
import org.isthmus.tracking.MemoryDisk;
import org.isthmus.tracking.PlainThreads;
import org.isthmus.transit.Lineage;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Report;
import org.junit.jupiter.api.Test;

/// What becomes of what was counted, from one midnight to the next.
class TlsReporterTest {
    private static final LocalDate DAY = LocalDate.parse("2026-11-24");
    private static final String FILE = "/data/tlsrpt/2026-11-24";

    private final HandTime time = new HandTime(Instant.parse("2026-11-24T12:00:00Z"));
    private final MemoryDisk disk = new MemoryDisk();
    private final Web web = new Web();
    private final Dns dns = new Dns();
    private final List<Report> posted = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private boolean signs = true;
    private boolean full;
    private String configured = "from = \"tls@example.net\", organization = \"Example Ltd\"";
    private TlsTally tally = new TlsTally(time);
    private TlsReporter reporter = reporter();

    private Settings settings() {
        return ConfigLoader.parse("""
                connector { hostname = "mx1.example.net", data = /data, postmaster = "postmaster@example.net" }
                domains { "example.net" { deliver-to = store, dkim = [{ selector = s1, key = k.pem }] } }
                next-hops { store { url = "lmtp://10.0.0.9" } }
                tls-reports { %s }
                """.formatted(configured)).orThrow();
    }

    private TlsReporter reporter() {
        TallyFolder folder = new TallyFolder(disk, Path.of("/data/tlsrpt"));
        folder.restore(tally);
        ReportMail mail = new ReportMail(new Token(), domain -> signs, letter -> {
            if (full) {
                throw new IOException("No space left on device");
            }
            posted.add(letter);
        });
        return new TlsReporter(new TlsReporter.Parts(this::settings, tally, folder, dns, web, time, new PlainThreads(), new Halfway(), mail, events::add));
    }

    /// The process ends and another begins.
    private void restart() {
        tally = new TlsTally(time);
        reporter = reporter();
    }

    private static TlsTally.Subject none(String domain) {
        return new TlsTally.Subject(PolicyType.NO_POLICY, domain, List.of(), List.of());
    }

    private static final TlsTally.Subject STS = new TlsTally.Subject(PolicyType.STS, "example.org", List.of("version: STSv1", "mode: enforce", "mx: mx.example.org", "max_age: 86400"), List.of("mx.example.org"));
    private static final Peer PEER = new Peer("mx.example.org", new InetSocketAddress(InetAddress.ofLiteral("192.0.2.25"), 25));

    private void sessions() {
        tally.succeeded(STS);
        tally.succeeded(STS);
        tally.failed(STS, FailureType.CERTIFICATE_EXPIRED, "mx.example.org", PEER, "ended \"yesterday\"\n");
        tally.failed(STS, FailureType.STS_POLICY_FETCH_ERROR, null, null, "");
        tally.failed(new TlsTally.Subject(PolicyType.TLSA, "example.org", List.of("3 1 1 ab"), List.of("mx.example.org")), FailureType.VALIDATION_FAILURE, "mx.example.org", PEER, "no record names it");
    }

    private void pass(Duration duration) {
        for (Duration left = duration; left.isPositive(); left = left.minus(TlsReporter.TICK)) {
            time.pass(TlsReporter.TICK);
            reporter.round();
        }
    }

    private static String unzip(byte[] octets) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(octets))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aReportGoesByHttpsInTheNightThatFollows() {
        dns.wants.put("example.org", List.of("v=TLSRPTv1; rua=https://reports.example.org/v1"));
        sessions();
        pass(Duration.ofHours(12).minusMinutes(5));
        assertThat(web.posts).isEmpty();
        pass(Duration.ofHours(4).plusMinutes(10));
        assertThat(web.posts).hasSize(1);
        assertThat(web.posts.getFirst().to()).isEqualTo(URI.create("https://reports.example.org/v1"));
        assertThat(web.posts.getFirst().type()).isEqualTo("application/tlsrpt+gzip");
        assertThat(unzip(web.posts.getFirst().body())).isEqualTo("""
                {"organization-name":"Example Ltd","date-range":{"start-datetime":"2026-11-24T00:00:00Z","end-datetime":"2026-11-24T23:59:59Z"},
                "contact-info":"postmaster@example.net","report-id":"20261124.example.org@mx1.example.net","policies":[
                {"policy":{"policy-type":"sts","policy-string":["version: STSv1","mode: enforce","mx: mx.example.org","max_age: 86400"],"policy-domain":"example.org","mx-host":["mx.example.org"]},
                "summary":{"total-successful-session-count":2,"total-failure-session-count":2},"failure-details":[
                {"result-type":"certificate-expired","receiving-mx-hostname":"mx.example.org","receiving-ip":"192.0.2.25","failed-session-count":1,"failure-reason-code":"ended \\"yesterday\\"\\u000a"},
                {"result-type":"sts-policy-fetch-error","failed-session-count":1,"failure-reason-code":""}]},
                {"policy":{"policy-type":"tlsa","policy-string":["3 1 1 ab"],"policy-domain":"mx.example.org"},
                "summary":{"total-successful-session-count":0,"total-failure-session-count":1},"failure-details":[
                {"result-type":"validation-failure","receiving-mx-hostname":"mx.example.org","receiving-ip":"192.0.2.25","failed-session-count":1,"failure-reason-code":"no record names it"}]}]}\
                """.replace("\n", ""));
        assertThat(tally.days()).isEmpty();
        assertThat(disk.text(Path.of(FILE))).isEmpty();
        assertThat(events).singleElement().isInstanceOfSatisfying(Event.Noted.class, noted -> assertThat(noted.detail()).isEqualTo("example.org about 2026-11-24: sent to https://reports.example.org/v1"));
    }

    @Test
    void aReportByMailIsFromNobodyAndHasALineage() throws Exception {
        dns.wants.put("example.org", List.of("v=TLSRPTv1; rua=mailto:tls@reports.example"));
        sessions();
        pass(Duration.ofHours(17));
        assertThat(posted).hasSize(1);
        Report letter = posted.getFirst();
        assertThat(letter.envelope().from()).isEqualTo(ReversePath.NULL);
        assertThat(letter.envelope().recipients()).extracting(one -> one.address().text()).containsExactly("tls@reports.example");
        assertThat(letter.envelope().parameters().tls()).isEqualTo(org.isthmus.smtp.TlsWish.WAIVED);
        assertThat(letter.origin()).isEqualTo(new Origin.Report(null));
        assertThat(letter.passage().generation()).isEqualTo(1);
        Header header = HeaderReader.read(letter.content(), 0, letter.content().length);
        assertThat(header.text("From")).isEqualTo("<tls@example.net>");
        assertThat(header.text("Message-ID")).isEqualTo("<tlsrpt.20261124.example.org.token1@mx1.example.net>");
        assertThat(letter.facts().messageId()).isEqualTo(header.text("Message-ID"));
        assertThat(letter.facts().headerSize()).isEqualTo(header.size());
        assertThat(header.text("TLS-Required")).isEqualTo("No");
        assertThat(web.posts).isEmpty();
    }

    @Test
    void everyPlaceGetsItOnceThoughOneOfThemFails() {
        dns.wants.put("example.org", List.of("v=TLSRPTv1; rua=mailto:a@reports.example, https://down.example/, https://up.example/"));
        web.status.put("down.example", 503);
        sessions();
        pass(Duration.ofHours(18));
        assertThat(posted).hasSize(1);
        assertThat(web.to("up.example")).hasSize(1);
        assertThat(web.to("down.example")).hasSizeGreaterThan(1);
        web.status.clear();
        pass(Duration.ofHours(5));
        assertThat(posted).hasSize(1);
        assertThat(web.to("up.example")).hasSize(1);
        assertThat(web.to("down.example").getLast().body()).isEqualTo(web.to("up.example").getFirst().body());
        assertThat(tally.days()).isEmpty();
    }

    @Test
    void afterADayOfTrialsItIsGivenUp() {
        dns.wants.put("example.org", List.of("v=TLSRPTv1; rua=https://down.example/"));
        web.trouble = new IOException("refused");
        sessions();
        pass(Duration.ofHours(12 + 4 + 26));
        assertThat(web.posts).hasSizeBetween(5, 10);
        assertThat(tally.days()).isEmpty();
        assertThat(reporter.seen().told()).extracting(TlsReporter.Told::what).containsExactly("given up: https://down.example/: refused");
    }

    @Test
    void whoWantsNoneGetsNoneAndIsForgotten() {
        dns.wants.put("two.example", List.of("v=TLSRPTv1; rua=mailto:a@two.example", "v=TLSRPTv1; rua=mailto:b@two.example"));
        dns.wants.put("other.example", List.of("v=spf1 -all"));
        for (String domain : List.of("example.org", "two.example", "other.example")) {
            tally.succeeded(none(domain));
        }
        pass(Duration.ofHours(17));
        assertThat(posted).isEmpty();
        assertThat(tally.days()).isEmpty();
    }

    @Test
    void dnsThatFailsIsAskedAgain() {
        dns.wants.put("example.org", List.of("v=TLSRPTv1; rua=mailto:a@reports.example"));
        dns.fails = true;
        sessions();
        pass(Duration.ofHours(17));
        assertThat(posted).isEmpty();
        dns.fails = false;
        pass(Duration.ofHours(3));
        assertThat(posted).hasSize(1);
    }

    @Test
    void whatCannotBeSignedIsNotMailed() {
        dns.wants.put("example.org", List.of("v=TLSRPTv1; rua=mailto:a@reports.example,https://up.example/"));
        signs = false;
        sessions();
        pass(Duration.ofHours(17));
        assertThat(posted).isEmpty();
        assertThat(web.to("up.example")).hasSize(1);
        assertThat(reporter.seen().told()).extracting(TlsReporter.Told::what).anyMatch(what -> what.startsWith("not sent to mailto:a@reports.example: reports by mail must be signed"));
    }

    @Test
    void aSpoolThatIsFullDefersTheReport() {
        dns.wants.put("example.org", List.of("v=TLSRPTv1; rua=mailto:a@reports.example"));
        full = true;
        sessions();
        pass(Duration.ofHours(17));
        full = false;
        pass(Duration.ofHours(3));
        assertThat(posted).hasSize(1);
    }

    @Test
    void withoutASenderNothingIsSentAndTwoDaysAreKept() {
        configured = "";
        dns.wants.put("example.org", List.of("v=TLSRPTv1; rua=https://up.example/"));
        sessions();
        pass(Duration.ofHours(12 + 48 - 1));
        assertThat(tally.domains(DAY)).containsExactly("example.org");
        pass(Duration.ofHours(2));
        assertThat(tally.days()).isEmpty();
        assertThat(web.posts).isEmpty();
        assertThat(dns.asked).isEmpty();
    }

    @Test
    void countsSurviveARestart() {
        dns.wants.put("example.org", List.of("v=TLSRPTv1; rua=https://up.example/"));
        sessions();
        reporter.round();
        restart();
        tally.succeeded(STS);
        tally.failed(STS, FailureType.CERTIFICATE_EXPIRED, "mx.example.org", PEER, "ended \"yesterday\"\n");
        reporter.keep();
        time.pass(Duration.ofHours(13));
        restart();
        pass(Duration.ofHours(4));
        assertThat(web.posts).hasSize(1);
        assertThat(unzip(web.posts.getFirst().body())).contains("\"total-successful-session-count\":3,\"total-failure-session-count\":3")
                .contains("\"failed-session-count\":2,\"failure-reason-code\":\"ended \\\"yesterday\\\"\\u000a\"");
        restart();
        pass(Duration.ofHours(24));
        assertThat(web.posts).hasSize(1);
    }

    @Test
    void aLineThatIsDamagedCostsNoMoreThanWhatStandsBehindIt() {
        sessions();
        tally.succeeded(none("later.example"));
        reporter.keep();
        String text = disk.text(Path.of(FILE));
        disk.put(Path.of(FILE), text.substring(0, text.length() - 20));
        disk.put(Path.of("/data/tlsrpt/notes"), "of somebody");
        restart();
        assertThat(tally.domains(DAY)).containsExactly("example.org");
    }

    @Test
    void reportsOfOneNightAreSpreadOverFourHours() {
        for (int i = 0; i < 40; i++) {
            tally.succeeded(none("d" + i + ".example"));
            dns.wants.put("d" + i + ".example", List.of("v=TLSRPTv1; rua=https://up.example/" + i));
        }
        pass(Duration.ofHours(12).plusMinutes(5));
        int most = 0;
        int before = web.posts.size();
        for (int tick = 0; tick < 48; tick++) {
            pass(TlsReporter.TICK);
            most = Math.max(most, web.posts.size() - before);
            before = web.posts.size();
        }
        assertThat(web.posts).hasSize(40);
        assertThat(most).isLessThan(10);
    }

    @Test
    void whatIsNoAddressCountsAsDone() {
        dns.wants.put("example.org", List.of("v=TLSRPTv1; rua=mailto:nobody"));
        sessions();
        pass(Duration.ofHours(17));
        assertThat(posted).isEmpty();
        assertThat(tally.days()).isEmpty();
    }

    @Test
    void kindsOfFailureWithoutEndAreCountedTogether() {
        for (int i = 0; i < 500; i++) {
            tally.failed(STS, FailureType.VALIDATION_FAILURE, "mx.example.org", PEER, "reason " + i);
        }
        assertThat(tally.policies(DAY, "example.org")).singleElement().satisfies(policy -> {
            assertThat(policy.failures()).isEqualTo(500);
            assertThat(policy.details()).hasSize(101);
        });
    }

    @Test
    void aClockThatLeapsAndComesBackLosesNoMoreThanCounts() {
        dns.wants.put("example.org", List.of("v=TLSRPTv1; rua=https://up.example/"));
        sessions();
        time.pass(Duration.ofDays(2000));
        tally.succeeded(STS);
        reporter.round();
        time.pass(Duration.ofDays(-2000));
        sessions();
        pass(Duration.ofHours(17));
        assertThat(web.posts).hasSize(1);
        for (int day = 0; day < 10; day++) {
            sessions();
            pass(Duration.ofDays(1));
        }
        assertThat(tally.days()).hasSizeLessThan(5);
        assertThat(web.posts).hasSize(11);
    }

    private static final class Halfway implements Entropy {
        private long next = 0x9E3779B97F4A7C15L;

        @Override
        public void fill(byte[] into) {}

        @Override
        public long below(long bound) {
            next = next * 6364136223846793005L + 1442695040888963407L;
            return Long.remainderUnsigned(next >>> 1, bound);
        }
    }

    private static final class Token implements Lineage {
        @Override
        public String sign(long uid, int generation, Mailbox to, Instant now) {
            return uid == 0 ? "" : "token" + generation;
        }

        @Override
        public OptionalInt ofMessageId(String id) {
            return OptionalInt.empty();
        }

        @Override
        public OptionalInt ofToken(String text) {
            return OptionalInt.empty();
        }
    }

    private record Posted(URI to, String type, byte[] body) {}

    private static final class Web implements Https {
        private final List<Posted> posts = new ArrayList<>();
        private final Map<String, Integer> status = new HashMap<>();
        private IOException trouble;

        List<Posted> to(String host) {
            return posts.stream().filter(post -> post.to().getHost().equals(host)).toList();
        }

        @Override
        public Answer get(URI from, int most, Duration limit) {
            throw new AssertionError("nothing is fetched");
        }

        @Override
        public int post(URI to, String type, byte[] body, Duration limit) throws IOException {
            posts.add(new Posted(to, type, body));
            if (trouble != null) {
                throw trouble;
            }
            return status.getOrDefault(to.getHost(), 201);
        }
    }

    private static final class Dns implements Resolver {
        private final Map<String, List<String>> wants = new HashMap<>();
        private final List<String> asked = new ArrayList<>();
        private boolean fails;

        @Override
        public Answer<DnsRecord.Text> txt(String name) {
            asked.add(name);
            List<String> texts = wants.get(name.substring("_smtp._tls.".length()));
            return fails ? new Answer.Failed<>("time-out", "dns") : texts == null ? new Answer.NoSuchName<>(Duration.ofMinutes(1), false, "dns")
                    : new Answer.Found<>(texts.stream().map(DnsRecord.Text::new).toList(), Duration.ofMinutes(1), false, "dns");
        }

        @Override
        public Answer<DnsRecord.Mx> mx(String name) {
            throw new AssertionError("nobody asks");
        }

        @Override
        public Answer<DnsRecord.Address> ipv4(String name) {
            throw new AssertionError("nobody asks");
        }

        @Override
        public Answer<DnsRecord.Address> ipv6(String name) {
            throw new AssertionError("nobody asks");
        }

        @Override
        public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
            throw new AssertionError("nobody asks");
        }
    }
}
