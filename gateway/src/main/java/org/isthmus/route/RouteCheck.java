// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.address.Domain;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.AddressSpace;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.config.Settings.Hop;
import org.isthmus.config.Settings.Loopback;
import org.isthmus.config.Settings.LoopbackSetting;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.dns.Resolver;
import org.isthmus.loop.LoopbackPolicy;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.loop.SiteIdentity.SelfMatch;
import org.isthmus.platform.Entropy;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// What the configuration shows of routing that cannot work, for `check`: errors where the configuration alone makes it certain, warnings where DNS does.
///
/// | id | finding | severity |
/// |---|---|---|
/// | LP01 | mail for a domain of the site goes outward | error without an inside hop; with one, a note under `turn-around`, a warning under the other policies |
/// | LP02 | a next hop is ourselves | error by its address, warning by DNS |
/// | LP05 | a shared domain has no way for addresses unknown here, or one that leads to ourselves; a relay domain goes by its MX, and we are the best | error by configuration, warning by DNS |
///
/// Whole walks over configuration and DNS are the business of prediction.
public final class RouteCheck {
    /// DNS is asked to see where a way leads, not in which order its servers are tried.
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

    private final Settings settings;
    private final SiteIdentity identity;
    private final @Nullable Resolver resolver;
    private final HopSides sides;
    private final List<Problem> found = new ArrayList<>();

    private RouteCheck(Settings settings, SiteIdentity identity, @Nullable Resolver resolver) {
        this.settings = settings;
        this.identity = identity;
        this.resolver = resolver;
        this.sides = HopSides.of(settings);
    }

    /// @param resolver none to look at the configuration alone
    public static List<Problem> problems(Settings settings, SiteIdentity identity, @Nullable Resolver resolver) {
        RouteCheck check = new RouteCheck(settings, identity, resolver);
        Map<String, String> used = check.used();
        settings.nextHops().values().stream().sorted(java.util.Comparator.comparing(Hop::name)).forEach(hop -> check.hop(hop, used.get(hop.name())));
        settings.domains().forEach(check::domain);
        return List.copyOf(check.found);
    }

    /// The next hops that something uses, each with the first that does.
    private Map<String, String> used() {
        Map<String, String> used = new LinkedHashMap<>();
        for (AddressSpace space : settings.routes()) {
            used.putIfAbsent(space.via(), AddressSpaces.rule(space));
            if (space.fallback() != null) {
                used.putIfAbsent(space.fallback(), AddressSpaces.rule(space) + " fallback=" + space.fallback());
            }
        }
        for (SiteDomain domain : settings.domains()) {
            if (domain.deliverTo() != null) {
                used.putIfAbsent(domain.deliverTo(), name(domain) + " deliver-to");
            }
            if (domain.elsewhere() != null) {
                used.putIfAbsent(domain.elsewhere(), name(domain) + " elsewhere");
            }
        }
        String postmasterTo = settings.connector().postmasterTo();
        if (postmasterTo != null) {
            used.putIfAbsent(postmasterTo, "connector.postmaster-to");
        }
        return used;
    }

    private void hop(Hop hop, @Nullable String usedBy) {
        String url = "next-hops." + hop.name() + " (" + hop.host() + " port " + hop.port() + ")" + (usedBy == null ? "" : ", which " + usedBy + " uses,");
        boolean written = AddressLookup.literal(hop.host()) != null || AddressLookup.isLocalhost(hop.host());
        if (!written && resolver == null) {
            identity.matchHost(hop.host(), hop.port()).ifPresent(self ->
                    add("LP02", Problem.Severity.WARNING, false, hop, url + " is probably ourselves: " + self, List.of()));
            return;
        }
        // An address that is written needs no DNS, so the resolver is not asked.
        Resolver asked = resolver == null ? Unasked.RESOLVER : resolver;
        if (new HopResolution(asked, NO_CHANCE).resolve(hop, identity, true) instanceof Resolved.Ours ours) {
            boolean error = written && usedBy != null;
            add("LP02", error ? Problem.Severity.ERROR : Problem.Severity.WARNING, written, hop,
                    url + " is ourselves: " + ours.self() + "; mail that goes there comes back and is refused as a loop", ours.step().evidence());
        }
    }

    private void add(String id, Problem.Severity severity, boolean certain, Hop hop, String message, List<String> evidence) {
        found.add(new Problem(id, severity, certain, hop.at(), message, evidence, "url = \"" + hop.protocol().name().toLowerCase(java.util.Locale.ROOT) + "://THE-OTHER-SERVER:PORT\""));
    }

    private void domain(SiteDomain domain) {
        switch (domain.kind()) {
            case AUTHORITATIVE -> outward(domain);
            case SHARED -> {
                outward(domain);
                elsewhere(domain);
            }
            case RELAY -> backup(domain);
        }
    }

    /// The entries of routes that name the domain, or, for `*.domain`, all below it.
    private List<AddressSpace> naming(SiteDomain domain) {
        return settings.routes().stream().filter(space -> names(space.to(), domain.name())).toList();
    }

    private static boolean names(DomainPattern space, DomainPattern domain) {
        return switch (space) {
            case DomainPattern.Everything all -> false;
            case DomainPattern.Exact exact -> domain.matches(exact.domain());
            case DomainPattern.Below below -> switch (domain) {
                case DomainPattern.Exact exact -> below.matches(exact.domain());
                case DomainPattern.Below other -> other.parent().isWithin(below.parent()) || below.parent().isWithin(other.parent());
                case DomainPattern.Everything all -> true;
            };
        };
    }

    /// LP01. Every way that mail for the domain may take is looked at, whatever the conditions it stands under.
    private void outward(SiteDomain domain) {
        List<AddressSpace> naming = naming(domain);
        String outward = null;
        String inside = domain.deliverTo() != null && isInside(domain.deliverTo()) ? domain.deliverTo() : null;
        for (AddressSpace space : naming) {
            if (isInside(space.via())) {
                inside = inside == null ? space.via() : inside;
            } else {
                outward = outward == null ? AddressSpaces.rule(space) + " at " + space.at() : outward;
            }
        }
        if (naming.isEmpty() && domain.deliverTo() != null && inside == null) {
            outward = name(domain) + " deliver-to = " + domain.deliverTo();
        }
        // A domain without any way is found with the configuration itself.
        if (outward != null) {
            leaves(domain, outward, inside);
        }
    }

    private void leaves(SiteDomain domain, String outward, @Nullable String inside) {
        LoopbackSetting setting = LoopbackPolicy.setting(domain, settings);
        String rule = LoopbackPolicy.rule(domain, setting);
        List<String> evidence = List.of("outward way: " + outward, "inside hop: " + (inside == null ? "none" : inside), "policy: " + rule + (setting.at() == null ? "" : " at " + setting.at()));
        if (inside == null) {
            String message = "mail for " + domain.name().text() + ", which resides here, goes outward by " + outward + ", and there is no inside hop that it could be delivered by";
            found.add(new Problem("LP01", Problem.Severity.ERROR, true, domain.at(), message, evidence, "deliver-to = HOP, with inside = true if that is a site server which also serves other domains"));
            return;
        }
        Loopback policy = setting.policy();
        String effect = switch (policy) {
            case TURN_AROUND -> "goes by " + inside + " instead, without leaving";
            case REJECT -> "is refused with 5.4.6";
            case SEND -> "leaves the site and comes back";
            case HOLD -> "is held until somebody releases it";
        };
        found.add(new Problem("LP01", policy == Loopback.TURN_AROUND ? Problem.Severity.NOTE : Problem.Severity.WARNING, true, domain.at(),
                "mail for " + domain.name().text() + " has an outward way, " + outward + "; by " + rule + " it " + effect, evidence, null));
    }

    /// As configured, and not known by its address to be ourselves.
    private boolean isInside(String via) {
        Hop hop = settings.nextHops().get(via);
        return hop != null && sides.inside(via) && self(hop) == null;
    }

    private @Nullable SelfMatch self(Hop hop) {
        boolean written = AddressLookup.literal(hop.host()) != null || AddressLookup.isLocalhost(hop.host());
        return written && new HopResolution(Unasked.RESOLVER, NO_CHANCE).resolve(hop, identity, true) instanceof Resolved.Ours ours ? ours.self() : null;
    }

    /// LP05. A next hop that is ourselves is found as LP02 already; here it is the missing way, and the MX.
    private void elsewhere(SiteDomain domain) {
        List<AddressSpace> naming = naming(domain);
        if (domain.elsewhere() == null && naming.isEmpty()) {
            found.add(new Problem("LP05", Problem.Severity.ERROR, true, domain.at(),
                    "the shared domain " + domain.name().text() + " does not say where addresses live that are not known here", List.of(), "elsewhere = HOP"));
            return;
        }
        boolean byMx = domain.elsewhere() != null ? domain.elsewhere().equals(AddressSpace.MX) : naming.stream().allMatch(space -> space.via().equals(AddressSpace.MX));
        if (byMx && resolver != null && domain.name() instanceof DomainPattern.Exact exact) {
            Domain name = exact.domain();
            if (new MxResolution(resolver, NO_CHANCE).resolve(name, identity, settings.identity().mxPort(), true) instanceof Resolved.Ours ours) {
                Step step = ours.step();
                found.add(new Problem("LP05", Problem.Severity.WARNING, true, domain.at(), "addresses of the shared domain " + name + " that are not known here go by its MX, and that is ourselves: "
                        + ours.self(), step.evidence(), "elsewhere = HOP"));
            }
        }
    }

    /// LP05 for a relay domain that goes by its MX, which is what relay domains are for: unless we are the best ourselves, and nothing inside takes it.
    private void backup(SiteDomain domain) {
        boolean byMx = domain.deliverTo() == null || domain.deliverTo().equals(AddressSpace.MX);
        if (!byMx || resolver == null || !naming(domain).isEmpty() || !(domain.name() instanceof DomainPattern.Exact exact)) {
            return;
        }
        if (new MxResolution(resolver, NO_CHANCE).resolve(exact.domain(), identity.forRecipientsOf(domain), settings.identity().mxPort(), true) instanceof Resolved.Ours ours) {
            found.add(new Problem("LP05", Problem.Severity.WARNING, true, domain.at(), "mail for the relay domain " + exact.domain() + " goes by its MX, and the best of those is ourselves: "
                    + ours.self(), ours.step().evidence(), "deliver-to = HOP"));
        }
    }

    private static String name(SiteDomain domain) {
        return "domains.\"" + domain.name().text() + "\"";
    }
}
