// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.isthmus.address.AddressLiteral;
import org.isthmus.address.Domain;
import org.isthmus.address.Host;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.Hop;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Snapshot;
import org.isthmus.dns.Resolver;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.loop.SiteIdentity.SelfMatch;
import org.isthmus.platform.Entropy;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.Step;
import org.isthmus.transit.Way;
import org.jspecify.annotations.Nullable;

/// The ways gathered for one recipient, what stood against others, and the means to find more. Lives for one call.
final class Ways {
    private final Snapshot snapshot;
    private final SiteIdentity identity;
    private final @Nullable SiteDomain domain;
    private final Router.Facts facts;
    private final Entropy entropy;
    private final MxResolution mx;
    private final HopResolution hops;
    private final HopSides sides;
    private final SpaceTable spaces;
    private final List<Step> steps;
    private final Consumer<Lead> watcher;
    private final List<Way> ways = new ArrayList<>();
    private @Nullable Cause temporary;
    private Cause.@Nullable Looped looped;
    private @Nullable Cause permanent;

    /// @param domain the recipient's, if it is one of ours
    Ways(Snapshot snapshot, SiteIdentity identity, @Nullable SiteDomain domain, Router.Facts facts, Resolver resolver, Entropy entropy, List<Step> steps, Consumer<Lead> watcher) {
        this.snapshot = snapshot;
        this.identity = domain == null ? identity : identity.forRecipientsOf(domain);
        this.domain = domain;
        this.facts = facts;
        this.entropy = entropy;
        this.mx = new MxResolution(resolver, entropy);
        this.hops = new HopResolution(resolver, entropy);
        this.sides = HopSides.of(snapshot);
        this.spaces = SpaceTable.of(snapshot);
        this.steps = steps;
        this.watcher = watcher;
    }

    Settings settings() {
        return snapshot.settings();
    }

    Router.Facts facts() {
        return facts;
    }

    boolean inside(Choice choice) {
        return sides.inside(choice.via());
    }

    void note(Step step) {
        steps.add(step);
    }

    boolean isEmpty() {
        return ways.isEmpty();
    }

    boolean inDoubt() {
        return temporary != null;
    }

    /// What {@code routes} offers.
    /// @param named only entries that name the domain
    List<Choice> fromRoutes(Host host, boolean named) {
        AddressSpaces.Selection selection = AddressSpaces.select(spaces.matching(host), host, facts, named, entropy);
        boolean silent = named && selection.choices().isEmpty() && selection.step().lost().isEmpty();
        if (!silent) {
            note(selection.step());
        }
        return selection.choices();
    }

    /// Asks where a choice leads; the step is noted.
    /// @param prune whether a way ends where it comes to ourselves; false for the loopback policy {@code send}
    Resolved resolve(Choice choice, Host host, boolean prune) {
        Resolved resolved = ask(choice, host, prune);
        note(resolved.step());
        watcher.accept(Lead.of(choice, resolved));
        return resolved;
    }

    private Resolved ask(Choice choice, Host host, boolean prune) {
        if (choice.byMx()) {
            int port = settings().identity().mxPort();
            return switch (host) {
                case Domain domain -> mx.resolve(domain, identity, port, prune);
                case AddressLiteral literal -> hops.resolve(literal, identity, port);
            };
        }
        Hop hop = settings().nextHops().get(choice.via());
        if (hop == null) {
            // The configuration is checked for this; who gets here has found a bug of ours.
            String problem = choice.rule() + " names a next hop that does not exist: " + choice.via();
            return new Resolved.Unsure(new Cause.Local(problem, EnhancedStatus.of("4.3.5")), Step.of("hop", choice.rule(), choice.at(), problem));
        }
        return hops.resolve(hop, identity, domain, prune);
    }

    /// Keeps what was found: a way, or what stands against it.
    /// @param ours the evidence if it leads to ourselves
    void keep(Choice choice, Host host, Resolved resolved, LoopWords ours) {
        keep(choice, host, resolved, ours, false);
    }

    /// @param homeward mail may come back to ourselves by it
    void keep(Choice choice, Host host, Resolved resolved, LoopWords ours, boolean homeward) {
        switch (resolved) {
            case Resolved.Reached reached -> ways.add(way(choice, host, reached, homeward));
            case Resolved.Unsure unsure -> temporary = temporary == null ? unsure.cause() : temporary;
            case Resolved.Nowhere nowhere -> permanent = permanent == null ? nowhere.cause() : permanent;
            case Resolved.Ours self -> loop(ours.cause(self));
        }
    }

    /// Words for what leads to ourselves.
    interface LoopWords {
        Cause.Looped cause(Resolved.Ours self);
    }

    void loop(Cause.Looped cause) {
        looped = looped == null ? cause : looped;
    }

    private Way way(Choice choice, Host host, Resolved.Reached reached, boolean homeward) {
        Hop hop = settings().nextHops().get(choice.via());
        if (hop != null) {
            boolean inside = inside(choice) && reached.self() == null;
            return new Way(new NextHop.Named(hop.name()), hop.protocol(), reached.exchanges(), inside, homeward && !inside);
        }
        return new Way(next(choice, host), Way.Protocol.SMTP, reached.exchanges(), false, homeward);
    }

    private static NextHop next(Choice choice, Host host) {
        if (!choice.byMx()) {
            return new NextHop.Named(choice.via());
        }
        return switch (host) {
            case Domain domain -> new NextHop.Exchangers(domain);
            case AddressLiteral literal -> new NextHop.Literal(literal.text());
        };
    }

    /// Why the best of these servers was ourselves lately, as the wire told; null if it was not. No reason to refuse, but one to turn around.
    @Nullable SelfMatch learned(Choice choice, Host host, Resolved resolved) {
        if (!(resolved instanceof Resolved.Reached reached)) {
            return null;
        }
        NextHop hop = next(choice, host);
        int best = reached.exchanges().getFirst().preference();
        for (Exchange exchange : reached.exchanges()) {
            for (InetSocketAddress address : exchange.addresses()) {
                Optional<SelfMatch> match = exchange.preference() == best ? identity.matchLearned(address, hop) : Optional.empty();
                if (match.isPresent()) {
                    return match.get();
                }
            }
        }
        return null;
    }

    /// The shortest path of mail by a choice that leads to ourselves: us, where it would go, us. What has no name that the world could know stays inside.
    List<LoopEvidence.Node> circle(Choice choice, Host host) {
        LoopEvidence.Node us = LoopEvidence.Node.of(settings().connector().hostname().text());
        Hop hop = settings().nextHops().get(choice.via());
        String name = hop == null ? "the mail exchanger of " + host.text() : hop.host();
        boolean nameless = hop != null && (inside(choice) || name.indexOf('.') < 0 || !Character.isLetter(name.charAt(name.length() - 1)));
        return List.of(us, new LoopEvidence.Node(name, nameless, null), us);
    }

    /// The answer out of everything that was kept.
    Routing conclude(RecipientClass kind) {
        if (!ways.isEmpty()) {
            return routing(kind, new Route.Deliver(ways));
        }
        if (temporary != null) {
            return routing(kind, new Route.Defer(temporary));
        }
        Cause last = looped != null ? looped : permanent;
        if (last != null) {
            return routing(kind, new Route.Fail(last));
        }
        // Configuration that leaves an address without a way is found by check; mail that meets it all the same waits for its correction.
        return routing(kind, new Route.Defer(new Cause.Local("the configuration has no way for this address", EnhancedStatus.of("4.3.5"))));
    }

    Routing routing(RecipientClass kind, Route route) {
        return new Routing(kind, route, steps);
    }
}
