// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isthmus.address.Domain;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.SampleSite;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Snapshot;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Network;
import org.isthmus.platform.Time;
import org.isthmus.transit.NextHop;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SiteIdentityTest {
    private static final List<InetAddress> MACHINE = List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"),
            InetAddress.ofLiteral("203.0.113.7"), InetAddress.ofLiteral("10.0.0.5"), InetAddress.ofLiteral("2001:db8::7"));

    private static InetSocketAddress at(String text) {
        return SampleSite.socket(text);
    }

    /// A machine of several addresses: a listener everywhere, one on an inside address, one on a mapped port.
    private static SiteIdentity site() {
        SampleSite site = new SampleSite().listener("internet", "0.0.0.0:25").listener("site", "10.0.0.5:2525").listener("both", "[::]:2627");
        site.addresses.add(at("198.51.100.9:0"));
        site.addresses.add(at("198.51.100.10:2626"));
        site.names.add(Domain.of("mail.example.com"));
        return SiteIdentity.of(site.settings(), Map.of(), MACHINE);
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.7:25, true", "10.0.0.5:25, true", "127.0.0.1:25, true", "127.3.2.1:25, true", "0.0.0.0:25, true",
        "[::1]:25, false", "[2001:db8::7]:25, false", "[::]:25, false", "[2001:db8::7]:2627, true", "203.0.113.7:2627, true", "[::]:2627, true", "0.0.0.0:2627, true", "[2001:db8::8]:2627, false",
        "[::ffff:203.0.113.7]:25, true", "203.0.113.8:25, false", "[2001:db8::8]:25, false",
        "203.0.113.7:26, false", "127.0.0.1:2525, false", "203.0.113.7:2525, false", "0.0.0.0:2525, false", "10.0.0.5:2525, true",
        "198.51.100.9:25, true", "198.51.100.9:2626, false", "198.51.100.10:2626, true", "198.51.100.10:25, false",
    })
    void matchesAddressAndPortTogether(String address, boolean expected) {
        assertThat(site().match(at(address)).isPresent()).isEqualTo(expected);
    }

    @Test
    void aMatchSaysWhereItComesFrom() {
        assertThat(site().match(at("203.0.113.7:25")).orElseThrow()).hasToString("listener internet (0.0.0.0:25) at isthmus.conf:10");
        assertThat(site().match(at("10.0.0.5:2525")).orElseThrow()).hasToString("listener site (10.0.0.5:2525) at isthmus.conf:11");
        assertThat(site().match(at("198.51.100.9:25")).orElseThrow()).hasToString("identity.addresses 198.51.100.9:25");
    }

    @Test
    void theBoundPortCountsAndNotTheConfiguredOne() {
        SampleSite site = new SampleSite().listener("internet", "127.0.0.1:0").listener("other", "127.0.0.1:0");
        SiteIdentity identity = SiteIdentity.of(site.settings(), Map.of("internet", at("127.0.0.1:40123")), MACHINE);
        assertThat(identity.match(at("127.0.0.1:40123"))).isPresent();
        assertThat(identity.match(at("127.0.0.1:0"))).isEmpty();
        assertThat(identity.match(at("0.0.0.0:40123"))).isPresent();
    }

    @Test
    void aStoreOnTheLoopbackAddressBesideAListenerOnAnotherIsNotUs() {
        SiteIdentity identity = SiteIdentity.of(new SampleSite().listener("internet", "203.0.113.7:25").settings(), Map.of(), MACHINE);
        assertThat(identity.match(at("127.0.0.1:25"))).isEmpty();
        assertThat(identity.match(at("10.0.0.5:25"))).isEmpty();
    }

    @Test
    void anExchangerOnALoopbackAddressIsThisMachine() {
        SiteIdentity identity = SiteIdentity.of(new SampleSite().listener("internet", "203.0.113.7:25").settings(), Map.of(), MACHINE);
        assertThat(identity.matchExchanger(at("127.0.0.1:25"))).isPresent();
        assertThat(identity.matchExchanger(at("[::1]:25"))).isPresent();
        assertThat(identity.matchExchanger(at("0.0.0.0:25"))).isPresent();
        assertThat(identity.matchExchanger(at("198.51.100.1:25"))).isEmpty();
    }

    @Test
    void inATestNetworkOnLoopbackAddressesTheyAreToldApart() {
        SiteIdentity identity = SiteIdentity.of(new SampleSite().listener("internet", "127.0.0.2:2525").settings(), Map.of(), MACHINE);
        assertThat(identity.matchExchanger(at("127.0.0.2:2525"))).isPresent();
        assertThat(identity.matchExchanger(at("127.0.0.3:2525"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"mx1.example.com, true", "MX1.Example.COM, true", "mail.example.com, true", "example.com, false", "a.mx1.example.com, false"})
    void knowsItsNames(String name, boolean expected) {
        assertThat(site().matchName(Domain.of(name)).isPresent()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"mx1.example.com, 25, true", "MAIL.example.com, 2525, true", "mx1.example.com, 10025, false", "other.example.com, 25, false"})
    void aHopNamedLikeUsIsUsAtOurPortsAlone(String host, int port, boolean expected) {
        assertThat(site().matchHost(host, port).isPresent()).isEqualTo(expected);
    }

    @Test
    void everyEntryKnowsItsLine() {
        SiteIdentity identity = SiteIdentity.of(ConfigLoader.parse("""
                connector {
                  hostname = mx1.example.com
                }
                listeners { internet { address = "203.0.113.7:25" } }
                identity {
                  addresses = ["198.51.100.9",
                    "198.51.100.10:2626"]
                  names = mail.example.com
                }
                delivery { ehlo-name = out.example.com }
                next-hops {
                  provider { url = "smtp://relay.example.net:587", ehlo-name = client.example.net }
                }
                routes = [{ to = "*", via = provider }]
                domains {
                  "example.com" { kind = relay, front-doors = [
                    filter.example.net] }
                }
                """).orThrow(), Map.of(), List.of());
        assertThat(identity.entries()).extracting(SiteIdentity.Entry::toString).containsExactlyInAnyOrder(
                "203.0.113.7:25: listener internet (203.0.113.7:25) at isthmus.conf:4",
                "198.51.100.9:25: identity.addresses 198.51.100.9:25 at isthmus.conf:6",
                "198.51.100.10:2626: identity.addresses 198.51.100.10:2626 at isthmus.conf:7",
                "mx1.example.com: connector.hostname \"mx1.example.com\" at isthmus.conf:2",
                "mail.example.com: identity.names \"mail.example.com\" at isthmus.conf:8",
                "out.example.com: delivery.ehlo-name \"out.example.com\" at isthmus.conf:10",
                "client.example.net: next-hops.provider.ehlo-name \"client.example.net\" at isthmus.conf:12");
    }

    @Test
    void aFrontDoorIsUsForItsDomainAlone() {
        Settings settings = new SampleSite().listener("internet", "203.0.113.7:25")
                .domain("example.com", SiteDomain.Kind.RELAY, draft -> draft.frontDoors("filter.example.net")).settings();
        SiteIdentity identity = SiteIdentity.of(settings, Map.of(), MACHINE);
        SiteDomain domain = settings.domains().getFirst();
        assertThat(identity.matchName(Domain.of("filter.example.net"))).isEmpty();
        assertThat(identity.forRecipientsOf(domain).matchName(Domain.of("filter.example.net")).orElseThrow())
                .hasToString("front door \"filter.example.net\" of example.com, which hands its mail on to us at isthmus.conf:11");
        assertThat(identity.matchFrontDoor(domain, "Filter.Example.net", 25)).isPresent();
        assertThat(identity.matchFrontDoor(domain, "filter.example.net", 10025)).as("another port of it").isEmpty();
        assertThat(identity.forRecipientsOf(domain).match(at("203.0.113.7:25"))).isPresent();
    }

    @Test
    void whatWasLearnedCountsForItsNextHopAndAQuarterOfAnHour() {
        Machine machine = new Machine();
        LearnedAddresses learned = new LearnedAddresses(machine);
        SiteIdentity identity = SiteIdentity.of(new SampleSite().listener("internet", "203.0.113.7:25").settings(), Map.of(), MACHINE, learned);
        NextHop hop = new NextHop.Exchangers(Domain.of("client.example"));
        learned.proved(at("198.51.100.9:25"), hop, "mx.client.example is listener internet");
        assertThat(identity.match(at("198.51.100.9:25"))).as("it never refuses by itself").isEmpty();
        assertThat(identity.matchLearned(at("198.51.100.9:25"), hop)).isPresent();
        assertThat(identity.matchLearned(at("198.51.100.9:25"), new NextHop.Exchangers(Domain.of("other.example")))).isEmpty();
        assertThat(identity.matchLearned(at("198.51.100.9:2525"), hop)).isEmpty();
        assertThat(identity.entries()).anySatisfy(entry -> {
            assertThat(entry).hasToString("198.51.100.9:25: mx.client.example is listener internet, for mx:client.example");
            assertThat(entry.left()).isEqualTo(Duration.ofMinutes(15));
        });
        machine.now = machine.now.plus(Duration.ofMinutes(15));
        assertThat(identity.matchLearned(at("198.51.100.9:25"), hop)).isEmpty();
        assertThat(identity.entries()).noneMatch(entry -> entry.left() != null);
    }

    @Test
    void aStrangerIsRememberedForEveryHopAndAQuarterOfAnHour() {
        Machine machine = new Machine();
        LearnedAddresses learned = new LearnedAddresses(machine);
        NextHop hop = new NextHop.Named("provider");
        learned.proved(at("198.51.100.9:25"), hop, "it is us");
        learned.stranger(at("198.51.100.9:25"), hop);
        assertThat(learned.match(at("198.51.100.9:25"), hop)).isEmpty();
        assertThat(learned.isStranger(at("198.51.100.9:25"))).isTrue();
        assertThat(learned.isStranger(at("198.51.100.9:26"))).isFalse();
        machine.now = machine.now.plus(Duration.ofMinutes(15));
        assertThat(learned.isStranger(at("198.51.100.9:25"))).isFalse();
        assertThat(learned.entries()).isEmpty();
    }

    @Test
    void listsItsEntriesForPeople() {
        assertThat(site().entries()).extracting(SiteIdentity.Entry::toString).contains(
                "every IPv4 address of this machine, port 25: listener internet (0.0.0.0:25) at isthmus.conf:10", "mx1.example.com: connector.hostname \"mx1.example.com\"");
    }

    @Test
    void theLiveIdentityFollowsListenersInterfacesAndConfiguration() {
        Machine machine = new Machine();
        LiveIdentity live = new LiveIdentity(machine, machine);
        Snapshot snapshot = new SampleSite().listener("internet", "0.0.0.0:0").snapshot();
        machine.addresses.add(InetAddress.ofLiteral("203.0.113.7"));
        assertThat(live.current(snapshot).match(at("203.0.113.7:40025"))).isEmpty();
        live.bound(Map.of("internet", at("0.0.0.0:40025")));
        SiteIdentity first = live.current(snapshot);
        assertThat(first.match(at("203.0.113.7:40025"))).isPresent();
        assertThat(live.current(snapshot)).isSameAs(first);
        machine.addresses.add(InetAddress.ofLiteral("203.0.113.8"));
        machine.now = machine.now.plusSeconds(61);
        assertThat(live.current(snapshot).match(at("203.0.113.8:40025"))).isPresent();
        Snapshot next = new SampleSite().listener("inside", "10.0.0.5:25").snapshot();
        assertThat(live.current(next).match(at("10.0.0.5:25"))).isPresent();
    }

    private static final class Machine implements Network, Time {
        private final List<InetAddress> addresses = new ArrayList<>();
        private Duration now = Duration.ZERO;

        @Override
        public List<InetAddress> localAddresses() {
            return List.copyOf(addresses);
        }

        @Override
        public Listener listen(InetSocketAddress at) throws IOException {
            throw new IOException("nobody listens here");
        }

        @Override
        public Connection connect(@Nullable InetSocketAddress from, InetSocketAddress to, Duration limit) throws IOException {
            throw new IOException("nobody connects here");
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public Duration elapsed() {
            return now;
        }

        @Override
        public void sleep(Duration duration) {
            now = now.plus(duration);
        }
    }
}
