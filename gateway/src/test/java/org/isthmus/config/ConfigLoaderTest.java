// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.config.Settings.RecipientSource;
import org.isthmus.smtp.Leniency;
import org.isthmus.transit.Priority;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Way;
import org.junit.jupiter.api.Test;

class ConfigLoaderTest {
    private static final String SMALLEST = """
            connector { hostname = "mx1.example.com", data = /var/lib/isthmus, postmaster = "postmaster@example.com" }
            listeners { internet { address = "0.0.0.0:25" } }
            domains { "example.com" { recipients = "pattern:*", deliver-to = mailstore } }
            next-hops { mailstore { url = "lmtp://10.0.0.9:24" } }
            """;

    @Test
    void theCircuitBreakerIsRead() {
        Settings settings = ConfigLoader.parse("connector.hostname = mx1.example.com\nloop.breaker { enabled = no, proofs = 5, window = 1h, recipients = 10, settle = 0s }\n").orThrow();
        assertThat(settings.loop().breaker()).isEqualTo(new Settings.Breaker(false, 5, Duration.ofHours(1), 10, Duration.ZERO));
    }

    @Test
    void theSmallestUsefulFileLoadsWithoutAWord() {
        assertThat(ConfigLoader.parse(SMALLEST).problems()).isEmpty();
    }

    @Test
    void whatIsNotWrittenHasItsDefault() {
        Settings settings = ConfigLoader.parse("connector.hostname = mx1.example.com").orThrow();
        SourceLine nowhere = new SourceLine("isthmus.conf", 0);
        assertThat(settings.connector())
                .isEqualTo(new Settings.Connector(Domain.of("mx1.example.com"), Path.of("/var/lib/isthmus"), Mailbox.of("postmaster@mx1.example.com"), null));
        assertThat(settings.identity()).isEqualTo(new Settings.Identity(List.of(), List.of(), 25));
        assertThat(settings.listeners())
                .containsExactly(new Settings.Listener("internet", endpoint("0.0.0.0", 25), Settings.Listener.Tls.OFF, false, Set.of(), nowhere));
        assertThat(settings.trustedNetworks()).isEmpty();
        assertThat(settings.domains()).isEmpty();
        assertThat(settings.nextHops()).isEmpty();
        assertThat(settings.routes())
                .containsExactly(new Settings.AddressSpace(0, new DomainPattern.Everything(), "mx", 1, null, Optional.empty(), Optional.empty(), null, 3, nowhere));
        assertThat(settings.loop()).isEqualTo(new Settings.Loop(new Settings.LoopbackSetting(Settings.Loopback.TURN_AROUND, "loopback", null), 100));
        assertThat(settings.queue())
                .isEqualTo(new Settings.Queue(
                        List.of(minutes(1), minutes(5), minutes(15), minutes(30), minutes(60), minutes(120), minutes(240)),
                        Duration.ofDays(5),
                        List.of(minutes(240)),
                        Map.of(Priority.URGENT, Duration.ofDays(1), Priority.NON_URGENT, Duration.ofDays(7))));
        assertThat(settings.delivery())
                .isEqualTo(new Settings.Delivery(
                        1000, 20, List.of(), true, null, null, new Settings.Timeouts(Duration.ofSeconds(30), minutes(5), minutes(5), minutes(2), minutes(3), minutes(10)), List.of(), Settings.TlsMode.OPPORTUNISTIC, null));
        assertThat(settings.limits())
                .isEqualTo(new Settings.Limits(ByteSize.mebibytes(50), 2000, 10_000, 100, 20, minutes(5), ByteSize.mebibytes(1), 2000));
        assertThat(settings.dns()).isEqualTo(new Settings.Dns(List.of()));
        assertThat(settings.tracking()).isEqualTo(new Settings.Tracking(Duration.ofDays(30), ByteSize.mebibytes(1024)));
        assertThat(settings.log()).isEqualTo(new Settings.Log("info", "text", Path.of("/var/lib/isthmus/mail.log")));
    }

    @Test
    void theDefaultsOfADomainAHopAndARoute() {
        Settings settings = ConfigLoader.parse("""
                connector.hostname = mx1.example.com
                domains { "example.com" { deliver-to = store } }
                next-hops { store { url = "smtp://store.example.com" } }
                routes = [ { to = "*", via = mx } ]
                """)
                .orThrow();
        assertThat(settings.domains())
                .containsExactly(new Settings.SiteDomain(
                        new DomainPattern.Exact(Domain.of("example.com")),
                        Settings.SiteDomain.Kind.AUTHORITATIVE,
                        List.of(new RecipientSource.Any()),
                        "store",
                        null,
                        null,
                        Optional.empty(),
                        null,
                        Optional.empty(),
                        line(2)));
        assertThat(settings.nextHops())
                .containsExactly(Map.entry(
                        "store", new Settings.Hop("store", Way.Protocol.SMTP, "store.example.com", 25, Optional.empty(), null, Optional.empty(), line(3))));
        assertThat(settings.routes().getFirst().at()).isEqualTo(line(4));
    }

    @Test
    void everyKeyCanBeSet() {
        Loaded loaded = ConfigLoader.parse("""
                connector {
                  hostname = "mx1.example.com"
                  data = /srv/isthmus
                  postmaster = "postmaster@example.com"
                  postmaster-to = mailstore
                }
                identity { addresses = ["203.0.113.7", "203.0.113.8:2525", "[2001:db8::1]:2526", "2001:db8::2"], names = ["mail.example.com"], mx-port = 2525 }
                listeners {
                  internet { address = "0.0.0.0:25", tls = off, auth = off }
                  six { address = "[::1]:0", leniency = [space-after-colon, malformed-helo-name] }
                }
                trusted-networks = ["10.0.0.0/8", "2001:db8::/32", 192.0.2.1]
                domains {
                  "example.com" {
                    kind = shared
                    recipients = ["pattern:u*", "file:recipients"]
                    deliver-to = mailstore
                    elsewhere = provider
                    aliases = "file:aliases"
                    sub-addressing = "+"
                    catch-all = "all@example.com"
                    loopback = hold
                  }
                  "*.example.com" { kind = relay, deliver-to = provider, DisableLoopbackConnections = 1 }
                  "example.org" { recipients = "pattern:*", deliver-to = mailstore, DisableLoopbackConnection = 0, sub-addressing = off }
                }
                next-hops {
                  mailstore { url = "lmtp://[2001:db8::9]:2424", inside = yes, unknown-users = bounce }
                  provider { url = "smtp://relay.example.net:587", inside = false, source-address = 192.0.2.9, unknown-users = return }
                }
                routes = [
                  { to = "partner.example", via = provider, cost = 3, from = "*.example.com", min-size = 1 kB, max-size = 1 MiB, fallback = mx, fallback-after = 5 }
                  { to = "*", via = mx, from = "boss@example.com" }
                ]
                loop { loopback = send, hop-limit = 60, ledger-size = 2 MiB, accept = [LP02], xsite = off, trace = off, trace-header = X-Our-Way, pair-rate { enabled = off, most = 5, window = 1h, most-a-day = 99 } }
                queue { retry = [1s, 1.5h], lifetime = 2 days, delay-notice = [1h, 1d], priority { urgent { lifetime = 1h }, normal { lifetime = 1w }, non-urgent { lifetime = 8d } } }
                delivery {
                  concurrency { total = 7, per-destination = 3 }
                  suspended = [mailstore, "example.net", "*", "*.example.net"]
                  reuse = off
                  source-address = "2001:db8::7", ehlo-name = out.example.com
                  timeouts { connect = 1s, greeting = 2s, command = 3s, data = 4s, data-block = 5s, end-of-data = 6s }
                }
                limits { message-size = 1 MB, recipients = 101, sessions = 102, sessions-per-client = 103, errors = 104, idle = 105s, header-size = 5 KiB, header-fields = 106 }
                dns { servers = ["127.0.0.1", "[::1]:5353"] }
                tracking { keep = 1d, room = 1 GB }
                log { level = debug, format = json, mail-log = off }
                """);
        assertThat(loaded.problems()).isEmpty();
        Settings settings = loaded.orThrow();
        assertThat(settings.connector())
                .isEqualTo(new Settings.Connector(Domain.of("mx1.example.com"), Path.of("/srv/isthmus"), Mailbox.of("postmaster@example.com"), "mailstore"));
        assertThat(settings.identity())
                .isEqualTo(new Settings.Identity(
                        List.of(endpoint("203.0.113.7", 2525), endpoint("203.0.113.8", 2525), endpoint("2001:db8::1", 2526), endpoint("2001:db8::2", 2525)),
                        List.of(Domain.of("mail.example.com")),
                        2525));
        assertThat(settings.listeners())
                .containsExactly(
                        new Settings.Listener("internet", endpoint("0.0.0.0", 25), Settings.Listener.Tls.OFF, false, Set.of(), line(9)),
                        new Settings.Listener("six", endpoint("::1", 0), Settings.Listener.Tls.OFF, false, Set.of(Leniency.values()), line(10)));
        assertThat(settings.trustedNetworks()).containsExactly(Cidr.parse("10.0.0.0/8"), Cidr.parse("2001:db8::/32"), Cidr.parse("192.0.2.1"));
        Path here = Path.of("").toAbsolutePath();
        assertThat(settings.domains())
                .containsExactly(
                        new Settings.SiteDomain(
                                new DomainPattern.Exact(Domain.of("example.com")),
                                Settings.SiteDomain.Kind.SHARED,
                                List.of(new RecipientSource.Pattern("u*"), new RecipientSource.File(here.resolve("recipients"))),
                                "mailstore",
                                "provider",
                                here.resolve("aliases"),
                                Optional.of('+'),
                                Mailbox.of("all@example.com"),
                                Optional.of(new Settings.LoopbackSetting(Settings.Loopback.HOLD, "loopback", line(22))),
                                line(14)),
                        new Settings.SiteDomain(
                                new DomainPattern.Below(Domain.of("example.com")),
                                Settings.SiteDomain.Kind.RELAY,
                                List.of(new RecipientSource.Any()),
                                "provider",
                                null,
                                null,
                                Optional.empty(),
                                null,
                                Optional.of(new Settings.LoopbackSetting(Settings.Loopback.REJECT, "DisableLoopbackConnections", line(24))),
                                line(24)),
                        new Settings.SiteDomain(
                                new DomainPattern.Exact(Domain.of("example.org")),
                                Settings.SiteDomain.Kind.AUTHORITATIVE,
                                List.of(new RecipientSource.Pattern("*")),
                                "mailstore",
                                null,
                                null,
                                Optional.empty(),
                                null,
                                Optional.of(new Settings.LoopbackSetting(Settings.Loopback.SEND, "DisableLoopbackConnection", line(25))),
                                line(25)));
        assertThat(settings.nextHops())
                .containsOnly(
                        Map.entry("mailstore", new Settings.Hop(
                                "mailstore", Way.Protocol.LMTP, "2001:db8::9", 2424, Optional.of(true), null, Optional.of(Settings.Hop.UnknownUsers.BOUNCE), line(28))),
                        Map.entry("provider", new Settings.Hop("provider", Way.Protocol.SMTP, "relay.example.net", 587, Optional.of(false),
                                InetAddress.ofLiteral("192.0.2.9"), Optional.of(Settings.Hop.UnknownUsers.RETURN), line(29))));
        assertThat(settings.routes())
                .containsExactly(
                        new Settings.AddressSpace(0, new DomainPattern.Exact(Domain.of("partner.example")), "provider", 3, "*.example.com",
                                Optional.of(new ByteSize(1000)), Optional.of(ByteSize.mebibytes(1)), "mx", 5, line(32)),
                        new Settings.AddressSpace(1, new DomainPattern.Everything(), "mx", 1, "boss@example.com", Optional.empty(), Optional.empty(), null, 3, line(33)));
        assertThat(settings.loop())
                .isEqualTo(new Settings.Loop(new Settings.LoopbackSetting(Settings.Loopback.SEND, "loopback", line(35)), 60, Set.of("LP02"), false, false, "X-Our-Way", true, ByteSize.mebibytes(2),
                        new Settings.PairRate(false, 5, Duration.ofHours(1), 99), Settings.Breaker.STANDARD));
        assertThat(settings.queue())
                .isEqualTo(new Settings.Queue(
                        List.of(Duration.ofSeconds(1), minutes(90)),
                        Duration.ofDays(2),
                        List.of(minutes(60), Duration.ofDays(1)),
                        Map.of(Priority.URGENT, minutes(60), Priority.NORMAL, Duration.ofDays(7), Priority.NON_URGENT, Duration.ofDays(8))));
        assertThat(settings.delivery())
                .isEqualTo(new Settings.Delivery(7, 3, List.of("mailstore", "example.net", "*", "*.example.net"), false, InetAddress.ofLiteral("2001:db8::7"),
                        Domain.of("out.example.com"), new Settings.Timeouts(seconds(1), seconds(2), seconds(3), seconds(4), seconds(5), seconds(6)), List.of(), Settings.TlsMode.OPPORTUNISTIC, null));
        assertThat(settings.limits())
                .isEqualTo(new Settings.Limits(new ByteSize(1_000_000), 101, 102, 103, 104, seconds(105), new ByteSize(5120), 106));
        assertThat(settings.dns()).isEqualTo(new Settings.Dns(List.of(endpoint("127.0.0.1", 53), endpoint("::1", 5353))));
        assertThat(settings.tracking()).isEqualTo(new Settings.Tracking(Duration.ofDays(1), new ByteSize(1_000_000_000)));
        assertThat(settings.log()).isEqualTo(new Settings.Log("debug", "json", null));
    }

    private static SourceLine line(int number) {
        return new SourceLine("isthmus.conf", number);
    }

    private static InetSocketAddress endpoint(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private static Duration minutes(int count) {
        return Duration.ofMinutes(count);
    }

    private static Duration seconds(int count) {
        return Duration.ofSeconds(count);
    }
}
