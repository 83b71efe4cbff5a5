// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.Domain;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.AddressSpace;
import org.isthmus.config.Settings.Hop;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.DomainTable;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.dns.Resolver;
import org.isthmus.loop.Classifier;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.platform.Entropy;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Routing;

/// The router's own eyes without a message: where next hops and exchangers lead, and which ways a route was made of. For prediction and checks; for use by one thread.
public final class Survey {
    /// Where a way leads is asked, not in which order its servers are tried.
    private static final Entropy NO_CHANCE = new Entropy() {
        @Override
        public void fill(byte[] into) {
            java.util.Arrays.fill(into, (byte) 0);
        }

        @Override
        public long below(long bound) {
            return 0;
        }
    };

    private final Snapshot snapshot;
    private final SiteIdentity identity;
    private final MxResolution mx;
    private final HopResolution hops;
    private final HopSides sides;
    private final SiteRouter router;
    private final List<Lead> leads = new ArrayList<>();

    /// @param resolver {@link #unasked} to look at the configuration alone
    public Survey(Classifier classifier, Snapshot snapshot, SiteIdentity identity, Resolver resolver) {
        this.snapshot = snapshot;
        this.identity = identity;
        this.mx = new MxResolution(resolver, NO_CHANCE);
        this.hops = new HopResolution(resolver, NO_CHANCE);
        this.sides = HopSides.of(snapshot);
        this.router = new SiteRouter(classifier, any -> identity, resolver, NO_CHANCE).watchedBy(leads::add);
    }

    /// A resolver that asks nobody.
    public static Resolver unasked() {
        return Unasked.RESOLVER;
    }

    /// What the router says, and every way that it asked about.
    public record Found(Routing routing, List<Lead> leads) {
        public Found {
            leads = List.copyOf(leads);
        }
    }

    /// The route of a recipient.
    public Found route(Recipient recipient, Router.Facts facts) {
        leads.clear();
        Routing routing = router.route(recipient, facts, snapshot);
        return new Found(routing, leads);
    }

    /// Where a next hop leads.
    public Lead hop(Hop hop) {
        return Lead.of(new Choice(hop.name(), "next-hops." + hop.name(), hop.at()), hops.resolve(hop, identity, true));
    }

    /// Where a next hop leads for recipients of a domain: its front doors, if it is one of ours, are ourselves.
    public Lead hop(Hop hop, Domain recipients) {
        SiteDomain site = DomainTable.of(snapshot).find(recipients).orElse(null);
        return Lead.of(new Choice(hop.name(), "next-hops." + hop.name(), hop.at()), hops.resolve(hop, identity, site, true));
    }

    /// Where the exchangers of a domain lead.
    public Lead exchangers(Domain domain) {
        return exchangers(domain, true);
    }

    /// The same for a stranger, who knows nothing of who we are: we stand among the servers, and {@link Lead#self} says so.
    public Lead exchangersForOthers(Domain domain) {
        return exchangers(domain, false);
    }

    private Lead exchangers(Domain domain, boolean prune) {
        return Lead.of(new Choice(AddressSpace.MX, domain.text() + " by its MX", null), mx.resolve(domain, identity(domain), snapshot.settings().identity().mxPort(), prune));
    }

    private SiteIdentity identity(Domain domain) {
        return DomainTable.of(snapshot).find(domain).map(identity::forRecipientsOf).orElse(identity);
    }

    /// Whether a next hop's address stands in the configuration, so that no DNS is needed to find it.
    public static boolean isWritten(Hop hop) {
        return AddressLookup.literal(hop.host()) != null || AddressLookup.isLocalhost(hop.host());
    }

    /// Whether a next hop, by its name, is on the site's side as far as the configuration tells; {@code mx} never is.
    public boolean inside(String via) {
        return sides.inside(via);
    }

    /// The entries of `routes` that a domain could go by, whatever their conditions, in the order of the file.
    public List<AddressSpace> spaces(Domain domain) {
        return SpaceTable.of(snapshot).matching(domain);
    }

    /// Whether a next hop takes mail for domains that are not ours: a provider, who sends what he gets by its MX.
    public boolean servesOthers(String via) {
        return sides.foreign(via);
    }

    /// An entry of `routes` in the operator's words, as {@link Lead#rule} has it.
    public static String rule(AddressSpace space) {
        return AddressSpaces.rule(space);
    }

    /// What DNS said, as evidence: {@code example.com MX 10 mx1.example.com (TTL 300 s, from 192.0.2.53:53)}.
    public static String evidence(String name, String type, Answer<? extends DnsRecord> answer) {
        return AddressLookup.evidence(name, type, answer);
    }

    /// The settings that it looks at.
    public Settings settings() {
        return snapshot.settings();
    }
}
