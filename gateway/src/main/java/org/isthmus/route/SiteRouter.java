// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.Directory;
import org.isthmus.directory.Presence;
import org.isthmus.dns.Resolver;
import org.isthmus.loop.Classifier;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.platform.Entropy;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.transit.Cause;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// Routes by class, address spaces, loopback policy and DNS. Keeps nothing; safe for all threads.
///
/// | class | way | where the way leads to ourselves |
/// |---|---|---|
/// | SITE_KNOWN | a `routes` entry that names the domain, otherwise `deliver-to`; the loopback policy decides if that is outward | outward, so the loopback policy decides |
/// | SITE_SHARED | `elsewhere`, otherwise a `routes` entry that names the domain | fails, 5.4.6 |
/// | SITE_UNKNOWN | fails, 5.1.1 | |
/// | CLIENT_RELAY | a `routes` entry that names the domain, otherwise `deliver-to`, otherwise its MX | `deliver-to` if that is inside, otherwise fails, 5.4.6 |
/// | REMOTE | `routes` | fails, 5.4.6; if by MX, the recipient is DANGLING |
///
/// Where several ways are offered, the first that can be had is the first to try and the others come behind. If none can be had, trouble that may pass defers,
/// and of what is final a loop goes before everything else.
public final class SiteRouter implements Router {
    private final Classifier classifier;
    private final Function<Snapshot, SiteIdentity> identity;
    private final Resolver resolver;
    private final Entropy entropy;
    private final Consumer<Lead> watcher;

    /// @param identity who we are under a configuration: {@code LiveIdentity::current} in the server
    public SiteRouter(Classifier classifier, Function<Snapshot, SiteIdentity> identity, Resolver resolver, Entropy entropy) {
        this(classifier, identity, resolver, entropy, lead -> {});
    }

    private SiteRouter(Classifier classifier, Function<Snapshot, SiteIdentity> identity, Resolver resolver, Entropy entropy, Consumer<Lead> watcher) {
        this.watcher = watcher;
        this.classifier = classifier;
        this.identity = identity;
        this.resolver = resolver;
        this.entropy = entropy;
    }

    /// The same router, telling somebody of every way that it asks about.
    SiteRouter watchedBy(Consumer<Lead> other) {
        return new SiteRouter(classifier, identity, resolver, entropy, other);
    }

    @Override
    public Routing route(Recipient recipient, Facts facts, Snapshot snapshot) {
        Classifier.Classified classified = classifier.classify(recipient, snapshot);
        List<Step> steps = new ArrayList<>(classified.steps());
        return switch (classified.presence()) {
            case Presence.Undecided undecided -> new Routing(classified.kind(), new Route.Defer(new Cause.Local(undecided.problem(), EnhancedStatus.of("4.3.0"))), steps);
            case Presence.Expands expands -> new Routing(classified.kind(), expand(recipient, expands, steps), steps);
            case Presence.Unknown unknown when classified.kind() == RecipientClass.SITE_UNKNOWN -> new Routing(classified.kind(), unknown(recipient, unknown, steps), steps);
            case Presence.Unknown unknown -> new SiteWay(ways(unknown.domain(), facts, snapshot, steps), recipient.address(), unknown.domain()).elsewhere();
            case Presence.Known known when classified.kind() == RecipientClass.CLIENT_RELAY -> new SiteWay(ways(known.domain(), facts, snapshot, steps), recipient.address(), known.domain()).relay();
            case Presence.Known known -> new SiteWay(ways(known.domain(), facts, snapshot, steps), recipient.address(), known.domain()).known();
            case Presence.NotOurs stranger -> new RemoteWay(ways(null, facts, snapshot, steps), recipient.address()).route();
        };
    }

    private Ways ways(@Nullable SiteDomain domain, Facts facts, Snapshot snapshot, List<Step> steps) {
        return new Ways(snapshot, identity.apply(snapshot), domain, facts, resolver, entropy, steps, watcher);
    }

    private static Route expand(Recipient recipient, Presence.Expands expands, List<Step> steps) {
        if (recipient.via().size() >= Directory.MOST_EXPANSIONS) {
            return circle(recipient, expands.step().at(), steps);
        }
        // RFC 3461 §5.2.7.3: an alias of one address is forwarding; of several, it is reported as expanded.
        return new Route.Redirect(expands.to(), expands.alias() && (expands.to().size() > 1 || expands.owner() != null), expands.owner());
    }

    private static Route unknown(Recipient recipient, Presence.Unknown unknown, List<Step> steps) {
        if (recipient.comesAgain()) {
            return circle(recipient, unknown.step().at(), steps);
        }
        return new Route.Fail(new Cause.Decided("there is no " + recipient.address() + " here", unknown.step().at(), EnhancedStatus.of("5.1.1")));
    }

    /// Aliases that lead back to where they came from, or go on for ever.
    private static Route circle(Recipient recipient, @Nullable SourceLine at, List<Step> steps) {
        String path = String.join(" -> ", recipient.via().stream().map(Mailbox::text).toList()) + " -> " + recipient.address();
        String finding = "the aliases of " + recipient.named() + " lead in a circle";
        steps.add(new Step("aliases", "an address is expanded once", at, finding, List.of(path), List.of()));
        return new Route.Fail(new Cause.Looped(new LoopEvidence(ALIASES, finding, at, List.of(path)), EnhancedStatus.of("5.4.6")));
    }
}
