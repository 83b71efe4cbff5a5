// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.dialogue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.Directory;
import org.isthmus.directory.Presence;
import org.isthmus.loop.Classifier;
import org.isthmus.route.Router;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.transit.Cause;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.Step;
import org.isthmus.transit.Way;
import org.isthmus.transit.Exchange;
import java.net.InetSocketAddress;

/// Directory, classifier and router made of what a dialogue gives.
final class FakeSite implements Directory, Classifier, Router {
    final Set<Mailbox> listed = new HashSet<>();
    final Map<Domain, Cause> nowhere = new HashMap<>();
    final Map<Domain, Cause> later = new HashMap<>();
    boolean undecided;
    boolean broken;
    String loopback = "turn-around";

    @Override
    public Presence find(Mailbox address, Snapshot snapshot) {
        for (Settings.SiteDomain domain : snapshot.settings().domains()) {
            if (address.host() instanceof Domain name && domain.name().matches(name)) {
                Step step = Step.of("directory", "recipients", domain.at(), "looked up");
                boolean any = domain.recipients().contains(new Settings.RecipientSource.Any());
                if (undecided) {
                    return new Presence.Undecided(domain, "the file cannot be read", step);
                }
                boolean postmaster = address.local().content().toLowerCase(Locale.ROOT).equals("postmaster");
                return any || postmaster || listed.contains(address) ? new Presence.Known(domain, step) : new Presence.Unknown(domain, step);
            }
        }
        return new Presence.NotOurs();
    }

    @Override
    public Classified classify(Mailbox address, Snapshot snapshot) {
        if (broken) {
            throw new IllegalStateException("a mistake, as the dialogue wants it");
        }
        Presence presence = find(address, snapshot);
        RecipientClass kind = switch (presence) {
            case Presence.NotOurs stranger -> RecipientClass.REMOTE;
            case Presence.Known known when known.domain().kind() == Settings.SiteDomain.Kind.RELAY -> RecipientClass.CLIENT_RELAY;
            case Presence.Unknown unknown when unknown.domain().kind() == Settings.SiteDomain.Kind.SHARED -> RecipientClass.SITE_SHARED;
            case Presence.Unknown unknown -> RecipientClass.SITE_UNKNOWN;
            default -> RecipientClass.SITE_KNOWN;
        };
        return new Classified(kind, presence, List.of(Step.of("class", "domains", null, kind.name())));
    }

    @Override
    public Routing route(Recipient recipient, Facts facts, Snapshot snapshot) {
        RecipientClass kind = classify(recipient.address(), snapshot).kind();
        return new Routing(kind, route(recipient, kind), List.of(Step.of("route", "fake", null, "routed")));
    }

    private Route route(Recipient recipient, RecipientClass kind) {
        if (kind == RecipientClass.REMOTE && recipient.address().host() instanceof Domain domain) {
            if (nowhere.containsKey(domain)) {
                return new Route.Fail(nowhere.get(domain));
            }
            if (later.containsKey(domain)) {
                return new Route.Defer(later.get(domain));
            }
        }
        if (kind == RecipientClass.SITE_KNOWN && loopback.equals("reject")) {
            return new Route.Fail(new Cause.Looped(
                    new LoopEvidence("loopback", "loop.loopback = reject", null, List.of()), EnhancedStatus.of("5.4.6")));
        }
        if (kind == RecipientClass.SITE_KNOWN && loopback.equals("hold")) {
            return new Route.Hold("loop.loopback = hold");
        }
        return new Route.Deliver(List.of(new Way(new NextHop.Named("store"), Way.Protocol.LMTP,
                List.of(new Exchange("store", List.of(new InetSocketAddress("127.0.0.1", 24)))), true)));
    }
}
