// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.deliver.Caller;
import org.isthmus.deliver.SmtpCourier;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.explain.Explainer;
import org.isthmus.explain.Explanation;
import org.isthmus.explain.Question;
import org.isthmus.platform.Https;
import org.isthmus.platform.Platform;
import org.isthmus.platform.Time;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.tls.ClientTls;
import org.isthmus.tlsrpt.TlsReport;
import org.isthmus.transit.Content;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.DeliveryRequest;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Priority;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Recognition;
import org.isthmus.transit.Stamp;
import org.isthmus.transit.Way;
import org.isthmus.transport.StsFolder;
import org.isthmus.transport.StsPolicies;
import org.isthmus.transport.TlsTally;
import org.isthmus.transport.TransportRules;

/// Somebody who sends to example.org, whose servers are given, with all that decides about TLS: DNS, a web server with a policy, the authorities that are believed.
final class PolicySite {
    /// What a server of this data folder makes for itself.
    static final String OWN_CERTIFICATE = "/data/tls/self-made.crt";
    private static final AtomicInteger SITES = new AtomicInteger();
    private static final Domain DOMAIN = Domain.of("example.org");

    final TlsTally tally;
    final SmtpCourier courier;
    final Caller caller;
    boolean secure;
    /// Of the MTA-STS policy; empty for none.
    String mode = "";
    String policyMx = "mx1.example.org";
    /// At every port of every exchanger.
    List<DnsRecord.Tlsa> tlsa = List.of();
    boolean tlsaFails;
    private final Platform platform;
    private final Resolver asked;
    private final Snapshot snapshot;

    /// @param delivery what stands in {@code delivery}, and elsewhere
    /// @param late how much later it is for certificates
    PolicySite(Platform platform, String delivery, Duration late) {
        this(platform, delivery, late, null);
    }

    /// @param asked instead of DNS of its own
    PolicySite(Platform platform, String delivery, Resolver asked) {
        this(platform, delivery, Duration.ZERO, asked);
    }

    private PolicySite(Platform platform, String delivery, Duration late, Resolver asked) {
        this.platform = platform;
        this.asked = asked;
        // Several sites may stand on one disk.
        Path data = Path.of("/out" + SITES.incrementAndGet());
        Settings settings = ConfigLoader.parse("""
                connector { hostname = "out.example.net", data = %s, postmaster = "postmaster@example.net" }
                next-hops { hop { url = "smtp://mx1.example.org" }, off { url = "smtp://mx1.example.org", tls = off }, required { url = "smtp://mx1.example.org", tls = required } }
                routes = [{ to = "*", via = mx }]
                listeners { internet { address = "192.0.2.99:25", tls = starttls } }
                trusted-networks = ["127.0.0.1"]
                dns { servers = ["192.0.2.53:53"], trusted-ad = yes }
                %s
                """.formatted(data, delivery)).orThrow();
        snapshot = new Snapshot(1, settings);
        tally = new TlsTally(platform.time());
        StsPolicies policies = new StsPolicies(dns(), https(), platform.time(), new StsFolder(platform.disk(), data.resolve("mta-sts")));
        ClientTls tls = new ClientTls(platform.disk(), later(platform.time(), late));
        TransportRules rules = new TransportRules(snapshot::settings, dns(), policies, tally);
        courier = new SmtpCourier(platform.network(), platform.time(), platform.threads(), platform.entropy(), tls, rules);
        caller = new Caller(platform.network(), platform.time(), tls, rules);
    }

    private static Time later(Time time, Duration late) {
        return new Time() {
            @Override
            public Instant now() {
                return time.now().plus(late);
            }

            @Override
            public Duration elapsed() {
                return time.elapsed();
            }

            @Override
            public void sleep(Duration duration) throws InterruptedException {
                time.sleep(duration);
            }
        };
    }

    static String believing() {
        return "delivery { tls-ca = \"" + OWN_CERTIFICATE + "\", reuse = no }";
    }

    static String believingNobody() {
        return "delivery { reuse = no }";
    }

    DeliveryAttempt deliver(MailParameters parameters, String from, NextHop hop, Exchange... servers) throws InterruptedException {
        byte[] content = "Subject: one\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII);
        ReversePath path = from.isEmpty() ? ReversePath.NULL : new ReversePath.To(Mailbox.of(from));
        QueuedMessage message = new QueuedMessage(new QueueId(1), new Envelope(path, parameters, List.of(Recipient.of(Mailbox.of("b@example.org"), new RcptParameters(null, null)))),
                new Origin.Report(null), platform.time().now(), new ContentFacts(content.length, parameters.body(), false, 14, null, null, 0, Priority.NORMAL, 0),
                List.of(RecipientState.Waiting.from(platform.time().now())));
        Way way = new Way(hop, Way.Protocol.SMTP, List.of(servers), false);
        return courier.deliver(new DeliveryRequest(message, List.of(0), List.of(way), new Content() {
            @Override
            public long size() {
                return content.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(content);
            }
        }, Recognition.NONE, Stamp.NONE), snapshot);
    }

    DeliveryAttempt deliver(MailParameters parameters, Exchange... servers) throws InterruptedException {
        return deliver(parameters, "a@example.net", new NextHop.Exchangers(DOMAIN), servers);
    }

    /// Calls without mail.
    Caller.Heard call(Exchange server) {
        return caller.call(new Way(new NextHop.Exchangers(DOMAIN), Way.Protocol.SMTP, List.of(server), false), server, server.addresses().getFirst(), Recognition.NONE, snapshot.settings());
    }

    /// What {@code explain} says of mail for the domain.
    Explanation explain(boolean requireTls) throws IOException {
        Platform asking = new Platform(platform.time(), platform.entropy(), platform.threads(), platform.network(), dns(), platform.disk(), platform.machine(), https());
        return new Explainer(asking, snapshot, Map.of()).explain(new Question("b@example.org", "a@example.net", InetAddress.ofLiteral("127.0.0.1"), "internet", OptionalLong.empty(), null, requireTls));
    }

    static Exchange exchange(String name, InetSocketAddress address) {
        return new Exchange(name, List.of(address), 10);
    }

    /// What the report of today would hold: {@code sts 1 good, certificate-expired 2}.
    String told() {
        return told(DOMAIN.ascii());
    }

    String told(String domain) {
        List<TlsReport.Policy> policies = tally.policies(LocalDate.ofInstant(platform.time().now(), ZoneOffset.UTC), domain);
        return policies.stream().map(policy -> policy.type() + " " + policy.successes() + " good"
                + policy.details().stream().map(one -> ", " + one.type() + " " + one.sessions()).collect(Collectors.joining())).collect(Collectors.joining("; "));
    }

    private Https https() {
        return new Https() {
            @Override
            public Answer get(URI from, int most, Duration limit) {
                return new Answer(200, "text/plain", ("version: STSv1\nmode: " + mode + "\nmx: " + policyMx + "\nmax_age: 604800\n").getBytes(StandardCharsets.US_ASCII));
            }

            @Override
            public int post(URI to, String type, byte[] body, Duration limit) throws IOException {
                throw new IOException("nobody posts");
            }
        };
    }

    private Resolver dns() {
        return asked != null ? asked : new Resolver() {
            private static final Duration TTL = Duration.ofMinutes(1);

            private <T extends DnsRecord> Answer<T> found(T record) {
                return new Answer.Found<>(List.of(record), TTL, secure, "dns");
            }

            private <T extends DnsRecord> Answer<T> none() {
                return new Answer.NoData<>(TTL, secure, "dns");
            }

            @Override
            public Answer<DnsRecord.Mx> mx(String name) {
                return found(new DnsRecord.Mx(10, "mx1.example.org"));
            }

            @Override
            public Answer<DnsRecord.Address> ipv4(String name) {
                return found(new DnsRecord.Address(InetAddress.ofLiteral("198.51.100.25")));
            }

            @Override
            public Answer<DnsRecord.Address> ipv6(String name) {
                return none();
            }

            @Override
            public Answer<DnsRecord.Text> txt(String name) {
                return mode.isEmpty() ? none() : found(new DnsRecord.Text("v=STSv1; id=1;"));
            }

            @Override
            public Answer<DnsRecord.Tlsa> tlsa(String name) {
                if (tlsaFails) {
                    return new Answer.Failed<>("SERVFAIL", "dns");
                }
                return tlsa.isEmpty() ? none() : new Answer.Found<>(tlsa, TTL, secure, "dns");
            }

            @Override
            public Answer<DnsRecord.Pointer> reverse(InetAddress address) {
                return none();
            }
        };
    }
}
