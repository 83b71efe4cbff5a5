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
import org.isthmus.config.SampleSite;
import org.isthmus.config.Snapshot;
import org.isthmus.platform.Connection;
import org.isthmus.platform.Listener;
import org.isthmus.platform.Network;
import org.isthmus.platform.Time;
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
    void listsItsEntriesForPeople() {
        assertThat(site().entries()).contains(
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
