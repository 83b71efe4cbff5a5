// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.SampleSite;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.FileDirectory;
import org.isthmus.directory.OperatorFiles;
import org.isthmus.loop.LearnedAddresses;
import org.isthmus.loop.SiteClassifier;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.platform.Time;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.Way;

/// A router over a sample site and a zone in memory. The connector listens at 203.0.113.7:25.
final class SampleRouting {
    /// Time by hand.
    static final class HandTime implements Time {
        Duration now = Duration.ZERO;

        @Override
        public Instant now() {
            return Instant.EPOCH.plus(now);
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

    static final ReversePath SENDER = new ReversePath.To(Mailbox.of("sender@elsewhere.example"));

    final SampleSite site = new SampleSite().listener("internet", "203.0.113.7:25");
    final FakeDns dns = new FakeDns();
    final OperatorFiles files = new OperatorFiles();
    final HandTime time = new HandTime();
    final LearnedAddresses learned = new LearnedAddresses(time);
    long seed = 1;

    Routing route(String address) {
        return route(address, Router.Facts.of(SENDER));
    }

    Routing route(String address, Router.Facts facts) {
        return route(Recipient.of(Mailbox.of(address), RcptParameters.NONE), facts);
    }

    Routing route(Recipient recipient, Router.Facts facts) {
        Snapshot snapshot = site.snapshot();
        return new SiteRouter(new SiteClassifier(new FileDirectory(files, files)),
                s -> SiteIdentity.of(s.settings(), Map.of(), List.of(InetAddress.ofLiteral("203.0.113.7"), InetAddress.ofLiteral("127.0.0.1")), learned), dns, new SeededChance(seed))
                .route(recipient, facts, snapshot);
    }

    /// The route in short: {@code store*} is inside, {@code mx:x.example=a,b} by exchangers.
    static String text(Route route) {
        return switch (route) {
            case Route.Deliver deliver -> deliver.ways().stream().map(SampleRouting::text).collect(Collectors.joining(" "));
            case Route.Redirect redirect -> (redirect.alias() ? "expand " : "forward ") + redirect.to().stream().map(Mailbox::text).collect(Collectors.joining(" "));
            case Route.Hold hold -> "hold";
            case Route.Defer defer -> "wait " + defer.cause().status();
            case Route.Fail fail -> "fail " + fail.cause().status() + " " + fail.cause().getClass().getSimpleName();
        };
    }

    private static String text(Way way) {
        String hop = way.hop() + (way.inside() ? "*" : "");
        return hop.startsWith("mx:") ? hop + "=" + way.exchanges().stream().map(Exchange::name).collect(Collectors.joining(",")) : hop;
    }

    String text(String address) {
        return text(route(address).route());
    }

    String text(String address, Router.Facts facts) {
        return text(route(address, facts).route());
    }

    /// Follows redirects to their ends, as the scheduler does.
    List<String> ends(String address) {
        List<String> ends = new ArrayList<>();
        follow(Recipient.of(Mailbox.of(address), RcptParameters.NONE), ends);
        return ends;
    }

    private void follow(Recipient recipient, List<String> ends) {
        Route route = route(recipient, Router.Facts.of(SENDER)).route();
        if (route instanceof Route.Redirect redirect) {
            List<Mailbox> via = new ArrayList<>(recipient.via());
            via.add(recipient.address());
            for (Mailbox to : redirect.to()) {
                follow(new Recipient(to, recipient.parameters(), via), ends);
            }
        } else {
            ends.add(recipient.address() + " " + text(route));
        }
    }
}
