// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.isthmus.config.Settings.Loopback;
import org.isthmus.config.Settings.SiteDomain.Kind;
import org.isthmus.transit.Cause;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.SourceLine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The setting of the origin: every policy, on every kind of way that leads outward, with an inside hop and without one.
class LoopbackTest {
    private static final Router.Facts FIRST = new Router.Facts(SampleRouting.SENDER, 1000, 0, false);
    private static final Router.Facts RETURNED = new Router.Facts(SampleRouting.SENDER, 1000, 0, false, 1);
    private static final Router.Facts RELEASED = new Router.Facts(SampleRouting.SENDER, 1000, 0, true);

    private static SampleRouting site(Loopback policy, String way, boolean inside) {
        SampleRouting routing = new SampleRouting();
        routing.site.loopback(policy)
                .hop("store", "lmtp://10.0.0.9:24").hop("ourselves", "smtp://203.0.113.7:25").hop("provider", "smtp://198.51.100.50:587");
        routing.site.domain("example.com", Kind.AUTHORITATIVE, d -> inside ? d.deliverTo("store") : way.equals("deliver-to mx") ? d.deliverTo("mx") : d);
        routing.dns.address("mx1.example.com", "203.0.113.7").address("filter.example", "198.51.100.60");
        routing.dns.mx("example.com", 10, way.equals("mx to us") ? "mx1.example.com" : "filter.example");
        switch (way) {
            case "mx to us" -> routing.site.route("example.com", "mx");
            case "smarthost to us" -> routing.site.route("example.com", "ourselves");
            case "outside smarthost" -> routing.site.route("example.com", "provider");
            // With deliver-to = mx there is no other way; an inside hop can only stand beside a route.
            case "deliver-to mx" -> {
                if (inside) {
                    routing.site.route("example.com", "mx");
                }
            }
            default -> throw new IllegalArgumentException(way);
        }
        return routing;
    }

    @ParameterizedTest(name = "{0}, {1}, inside hop {2}: {3}; returned {4}; released {5}")
    @CsvSource({
        "TURN_AROUND, mx to us, true, store*, store*, store*",
        "TURN_AROUND, smarthost to us, true, store*, store*, store*",
        "TURN_AROUND, outside smarthost, true, store*, store*, store*",
        "TURN_AROUND, deliver-to mx, true, store*, store*, store*",
        "TURN_AROUND, mx to us, false, fail 5.4.6 Looped, fail 5.4.6 Looped, fail 5.4.6 Looped",
        "TURN_AROUND, smarthost to us, false, fail 5.4.6 Looped, fail 5.4.6 Looped, fail 5.4.6 Looped",
        "TURN_AROUND, outside smarthost, false, fail 5.4.6 Looped, fail 5.4.6 Looped, fail 5.4.6 Looped",
        "TURN_AROUND, deliver-to mx, false, fail 5.4.6 Looped, fail 5.4.6 Looped, fail 5.4.6 Looped",
        "REJECT, mx to us, true, fail 5.4.6 Looped, fail 5.4.6 Looped, fail 5.4.6 Looped",
        "REJECT, smarthost to us, true, fail 5.4.6 Looped, fail 5.4.6 Looped, fail 5.4.6 Looped",
        "REJECT, outside smarthost, true, fail 5.4.6 Looped, fail 5.4.6 Looped, fail 5.4.6 Looped",
        "REJECT, deliver-to mx, true, fail 5.4.6 Looped, fail 5.4.6 Looped, fail 5.4.6 Looped",
        "REJECT, mx to us, false, fail 5.4.6 Looped, fail 5.4.6 Looped, fail 5.4.6 Looped",
        "REJECT, smarthost to us, false, fail 5.4.6 Looped, fail 5.4.6 Looped, fail 5.4.6 Looped",
        "REJECT, outside smarthost, false, fail 5.4.6 Looped, fail 5.4.6 Looped, fail 5.4.6 Looped",
        "REJECT, deliver-to mx, false, fail 5.4.6 Looped, fail 5.4.6 Looped, fail 5.4.6 Looped",
        "SEND, mx to us, true, mx:example.com=mx1.example.com, store*, mx:example.com=mx1.example.com",
        "SEND, smarthost to us, true, ourselves, store*, ourselves",
        "SEND, outside smarthost, true, provider, store*, provider",
        "SEND, deliver-to mx, true, mx:example.com=filter.example, store*, mx:example.com=filter.example",
        "SEND, mx to us, false, fail 5.4.6 Looped, fail 5.4.6 Looped, fail 5.4.6 Looped",
        "SEND, smarthost to us, false, fail 5.4.6 Looped, fail 5.4.6 Looped, fail 5.4.6 Looped",
        "SEND, outside smarthost, false, provider, fail 5.4.6 Looped, provider",
        "SEND, deliver-to mx, false, mx:example.com=filter.example, fail 5.4.6 Looped, mx:example.com=filter.example",
        "HOLD, mx to us, true, hold, hold, store*",
        "HOLD, smarthost to us, true, hold, hold, store*",
        "HOLD, outside smarthost, true, hold, hold, store*",
        "HOLD, deliver-to mx, true, hold, hold, store*",
        "HOLD, mx to us, false, hold, hold, hold",
        "HOLD, smarthost to us, false, hold, hold, hold",
        "HOLD, outside smarthost, false, hold, hold, hold",
        "HOLD, deliver-to mx, false, hold, hold, hold",
    })
    void everyPolicyOnEveryWay(Loopback policy, String way, boolean inside, String first, String returned, String released) {
        SampleRouting routing = site(policy, way, inside);
        assertThat(routing.text("bob@example.com", FIRST)).isEqualTo(first);
        assertThat(routing.text("bob@example.com", RETURNED)).isEqualTo(returned);
        assertThat(routing.text("bob@example.com", RELEASED)).isEqualTo(released);
        assertThat(routing.route("bob@example.com", FIRST).kind()).isEqualTo(RecipientClass.SITE_KNOWN);
    }

    @ParameterizedTest
    @CsvSource({"TURN_AROUND", "REJECT", "HOLD"})
    void aWayThatIsNotGoneIsNotAskedOfDns(Loopback policy) {
        SampleRouting routing = site(policy, "mx to us", true);
        routing.route("bob@example.com");
        assertThat(routing.dns.asked).isEmpty();
    }

    @Test
    void theRefusalNamesTheSettingAsTheOperatorWroteIt() {
        SampleRouting routing = site(Loopback.TURN_AROUND, "outside smarthost", true);
        routing.site.domain("old.example", Kind.AUTHORITATIVE, d -> d.deliverTo("store").loopback(Loopback.REJECT, "DisableLoopbackConnections", 77));
        routing.site.route("old.example", "provider");
        Routing routed = routing.route("bob@old.example");
        assertThat(routed.route()).isInstanceOfSatisfying(Route.Fail.class, fail -> assertThat(fail.cause()).isInstanceOfSatisfying(Cause.Looped.class, looped -> {
            assertThat(looped.evidence().layer()).isEqualTo("loopback");
            assertThat(looped.evidence().at()).isEqualTo(new SourceLine("isthmus.conf", 77));
            assertThat(looped.evidence().finding()).contains("domains.\"old.example\".DisableLoopbackConnections (read as reject) at isthmus.conf:77", "bob@old.example resides on the site",
                    "routes[1] to=\"old.example\" via=provider");
        }));
        assertThat(routed.steps()).anySatisfy(step -> {
            assertThat(step.stage()).isEqualTo("loopback");
            assertThat(step.at()).isEqualTo(new SourceLine("isthmus.conf", 77));
        });
    }

    @Test
    void theSettingOfTheDomainGoesBeforeThatOfAll() {
        SampleRouting routing = site(Loopback.REJECT, "outside smarthost", true);
        routing.site.domain("free.example", Kind.AUTHORITATIVE, d -> d.deliverTo("store").loopback(Loopback.SEND, "loopback", 80)).route("free.example", "provider");
        assertThat(routing.text("bob@free.example")).isEqualTo("provider");
        assertThat(routing.text("bob@example.com")).isEqualTo("fail 5.4.6 Looped");
    }

    @Test
    void whatIsHeldSaysHowItIsReleasedOrWhyThatWouldNotHelp() {
        assertThat(site(Loopback.HOLD, "mx to us", true).route("bob@example.com").route()).isInstanceOfSatisfying(Route.Hold.class, hold ->
                assertThat(hold.why()).contains("loop.loopback = hold at isthmus.conf:11", "isthmus queue release delivers it by store"));
        assertThat(site(Loopback.HOLD, "mx to us", false).route("bob@example.com", RELEASED).route()).isInstanceOfSatisfying(Route.Hold.class, hold ->
                assertThat(hold.why()).contains("no inside hop", "deliver-to"));
    }

    @ParameterizedTest
    @CsvSource({"TURN_AROUND, fail 5.4.6 Looped", "REJECT, fail 5.4.6 Looped", "SEND, fail 5.4.6 Looped", "HOLD, hold"})
    void aStoreThatIsOurselvesIsNoInsideHop(Loopback policy, String expected) {
        SampleRouting routing = new SampleRouting();
        routing.site.loopback(policy).hop("store", "smtp://203.0.113.7:25").domain("example.com", Kind.AUTHORITATIVE, d -> d.deliverTo("store"));
        assertThat(routing.text("bob@example.com")).isEqualTo(expected);
    }

    @Test
    void anInsideWayBesideOneThatLeadsBackTurnsAround() {
        SampleRouting routing = new SampleRouting();
        routing.site.hop("wrong", "lmtp://203.0.113.7:25").hop("store", "lmtp://10.0.0.9:24")
                .domain("example.com", Kind.AUTHORITATIVE, d -> d.deliverTo("store")).route("example.com", "wrong");
        assertThat(routing.text("bob@example.com")).isEqualTo("store*");
    }

    @Test
    void whatIsSentToOurselvesIsNotInside() {
        SampleRouting routing = new SampleRouting();
        routing.site.loopback(Loopback.SEND).hop("wrong", "lmtp://203.0.113.7:25").hop("store", "lmtp://10.0.0.9:24")
                .domain("example.com", Kind.AUTHORITATIVE, d -> d.deliverTo("store")).route("example.com", "wrong");
        assertThat(routing.text("bob@example.com", FIRST)).isEqualTo("wrong");
        assertThat(routing.text("bob@example.com", RETURNED)).isEqualTo("store*");
    }

    @Test
    void inDoubtAboutTheInsideHopMailWaitsAndDoesNotLeave() {
        SampleRouting routing = new SampleRouting();
        routing.site.hop("store", "lmtp://store.example.com:24").domain("example.com", Kind.AUTHORITATIVE, d -> d)
                .route("example.com", "store", 1, null).route("example.com", "mx", 2, null);
        routing.dns.failing("store.example.com").mx("example.com", 10, "filter.example").address("filter.example", "198.51.100.60");
        assertThat(routing.text("bob@example.com")).isEqualTo("wait 4.4.3");
    }
}
