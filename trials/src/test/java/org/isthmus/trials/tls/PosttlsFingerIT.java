// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.isthmus.address.Domain;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.platform.Platform;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.smtp.MailParameters;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Outcome;
import org.isthmus.trials.world.SimulatedDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A zone that is really signed, unbound that validates it, and Postfix's {@code posttls-finger} beside us: both think the same of each server. RFC 7672.
class PosttlsFingerIT {
    /// Where unbound is asked by the system's resolver, which knows port 53 alone.
    private static final String NAME_SERVER = "127.0.0.77";
    /// Unpacked by ./verify.
    private static final Path TOOLS = Path.of(System.getProperty("user.dir")).resolveSibling(".build").resolve("dns");

    @TempDir
    private Path folder;

    /// What each of the two makes of a server.
    private enum Verdict {
        /// DNS names its certificate.
        PROVED,
        /// TLS, which proves nothing.
        UNPROVED,
        /// It is not used.
        REFUSED
    }

    private record Case(String records, boolean tls, Verdict verdict) {}

    private static Map<String, Case> cases() {
        Map<String, Case> cases = new LinkedHashMap<>();
        cases.put("spki", new Case("311", true, Verdict.PROVED));
        cases.put("spki512", new Case("312", true, Verdict.PROVED));
        cases.put("certificate", new Case("301", true, Verdict.PROVED));
        cases.put("whole", new Case("300", true, Verdict.PROVED));
        cases.put("one-fits", new Case("311!+311", true, Verdict.PROVED));
        cases.put("pkix-beside", new Case("111+311", true, Verdict.PROVED));
        cases.put("wrong", new Case("311!", true, Verdict.REFUSED));
        cases.put("wrong-authority", new Case("211!", true, Verdict.REFUSED));
        cases.put("unusable", new Case("111", true, Verdict.UNPROVED));
        cases.put("none", new Case("", true, Verdict.UNPROVED));
        cases.put("bogus", new Case("311", true, Verdict.REFUSED));
        cases.put("clear", new Case("311", false, Verdict.REFUSED));
        return cases;
    }

    private String run(boolean tools, List<String> command) throws IOException, InterruptedException {
        Path log = Files.createTempFile(folder, "run", ".log");
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(log.toFile());
        if (tools) {
            builder.environment().put("LD_LIBRARY_PATH", TOOLS.resolve("usr/lib/x86_64-linux-gnu").toString());
        }
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
        return Files.readString(log, StandardCharsets.ISO_8859_1);
    }

    private int sign(X509Certificate certificate, int port, int clearPort) throws Exception {
        StringBuilder zone = new StringBuilder("$ORIGIN dane.test.\n$TTL 60\n@ SOA ns.dane.test. root.dane.test. 1 3600 600 86400 60\n@ NS ns.dane.test.\nns A 127.0.0.1\n");
        for (Map.Entry<String, Case> one : cases().entrySet()) {
            zone.append("h-").append(one.getKey()).append(" A 127.0.0.1\nd-").append(one.getKey()).append(" MX 10 h-").append(one.getKey()).append(".dane.test.\n");
            for (DnsRecord.Tlsa record : DaneOutcomeTest.records(one.getValue().records(), certificate)) {
                zone.append('_').append(one.getValue().tls() ? port : clearPort).append("._tcp.h-").append(one.getKey())
                        .append(" TLSA %d %d %d %s%n".formatted(record.usage(), record.selector(), record.matching(), record.data()));
            }
        }
        Files.writeString(folder.resolve("zone"), zone);
        String key = run(true, List.of(TOOLS.resolve("usr/bin/ldns-keygen").toString(), "-a", "ECDSAP256SHA256", "-k", "dane.test")).strip();
        run(true, List.of(TOOLS.resolve("usr/bin/ldns-signzone").toString(), "-n", "-f", "signed", "zone", key));
        List<String> signed = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("signed"))) {
            boolean bogus = line.contains("._tcp.h-bogus.") && line.contains("\tTLSA\t") && !line.contains("RRSIG");
            signed.add(bogus ? line.substring(0, line.length() - 2) + (line.endsWith("00") ? "11" : "00") : line);
        }
        Files.write(folder.resolve("signed"), signed);
        int dns;
        try (DatagramSocket free = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))) {
            dns = free.getLocalPort();
        }
        Files.writeString(folder.resolve("unbound.conf"), """
                server:
                  interface: 127.0.0.1@%d
                  interface: %s@53
                  access-control: 127.0.0.0/8 allow
                  do-daemonize: no
                  use-syslog: no
                  chroot: ""
                  username: ""
                  directory: "%s"
                  pidfile: "%s/pid"
                  trust-anchor-file: "%s/%s.key"
                  module-config: "validator iterator"
                  local-zone: "test." nodefault
                auth-zone:
                  name: "dane.test"
                  zonefile: "signed"
                  for-downstream: no
                  for-upstream: yes
                remote-control:
                  control-enable: no
                """.formatted(dns, NAME_SERVER, folder, folder, folder, key));
        Files.writeString(folder.resolve("resolv.conf"), "nameserver " + NAME_SERVER + "\noptions edns0 trust-ad\n");
        return dns;
    }

    private Process unbound() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(TOOLS.resolve("usr/sbin/unbound").toString(), "-d", "-c", folder.resolve("unbound.conf").toString()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("unbound.log").toFile());
        builder.environment().put("LD_LIBRARY_PATH", TOOLS.resolve("usr/lib/x86_64-linux-gnu").toString());
        return builder.start();
    }

    @Test
    void postfixAndWeThinkTheSameOfEachServer() throws Exception {
        List<InetSocketAddress> servers = new ArrayList<>();
        try (LivePlatform live = LivePlatform.open(() -> List.copyOf(servers))) {
            Platform real = live.platform();
            Platform platform = new Platform(real.time(), real.entropy(), real.threads(), real.network(), real.dns(), new SimulatedDisk(0));
            Ground.Server shielded = new Ground.Server(platform, "tls = starttls", "");
            Ground.Server clear = new Ground.Server(platform, "tls = off", "");
            int dns = sign(DaneOutcomeTest.certificate(platform), shielded.address().getPort(), clear.address().getPort());
            Process unbound = unbound();
            try {
                servers.add(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), dns));
                awaitDns(platform);
                for (Map.Entry<String, Case> one : cases().entrySet()) {
                    Ground.Server server = one.getValue().tls() ? shielded : clear;
                    assertThat(finger(one.getKey(), server.address().getPort())).as("posttls-finger on %s", one.getKey()).isEqualTo(one.getValue().verdict());
                    assertThat(ours(platform, one.getKey(), server)).as("we on %s", one.getKey()).isEqualTo(one.getValue().verdict());
                }
            } finally {
                unbound.destroy();
                unbound.waitFor();
                shielded.stop();
                clear.stop();
            }
        }
    }

    private void awaitDns(Platform platform) throws Exception {
        Duration end = platform.time().elapsed().plusSeconds(30);
        while (platform.dns().ipv4("h-spki.dane.test") instanceof Answer.Failed<?> failed) {
            assertThat(platform.time().elapsed()).as("unbound answers: %s, %s", failed, Files.readString(folder.resolve("unbound.log"))).isLessThan(end);
            platform.time().sleep(Duration.ofMillis(200));
        }
    }

    private Verdict finger(String name, int port) throws Exception {
        String said = run(false, List.of("unshare", "-m", "--propagation", "private", "sh", "-c",
                "mount --bind resolv.conf /etc/resolv.conf && exec /usr/sbin/posttls-finger -c -t 20 -l dane -L summary '[h-" + name + ".dane.test]:" + port + "'"));
        // With records that do not fit it goes on to look, and says that mail would not.
        boolean fits = !said.contains("server certificate verification failed");
        return !fits ? Verdict.REFUSED : said.contains("Verified TLS connection established") ? Verdict.PROVED : said.contains("TLS connection established") ? Verdict.UNPROVED : Verdict.REFUSED;
    }

    private static Verdict ours(Platform platform, String name, Ground.Server server) throws Exception {
        PolicySite sender = new PolicySite(platform, PolicySite.believingNobody(), platform.dns());
        Exchange exchange = PolicySite.exchange("h-" + name + ".dane.test", server.address());
        Outcome outcome = sender.deliver(MailParameters.NONE, "a@example.net", new NextHop.Exchangers(Domain.of("d-" + name + ".dane.test")), exchange).outcomes().get(0);
        if (!(outcome instanceof Outcome.Delivered)) {
            return Verdict.REFUSED;
        }
        return sender.told("d-" + name + ".dane.test").startsWith("TLSA 1 good") && cases().get(name).verdict() != Verdict.UNPROVED ? Verdict.PROVED : Verdict.UNPROVED;
    }
}
