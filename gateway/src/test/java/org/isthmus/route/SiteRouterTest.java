// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.Settings.SiteDomain.Kind;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientClass;
import org.isthmus.smtp.TlsWish;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Way;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SiteRouterTest {
    private final SampleRouting routing = new SampleRouting();

    private static Router.Facts facts(String from, long size, int attempts) {
        return new Router.Facts(from.isEmpty() ? ReversePath.NULL : new ReversePath.To(Mailbox.of(from)), size, attempts, false);
    }

    private static Recipient recipient(String address, String... via) {
        List<Mailbox> before = new ArrayList<>();
        for (String one : via) {
            before.add(Mailbox.of(one));
        }
        return new Recipient(Mailbox.of(address), RcptParameters.NONE, before);
    }

    @Test
    void aRouteMayBeForMailThatRequiresTlsAlone() {
        routing.site.hop("vault", "smtp://10.0.0.7:25").hop("other", "smtp://10.0.0.8:25").routeByTls("*", "vault", true).routeByTls("*", "other", false);
        assertThat(routing.text("b@elsewhere.example", Router.Facts.of(SampleRouting.SENDER).with(TlsWish.REQUIRED))).isEqualTo("vault");
        for (TlsWish wish : List.of(TlsWish.UNSAID, TlsWish.WAIVED)) {
            assertThat(routing.text("b@elsewhere.example", Router.Facts.of(SampleRouting.SENDER).with(wish))).isEqualTo("other");
        }
    }

    // Addresses of the site.

    @Test
    void aKnownAddressGoesToItsStore() {
        routing.site.hop("store", "lmtp://10.0.0.9:24").domain("example.com", Kind.AUTHORITATIVE, d -> d.deliverTo("store")).route("*", "mx");
        Routing routed = routing.route("Bob@example.com");
        assertThat(routed.kind()).isEqualTo(RecipientClass.SITE_KNOWN);
        assertThat(routed.route()).isInstanceOfSatisfying(Route.Deliver.class, deliver -> assertThat(deliver.ways()).singleElement().satisfies(way -> {
            assertThat(way.inside()).isTrue();
            assertThat(way.protocol()).isEqualTo(Way.Protocol.LMTP);
            assertThat(way.exchanges().getFirst().addresses()).containsExactly(new InetSocketAddress("10.0.0.9", 24));
        }));
        assertThat(routing.dns.asked).as("a site address asks nobody").isEmpty();
    }

    @Test
    void theBareStarIsNoWayForADomainOfTheSite() {
        routing.site.domain("example.com", Kind.AUTHORITATIVE, d -> d).route("*", "mx");
        routing.dns.mx("example.com", 10, "filter.example").address("filter.example", "198.51.100.60");
        Routing routed = routing.route("bob@example.com");
        assertThat(SampleRouting.text(routed.route())).isEqualTo("wait 4.3.5");
        assertThat(routed.steps()).anySatisfy(step -> assertThat(step.lost()).contains("routes[0] to=\"*\" via=mx: a bare * is no way for a domain of the site"));
    }

    @Test
    void aRouteThatNamesTheDomainGoesBeforeDeliverTo() {
        routing.site.hop("store", "lmtp://10.0.0.9:24").hop("archive", "lmtp://10.0.0.10:24").domain("*.example.com", Kind.AUTHORITATIVE, d -> d.deliverTo("store"))
                .route("*.example.com", "archive");
        assertThat(routing.text("bob@sales.example.com")).isEqualTo("archive*");
    }

    @Test
    void aRouteWhoseConditionDoesNotHoldLeavesDeliverTo() {
        routing.site.hop("store", "lmtp://10.0.0.9:24").hop("large", "lmtp://10.0.0.10:24").domain("example.com", Kind.AUTHORITATIVE, d -> d.deliverTo("store"))
                .route("example.com", "large", 0, null, 1_000_000L, null, null);
        assertThat(routing.text("bob@example.com", facts("a@b.example", 10, 0))).isEqualTo("store*");
        assertThat(routing.text("bob@example.com", facts("a@b.example", 2_000_000, 0))).isEqualTo("large*");
    }

    @Test
    void anUnknownAddressFailsAtOnce() {
        routing.site.hop("store", "lmtp://10.0.0.9:24").domain("example.com", Kind.AUTHORITATIVE, d -> d.glob("alice").deliverTo("store"));
        Routing routed = routing.route("bob@example.com");
        assertThat(routed.kind()).isEqualTo(RecipientClass.SITE_UNKNOWN);
        assertThat(SampleRouting.text(routed.route())).isEqualTo("fail 5.1.1 Decided");
    }

    @Test
    void anUnreadableSourceDefers() {
        routing.site.hop("store", "lmtp://10.0.0.9:24").domain("example.com", Kind.AUTHORITATIVE, d -> d.file("/missing").deliverTo("store"));
        assertThat(routing.text("bob@example.com")).isEqualTo("wait 4.3.0");
    }

    @Test
    void severalInsideHopsShareAndFollowOneAnother() {
        routing.site.hop("a", "lmtp://10.0.0.1:24").hop("b", "lmtp://10.0.0.2:24").hop("c", "lmtp://10.0.0.3:24").domain("example.com", Kind.AUTHORITATIVE, d -> d)
                .route("example.com", "c", 2, null).route("example.com", "a", 1, null).route("example.com", "b", 1, null);
        Set<String> orders = new HashSet<>();
        for (routing.seed = 0; routing.seed < 40; routing.seed++) {
            orders.add(routing.text("bob@example.com"));
        }
        assertThat(orders).containsExactlyInAnyOrder("a* b* c*", "b* a* c*");
    }

    @Test
    void anOutwardWayBehindAnInsideOneIsNotUsed() {
        routing.site.hop("store", "lmtp://10.0.0.1:24").domain("example.com", Kind.AUTHORITATIVE, d -> d).route("example.com", "store", 1, null).route("example.com", "mx", 2, null);
        assertThat(routing.text("bob@example.com")).isEqualTo("store*");
        assertThat(routing.dns.asked).isEmpty();
    }

    @Test
    void aHopThatServesStrangersIsOutwardThoughADomainNamesIt() {
        routing.site.hop("provider", "smtp://198.51.100.50:587").domain("example.com", Kind.AUTHORITATIVE, d -> d.deliverTo("provider")).route("*", "provider");
        assertThat(routing.text("bob@example.com")).isEqualTo("fail 5.4.6 Looped");
        assertThat(routing.text("bob@far.example")).isEqualTo("provider");
    }

    @Test
    void insideCanBeSaidOutright() {
        routing.site.hop("both", "smtp://10.0.0.1:25", Optional.of(true)).hop("cloud", "smtp://198.51.100.50:25", Optional.of(false))
                .domain("example.com", Kind.AUTHORITATIVE, d -> d.deliverTo("both")).domain("cloud.example", Kind.AUTHORITATIVE, d -> d.deliverTo("cloud")).route("*", "both");
        assertThat(routing.text("bob@example.com")).isEqualTo("both*");
        assertThat(routing.text("bob@cloud.example")).isEqualTo("fail 5.4.6 Looped");
    }

    @Test
    void postmasterGoesToItsHop() {
        routing.site.hop("store", "lmtp://10.0.0.1:24").hop("admin", "smtp://10.0.0.2:25").domain("example.com", Kind.AUTHORITATIVE, d -> d.glob("x").deliverTo("store"));
        routing.site.postmasterTo = "admin";
        assertThat(routing.text("PostMaster@example.com")).isEqualTo("admin");
        assertThat(routing.text("abuse@example.com")).isEqualTo("admin");
        assertThat(routing.text("post@example.com")).isEqualTo("fail 5.1.1 Decided");
        assertThat(routing.text("x@example.com")).isEqualTo("store*");
    }

    // Shared domains.

    @Test
    void inASharedDomainKnownOnesStayAndOthersGoElsewhere() {
        routing.site.hop("store", "lmtp://10.0.0.1:24").hop("legacy", "smtp://10.0.0.2:25")
                .domain("example.com", Kind.SHARED, d -> d.glob("new*").deliverTo("store").elsewhere("legacy"));
        assertThat(routing.text("new1@example.com")).isEqualTo("store*");
        Routing routed = routing.route("old1@example.com");
        assertThat(routed.kind()).isEqualTo(RecipientClass.SITE_SHARED);
        assertThat(SampleRouting.text(routed.route())).isEqualTo("legacy");
        assertThat(routing.text("old1@example.com", new Router.Facts(SampleRouting.SENDER, 0, 0, false, 2))).isEqualTo("legacy");
        assertThat(routing.text("old1@example.com", new Router.Facts(SampleRouting.SENDER, 0, 0, false, 3))).isEqualTo("fail 5.4.6 Looped");
    }

    @Test
    void elsewhereThatIsOurselvesIsALoopAtOnce() {
        routing.site.hop("legacy", "smtp://203.0.113.7:25").domain("example.com", Kind.SHARED, d -> d.glob("new*").elsewhere("legacy"))
                .domain("mx.example", Kind.SHARED, d -> d.glob("new*").elsewhere("mx"));
        routing.dns.mx("mx.example", 10, "mx1.example.com");
        assertThat(routing.text("old@example.com")).isEqualTo("fail 5.4.6 Looped");
        assertThat(routing.text("old@mx.example")).isEqualTo("fail 5.4.6 Looped");
    }

    // Relay domains.

    @ParameterizedTest
    @CsvSource({
        "10 theirs 20 mx1.example.com, mx:client.example=theirs",
        "10 mx1.example.com 20 theirs, fail 5.4.6 Looped",
        "10 down 20 mx1.example.com, wait 4.4.3",
    })
    void aRelayDomainGoesToItsBetterExchangers(String records, String expected) {
        String[] parts = records.split(" ");
        for (int i = 0; i < parts.length; i += 2) {
            routing.dns.mx("client.example", Integer.parseInt(parts[i]), parts[i + 1]);
        }
        routing.dns.address("theirs", "192.0.2.1").failing("down");
        routing.site.domain("client.example", Kind.RELAY, d -> d);
        assertThat(routing.text("x@client.example")).isEqualTo(expected);
        assertThat(routing.route("x@client.example").kind()).isEqualTo(RecipientClass.CLIENT_RELAY);
    }

    @Test
    void aRelayDomainWithAServerGoesThereAndFallsBackOnItWhenItsMxIsUs() {
        routing.site.hop("client", "smtp://192.0.2.9:25").domain("client.example", Kind.RELAY, d -> d.deliverTo("client"));
        assertThat(routing.text("x@client.example")).isEqualTo("client*");
        routing.site.route("client.example", "mx");
        routing.dns.mx("client.example", 10, "mx1.example.com");
        assertThat(routing.text("x@client.example")).isEqualTo("client*");
    }

    @Test
    void whereARelayDomainListsItsRecipientsOthersAreRefused() {
        routing.site.domain("client.example", Kind.RELAY, d -> d.glob("info"));
        routing.dns.mx("client.example", 10, "theirs").address("theirs", "192.0.2.1");
        assertThat(routing.text("info@client.example")).isEqualTo("mx:client.example=theirs");
        assertThat(routing.text("other@client.example")).isEqualTo("fail 5.1.1 Decided");
    }

    // Everybody else.

    @Test
    void withoutAMatchingAddressSpaceThereIsNoWay() {
        routing.site.hop("partner", "smtp://192.0.2.9:25").route("partner.example", "partner");
        assertThat(routing.text("x@partner.example")).isEqualTo("partner");
        assertThat(routing.text("x@other.example")).isEqualTo("fail 5.4.4 Decided");
    }

    @ParameterizedTest
    @CsvSource({
        "x@a.example, exact", "x@A.EXAMPLE, exact", "x@b.a.example, below", "x@c.deep.a.example, deeper", "x@deep.a.example, below", "x@nota.example, all",
        "x@[192.0.2.200], all",
    })
    void theBestFittingSpaceWinsWhateverTheCosts(String address, String expected) {
        routing.site.hop("exact", "smtp://192.0.2.1:25").hop("below", "smtp://192.0.2.2:25").hop("deeper", "smtp://192.0.2.3:25").hop("all", "smtp://192.0.2.4:25")
                .route("*", "all", 0, null).route("*.a.example", "below", 5, null).route("*.deep.a.example", "deeper", 9, null).route("a.example", "exact", 99, null);
        assertThat(routing.text(address)).isEqualTo(expected);
    }

    @Test
    void equalCostsShareTheLoadAndTheNextCostComesBehind() {
        for (String name : List.of("a", "b", "c")) {
            routing.site.hop(name, "smtp://192.0.2." + (name.charAt(0) - 'a' + 1) + ":25");
        }
        routing.site.route("*", "c", 10, null).route("*", "a", 1, null).route("*", "b", 1, null);
        int first = 0;
        for (routing.seed = 0; routing.seed < 400; routing.seed++) {
            String order = routing.text("x@far.example");
            assertThat(order).isIn("a b c", "b a c");
            first += order.startsWith("a") ? 1 : 0;
        }
        assertThat(first).isBetween(150, 250);
    }

    @ParameterizedTest
    @CsvSource({
        "news@list.example, 10, bulk", "news-7@list.example, 10, all", "a@shop.example, 10, shop", "a@x.shop.example, 10, all", "a@x.below.example, 10, below", "'', 10, null",
        "a@b.example, 5000000, big", "a@b.example, 1000000, all", "a@b.example, 1000001, big",
    })
    void conditionsChooseAmongEqualSpaces(String from, long size, String expected) {
        for (String name : List.of("bulk", "shop", "below", "null", "big", "all")) {
            routing.site.hop(name, "smtp://192.0.2.1:25");
        }
        routing.site.route("*", "all", 9, null).route("*", "bulk", 0, "News@list.example", null, null, null).route("*", "shop", 0, "shop.example", null, null, null)
                .route("*", "below", 0, "*.below.example", null, null, null).route("*", "null", 0, "<>", null, null, null).route("*", "big", 0, null, 1_000_001L, null, null);
        assertThat(routing.text("x@far.example", facts(from, size, 0)).split(" ")[0]).isEqualTo(expected);
    }

    @Test
    void maxSizeKeepsLargeOnesOut() {
        routing.site.hop("thin", "smtp://192.0.2.1:25").hop("wide", "smtp://192.0.2.2:25")
                .route("*", "thin", 0, null, null, 1000L, null).route("*", "wide", 1, null);
        assertThat(routing.text("x@far.example", facts("a@b.example", 1000, 0))).isEqualTo("thin wide");
        Routing routed = routing.route("x@far.example", facts("a@b.example", 1001, 0));
        assertThat(SampleRouting.text(routed.route())).isEqualTo("wide");
        assertThat(routed.steps().getFirst().lost()).containsExactly("routes[0] to=\"*\" via=thin: only up to 1000 B, and this has 1001 B");
    }

    @Test
    void theFallbackTakesOverAfterItsAttempts() {
        routing.site.hop("main", "smtp://192.0.2.1:25").hop("spare", "smtp://192.0.2.2:25").route("*", "main", 0, "spare");
        assertThat(routing.text("x@far.example", facts("a@b.example", 0, 2))).isEqualTo("main");
        assertThat(routing.text("x@far.example", facts("a@b.example", 0, 3))).isEqualTo("spare main");
        assertThat(routing.route("x@far.example", facts("a@b.example", 0, 2)).steps().getFirst().lost()).singleElement().asString().contains("fallback=spare: takes over after 3 attempts");
    }

    @Test
    void aDomainWhoseBestMxWeAreIsDangling() {
        routing.site.route("*", "mx");
        routing.dns.mx("dangling.example", 10, "mx1.example.com").address("mx1.example.com", "203.0.113.7");
        Routing routed = routing.route("x@dangling.example");
        assertThat(routed.kind()).isEqualTo(RecipientClass.DANGLING);
        assertThat(routed.route()).isInstanceOfSatisfying(Route.Fail.class, fail -> assertThat(fail.cause()).isInstanceOfSatisfying(Cause.Looped.class, looped -> {
            assertThat(looped.status()).hasToString("5.4.6");
            assertThat(looped.evidence().layer()).isEqualTo("L2");
            assertThat(looped.evidence().finding()).contains("dangling.example", "not among our domains");
            assertThat(looped.evidence().evidence()).contains("dangling.example MX 10 mx1.example.com (TTL 300 s, from 192.0.2.53:53)");
        }));
    }

    @Test
    void aSmarthostThatIsOurselvesIsSaidToBeALoop() {
        routing.site.hop("provider", "smtp://mail.hosted.example:25").route("*", "provider");
        routing.dns.address("mail.hosted.example", "203.0.113.7");
        Routing routed = routing.route("x@far.example");
        assertThat(routed.kind()).isEqualTo(RecipientClass.REMOTE);
        assertThat(routed.route()).isInstanceOfSatisfying(Route.Fail.class, fail -> assertThat(fail.cause()).isInstanceOfSatisfying(Cause.Looped.class, looped -> {
            assertThat(looped.evidence().finding()).isEqualTo("routes[0] to=\"*\" via=provider leads to ourselves: listener internet (203.0.113.7:25) at isthmus.conf:10");
            assertThat(looped.evidence().at()).isEqualTo(new SourceLine("isthmus.conf", 12));
        }));
    }

    @ParameterizedTest
    @CsvSource({"smtp://localhost:2525, true", "smtp://127.0.0.1:2525, true", "smtp://[::1]:2525, true", "smtp://0.0.0.0:2525, true", "smtp://mx1.example.com:2525, true", "smtp://127.0.0.1:10025, false",
        "smtp://203.0.113.7:10025, false"})
    void aHopIsComparedWithListenersByAddressAndPort(String url, boolean ourselves) {
        routing.site.listener("everywhere", "[::]:2525").hop("filter", url).route("*", "filter");
        assertThat(routing.text("x@far.example")).isEqualTo(ourselves ? "fail 5.4.6 Looped" : "filter");
    }

    @Test
    void anotherHopIsTakenWhereOneIsOurselvesOrCannotBeFound() {
        routing.site.hop("self", "smtp://203.0.113.7:25").hop("lost", "smtp://lost.example:25").hop("good", "smtp://192.0.2.1:25")
                .route("*", "self", 1, null).route("*", "lost", 2, null).route("*", "good", 3, null);
        assertThat(routing.text("x@far.example")).isEqualTo("good");
    }

    @Test
    void aHopThatCannotBeFoundMakesMailWaitAndNeverFail() {
        routing.site.hop("lost", "smtp://lost.example:25").hop("down", "smtp://down.example:25").hop("empty", "smtp://empty.example:25")
                .route("lost.test", "lost").route("down.test", "down").route("empty.test", "empty").route("both.test", "down", 0, null).route("both.test", "mx", 1, null);
        routing.dns.failing("down.example").exists("empty.example").mx("both.test", 10, "mx.both.test").address("mx.both.test", "192.0.2.1");
        assertThat(routing.text("x@lost.test")).isEqualTo("wait 4.4.3");
        assertThat(routing.text("x@down.test")).isEqualTo("wait 4.4.3");
        assertThat(routing.text("x@empty.test")).isEqualTo("wait 4.4.3");
        assertThat(routing.text("x@both.test")).isEqualTo("mx:both.test=mx.both.test");
    }

    @Test
    void whatDnsSaysForGoodAboutTheDomainIsTrueOnEveryWay() {
        routing.site.hop("provider", "smtp://192.0.2.1:25").route("*", "mx", 1, null).route("*", "provider", 2, null);
        routing.dns.mx("null.example", 0, "").failing("trouble.example");
        assertThat(routing.text("x@none.example")).isEqualTo("fail 5.1.2 Unresolved");
        assertThat(routing.text("x@null.example")).isEqualTo("fail 5.1.10 Unresolved");
        assertThat(routing.text("x@trouble.example")).isEqualTo("provider");
    }

    @Test
    void aHopOfManyAddressesSharesTheLoad() {
        routing.site.hop("pool", "smtp://pool.example:25").route("*", "pool");
        routing.dns.address("pool.example", "192.0.2.1", "192.0.2.2", "192.0.2.3");
        Set<List<InetSocketAddress>> orders = new HashSet<>();
        for (routing.seed = 0; routing.seed < 60; routing.seed++) {
            orders.add(((Route.Deliver) routing.route("x@far.example").route()).ways().getFirst().exchanges().getFirst().addresses());
        }
        assertThat(orders).hasSize(6);
    }

    @Test
    void aNextHopThatDoesNotExistWaitsForItsCorrection() {
        routing.site.route("*", "nowhere");
        assertThat(routing.text("x@far.example")).isEqualTo("wait 4.3.5");
    }

    @ParameterizedTest
    @CsvSource({"x@[192.0.2.1], '[192.0.2.1]'", "x@[IPv6:2001:db8::1], '[IPv6:2001:db8::1]'", "x@[203.0.113.7], fail 5.1.1 Decided", "x@[127.0.0.1], fail 5.1.1 Decided",
        "x@[224.0.0.1], fail 5.1.2 Decided"})
    void addressLiteralsGoStraightThere(String address, String expected) {
        routing.site.route("*", "mx");
        assertThat(routing.text(address)).isEqualTo(expected);
        assertThat(routing.dns.asked).isEmpty();
    }

    @Test
    void theMxPortIsThatOfTheIdentity() {
        routing.site.mxPort = 2525;
        routing.site.route("*", "mx");
        routing.dns.mx("x.example", 10, "a.x.example").address("a.x.example", "203.0.113.7");
        Route route = routing.route("x@x.example").route();
        assertThat(((Route.Deliver) route).ways().getFirst().exchanges().getFirst().addresses()).containsExactly(new InetSocketAddress("203.0.113.7", 2525));
    }

    // Aliases.

    @Test
    void anAliasIsReplacedByWhatItStandsFor() {
        routing.files.write("/a", "team@example.com: alice@example.com, bob@far.example\none@example.com: alice@example.com\n");
        routing.site.hop("store", "lmtp://10.0.0.9:24").domain("example.com", Kind.AUTHORITATIVE, d -> d.glob("alice").aliases("/a").catchAll("alice@example.com").deliverTo("store"));
        assertThat(routing.text("team@example.com")).isEqualTo("expand alice@example.com bob@far.example");
        assertThat(routing.text("one@example.com")).isEqualTo("forward alice@example.com");
        assertThat(routing.text("nobody@example.com")).isEqualTo("forward alice@example.com");
    }

    @Test
    void anAliasThatNamesItselfKeepsACopy() {
        routing.files.write("/a", "bob@example.com: Bob@example.com, carol@example.com\n");
        routing.site.hop("store", "lmtp://10.0.0.9:24").domain("example.com", Kind.AUTHORITATIVE, d -> d.glob("[bc]*").aliases("/a").deliverTo("store"));
        assertThat(routing.ends("bob@example.com")).containsExactly("Bob@example.com store*", "carol@example.com store*");
    }

    @Test
    void aliasesInACircleEndAndSaySo() {
        routing.files.write("/a", "a@example.com: b@example.com\nb@example.com: c@example.com, d@example.com\nc@example.com: A@example.com\n");
        routing.site.hop("store", "lmtp://10.0.0.9:24").domain("example.com", Kind.AUTHORITATIVE, d -> d.glob("d").aliases("/a").deliverTo("store"));
        assertThat(routing.ends("a@example.com")).containsExactly("A@example.com fail 5.4.6 Looped", "d@example.com store*");
        Routing routed = routing.route(recipient("A@example.com", "a@example.com", "b@example.com", "c@example.com"), Router.Facts.of(SampleRouting.SENDER));
        assertThat(((Cause.Looped) ((Route.Fail) routed.route()).cause()).evidence().evidence()).containsExactly("a@example.com -> b@example.com -> c@example.com -> A@example.com");
    }

    @Test
    void aCircleThroughASubAddressEnds() {
        routing.files.write("/a", "a@example.com: a+x@example.com\n");
        routing.site.hop("store", "lmtp://10.0.0.9:24").domain("example.com", Kind.AUTHORITATIVE, d -> d.glob("d").aliases("/a").subAddressing('+').deliverTo("store"));
        assertThat(routing.ends("a@example.com")).containsExactly("a+x@example.com fail 5.4.6 Looped");
    }

    @Test
    void expansionsWithoutEndAreCutOff() {
        StringBuilder aliases = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            aliases.append("a").append(i).append("@example.com: a").append(i + 1).append("@example.com\n");
        }
        routing.files.write("/a", aliases.toString());
        routing.site.hop("store", "lmtp://10.0.0.9:24").domain("example.com", Kind.AUTHORITATIVE, d -> d.aliases("/a").deliverTo("store"));
        assertThat(routing.ends("a0@example.com")).containsExactly("a20@example.com fail 5.4.6 Looped");
        assertThat(routing.ends("a85@example.com")).containsExactly("a100@example.com store*");
    }

    @Test
    void aCatchAllThatIsNobodyFailsInsteadOfCircling() {
        routing.site.hop("store", "lmtp://10.0.0.9:24").domain("example.com", Kind.AUTHORITATIVE, d -> d.glob("alice").catchAll("box@example.com").deliverTo("store"));
        assertThat(routing.ends("nobody@example.com")).containsExactly("box@example.com fail 5.1.1 Decided");
    }

    @Test
    void aSubAddressIsDeliveredWhole() {
        routing.site.hop("store", "lmtp://10.0.0.9:24").domain("example.com", Kind.AUTHORITATIVE, d -> d.glob("alice").subAddressing('+').deliverTo("store"));
        assertThat(routing.ends("alice+Tag@example.com")).containsExactly("alice+Tag@example.com store*");
    }

    @Test
    void everyDecisionTellsItsStepsInOrder() {
        routing.site.hop("store", "lmtp://10.0.0.9:24").domain("example.com", Kind.AUTHORITATIVE, d -> d.deliverTo("store")).route("example.com", "mx");
        List<String> stages = new ArrayList<>();
        routing.route("bob@example.com").steps().forEach(step -> stages.add(step.stage()));
        assertThat(stages).containsExactly("directory", "class", "route", "loopback", "hop");
        assertThat(Collections.frequency(stages, "loopback")).isEqualTo(1);
    }
}
