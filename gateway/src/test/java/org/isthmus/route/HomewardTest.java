// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.isthmus.address.Domain;
import org.isthmus.config.SampleSite;
import org.isthmus.config.Settings.Loopback;
import org.isthmus.config.Settings.SiteDomain.Kind;
import org.isthmus.loop.LearnedAddresses;
import org.isthmus.transit.Cause;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.Step;
import org.isthmus.transit.Way;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Ways that lead home for the recipients of some domains alone, or that the wire has shown to lead home: front doors and learned addresses. Layer 2.
class HomewardTest {
    private final SampleRouting routing = new SampleRouting();

    HomewardTest() {
        routing.dns.mx("client.example", 10, "filter.example").mx("client.example", 20, "mx1.example.com").address("filter.example", "198.51.100.1")
                .address("mx1.example.com", "203.0.113.7").mx("stranger.example", 10, "filter.example");
        routing.site.hop("client", "smtp://192.0.2.9:25");
        routing.site.route("*", "mx");
    }

    private void learn(String address, NextHop hop) {
        routing.learned.proved(SampleSite.socket(address), hop, "filter.example is listener internet");
    }

    @Test
    void aFilterThatServesManyIsAStrangerForAllOthers() {
        routing.site.domain("client.example", Kind.RELAY, d -> d.frontDoors("filter.example").deliverTo("mx"));
        assertThat(routing.text("x@stranger.example")).isEqualTo("mx:stranger.example=filter.example");
        assertThat(routing.route("x@stranger.example").kind()).isEqualTo(RecipientClass.REMOTE);
    }

    @Test
    void aRelayDomainBehindItsFrontDoorHasNoWayByDns() {
        routing.site.domain("client.example", Kind.RELAY, d -> d.frontDoors("filter.example"));
        Routing routed = routing.route("x@client.example");
        assertThat(SampleRouting.text(routed.route())).isEqualTo("fail 5.4.6 Looped");
        assertThat(((Cause.Looped) ((Route.Fail) routed.route()).cause()).evidence().finding()).contains("front door \"filter.example\" of client.example", "isthmus.conf:");
    }

    @Test
    void withoutTheDeclarationTheBetterExchangerIsTheWay() {
        routing.site.domain("client.example", Kind.RELAY, d -> d);
        assertThat(routing.text("x@client.example")).isEqualTo("mx:client.example=filter.example");
    }

    @Test
    void aRelayDomainTurnsAroundAtItsFrontDoorToItsServer() {
        routing.site.domain("client.example", Kind.RELAY, d -> d.frontDoors("filter.example").deliverTo("client"));
        routing.site.route("client.example", "mx");
        assertThat(routing.text("x@client.example")).isEqualTo("client*");
    }

    @ParameterizedTest
    @CsvSource({"25, fail 5.4.6 Looped", "10025, filter"})
    void aSmarthostThatIsAFrontDoorIsOneAtThePortOfExchangersAlone(int port, String expected) {
        routing.site.hop("filter", "smtp://filter.example:" + port).domain("client.example", Kind.RELAY, d -> d.frontDoors("filter.example"));
        routing.site.route("client.example", "filter");
        assertThat(routing.text("x@client.example")).isEqualTo(expected);
    }

    @Test
    void mailThatMayLeaveIsNotSentToAFrontDoorThatItCouldNotBeDeliveredFrom() {
        routing.dns.mx("example.com", 10, "filter.example");
        routing.site.loopback(Loopback.SEND).domain("example.com", Kind.AUTHORITATIVE, d -> d.frontDoors("filter.example").deliverTo("mx"));
        assertThat(routing.text("bob@example.com")).isEqualTo("fail 5.4.6 Looped");
    }

    @Test
    void aWayThatMayComeHomeSaysSo() {
        routing.dns.mx("example.com", 10, "filter.example");
        routing.site.hop("store", "lmtp://10.0.0.9:24").loopback(Loopback.SEND).domain("example.com", Kind.AUTHORITATIVE, d -> d.deliverTo("store")).route("example.com", "mx");
        Way way = ((Route.Deliver) routing.route("bob@example.com").route()).ways().getFirst();
        assertThat(way.homeward()).isTrue();
        assertThat(way.inside()).isFalse();
        assertThat(((Route.Deliver) routing.route("x@stranger.example").route()).ways().getFirst().homeward()).isFalse();
    }

    @Test
    void anAddressLearnedToBeOursTurnsARelayDomainAround() {
        routing.site.domain("client.example", Kind.RELAY, d -> d.deliverTo("client")).route("client.example", "mx");
        assertThat(routing.text("x@client.example")).isEqualTo("mx:client.example=filter.example");
        learn("198.51.100.1:25", new NextHop.Exchangers(Domain.of("client.example")));
        Routing routed = routing.route("x@client.example");
        assertThat(SampleRouting.text(routed.route())).isEqualTo("client*");
        assertThat(routed.steps()).filteredOn(step -> step.stage().equals("relay")).flatExtracting(Step::evidence)
                .containsExactly("filter.example is listener internet, learned on the wire and counted for 900 s more");
        routing.time.now = LearnedAddresses.KEPT;
        assertThat(routing.text("x@client.example")).as("when it is forgotten").isEqualTo("mx:client.example=filter.example");
    }


    @Test
    void anAddressLearnedToBeOursRefusesNobody() {
        routing.site.domain("client.example", Kind.RELAY, d -> d);
        learn("198.51.100.1:25", new NextHop.Exchangers(Domain.of("client.example")));
        learn("198.51.100.1:25", new NextHop.Exchangers(Domain.of("stranger.example")));
        assertThat(routing.text("x@client.example")).isEqualTo("mx:client.example=filter.example");
        assertThat(routing.text("x@stranger.example")).isEqualTo("mx:stranger.example=filter.example");
    }

    @Test
    void whatWasLearnedForOneDomainIsNothingToAnother() {
        routing.site.domain("client.example", Kind.RELAY, d -> d.deliverTo("client")).route("client.example", "mx");
        learn("198.51.100.1:25", new NextHop.Exchangers(Domain.of("stranger.example")));
        assertThat(routing.text("x@client.example")).isEqualTo("mx:client.example=filter.example");
    }

    @Test
    void anExchangerNamedLikeUsIsUs() {
        routing.dns.mx("other.example", 10, "mx1.example.com").address("mx1.example.com", "198.51.100.77");
        assertThat(routing.route("x@other.example").kind()).as("an exchanger named like us, wherever DNS puts it").isEqualTo(RecipientClass.DANGLING);
    }
}
