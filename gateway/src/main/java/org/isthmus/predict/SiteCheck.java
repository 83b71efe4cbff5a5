// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.config.Problem;
import org.isthmus.config.Problem.Severity;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.AddressSpace;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.config.Settings.Hop;
import org.isthmus.config.Settings.Loopback;
import org.isthmus.config.Settings.LoopbackSetting;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.loop.LoopbackPolicy;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.route.Lead;
import org.isthmus.route.Survey;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// What each next hop and each domain of the site shows by itself.
///
/// | id | finding | severity |
/// |---|---|---|
/// | LP01 | mail for a domain of the site goes outward | error without an inside hop; with one, a note under `turn-around`, a warning under the other policies |
/// | LP02 | a next hop is ourselves | error by its address, warning by DNS |
/// | LP05 | a shared domain has no way for addresses unknown here | error |
/// | LP08 | as LP01, but only by size or sender | as LP01 |
final class SiteCheck {
    private final Settings settings;
    private final SiteIdentity identity;
    private final Survey survey;
    private final boolean dns;
    private final Findings findings;
    private final Map<String, Lead> leads = new LinkedHashMap<>();

    /// @param dns whether the survey may ask DNS
    SiteCheck(Survey survey, SiteIdentity identity, boolean dns, Findings findings) {
        this.settings = survey.settings();
        this.identity = identity;
        this.survey = survey;
        this.dns = dns;
        this.findings = findings;
    }

    void run() {
        Map<String, String> used = used();
        settings.nextHops().values().stream().sorted(java.util.Comparator.comparing(Hop::name)).forEach(hop -> hop(hop, used.get(hop.name())));
        settings.domains().forEach(this::domain);
    }

    /// The next hops that something uses, each with the first that does.
    private Map<String, String> used() {
        Map<String, String> used = new LinkedHashMap<>();
        for (AddressSpace space : settings.routes()) {
            used.putIfAbsent(space.via(), Survey.rule(space));
            if (space.fallback() != null) {
                used.putIfAbsent(space.fallback(), Survey.rule(space) + " fallback=" + space.fallback());
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
        boolean written = Survey.isWritten(hop);
        if (!written && !dns) {
            identity.matchHost(hop.host(), hop.port()).ifPresent(self ->
                    ourselves(hop, usedBy, Severity.WARNING, false, url + " is probably ourselves: " + self, self, List.of()));
            return;
        }
        Lead lead = lead(hop);
        SiteIdentity.SelfMatch self = lead.self();
        if (lead.end() == Lead.End.OURSELVES && self != null) {
            boolean error = written && usedBy != null;
            ourselves(hop, usedBy, error ? Severity.ERROR : Severity.WARNING, usedBy != null, url + " is ourselves: " + self + "; mail that goes there comes back and is refused as a loop",
                    self, lead.step().evidence());
        }
    }

    private void ourselves(Hop hop, @Nullable String usedBy, Severity severity, boolean certain, String message, SiteIdentity.SelfMatch self, List<String> evidence) {
        List<Found.Station> walk = usedBy == null ? List.of() : List.of(
                new Found.Station("we", usedBy),
                new Found.Station(hop.name() + " (" + hop.host() + " port " + hop.port() + ")", "is ourselves: " + self),
                new Found.Station("we", ""));
        findings.add(new Found(new Problem("LP02", severity, certain, hop.at(), message, evidence, CircleWords.otherServer(hop.name())), hop.name(), walk));
    }

    private Lead lead(Hop hop) {
        return leads.computeIfAbsent(hop.name(), name -> survey.hop(hop));
    }

    private void domain(SiteDomain domain) {
        switch (domain.kind()) {
            case AUTHORITATIVE -> outward(domain);
            case SHARED -> {
                outward(domain);
                elsewhere(domain);
            }
            // Going by the MX is what a relay domain is for.
            case RELAY -> {}
        }
    }

    /// The entries of routes that name the domain, or, for `*.domain`, all below it.
    private List<AddressSpace> naming(SiteDomain domain) {
        return switch (domain.name()) {
            case DomainPattern.Exact exact -> survey.spaces(exact.domain()).stream().filter(space -> !(space.to() instanceof DomainPattern.Everything)).toList();
            case DomainPattern.Below below -> settings.routes().stream().filter(space -> meets(space.to(), below)).toList();
            case DomainPattern.Everything all -> List.of();
        };
    }

    private static boolean meets(DomainPattern space, DomainPattern.Below domain) {
        return switch (space) {
            case DomainPattern.Everything all -> false;
            case DomainPattern.Exact exact -> domain.matches(exact.domain());
            case DomainPattern.Below below -> domain.parent().isWithin(below.parent()) || below.parent().isWithin(domain.parent());
        };
    }

    /// A way that goes outward.
    /// @param space the entry of routes that it is; none for a deliver-to
    private record Outward(String words, @Nullable AddressSpace space) {
        boolean conditional() {
            return space != null && CircleWords.isConditional(space);
        }
    }

    /// LP01 and LP08. Every way that mail for the domain may take is looked at, whatever the conditions it stands under.
    private void outward(SiteDomain domain) {
        List<AddressSpace> naming = naming(domain);
        List<Outward> outward = new ArrayList<>();
        String inside = domain.deliverTo() != null && isInside(domain.deliverTo()) ? domain.deliverTo() : null;
        for (AddressSpace space : naming) {
            if (isInside(space.via())) {
                inside = inside == null ? space.via() : inside;
            } else {
                outward.add(new Outward(Survey.rule(space) + " at " + space.at(), space));
            }
        }
        if (naming.isEmpty() && domain.deliverTo() != null && inside == null) {
            outward.add(new Outward(name(domain) + " deliver-to = " + domain.deliverTo(), null));
        }
        String hop = inside;
        // A domain without any way is found with the configuration itself.
        outward.stream().filter(way -> !way.conditional()).findFirst().or(() -> hop == null ? outward.stream().findFirst() : java.util.Optional.empty())
                .ifPresent(way -> leaves(domain, way, hop));
        if (hop != null) {
            outward.stream().filter(Outward::conditional).forEach(way -> leaves(domain, way, hop));
        }
    }

    private void leaves(SiteDomain domain, Outward way, @Nullable String inside) {
        LoopbackSetting setting = LoopbackPolicy.setting(domain, settings);
        String rule = LoopbackPolicy.rule(domain, setting);
        List<String> evidence = List.of("outward way: " + way.words(), "inside hop: " + (inside == null ? "none" : inside), "policy: " + rule + (setting.at() == null ? "" : " at " + setting.at()));
        String domainName = domain.name().text();
        if (inside == null) {
            String message = "mail for " + domainName + ", which resides here, goes outward by " + way.words() + ", and there is no inside hop that it could be delivered by";
            findings.add(new Problem("LP01", Severity.ERROR, true, domain.at(), message, evidence, "deliver-to = HOP, with inside = true if that is a site server which also serves other domains"), domainName);
            return;
        }
        Loopback policy = setting.policy();
        String effect = switch (policy) {
            case TURN_AROUND -> "goes by " + inside + " instead, without leaving";
            case REJECT -> "is refused with 5.4.6";
            case SEND -> "leaves the site and comes back";
            case HOLD -> "is held until somebody releases it";
        };
        Severity severity = policy == Loopback.TURN_AROUND ? Severity.NOTE : Severity.WARNING;
        AddressSpace space = way.space();
        if (way.conditional() && space != null) {
            String message = "some mail for " + domainName + ", which resides here, has an outward way: " + CircleWords.conditions(space) + " at " + space.at() + "; by " + rule + " it " + effect;
            findings.add(new Problem("LP08", severity, true, space.at(), message, evidence, "no such route for " + domainName), Survey.rule(space));
        } else {
            SourceLine at = space == null ? domain.at() : space.at();
            findings.add(new Problem("LP01", severity, true, at, "mail for " + domainName + " has an outward way, " + way.words() + "; by " + rule + " it " + effect, evidence,
                    space == null ? null : "no such route: deliver-to = " + inside + " is its way"), domainName);
        }
    }

    /// As configured, and not known by its address to be ourselves.
    private boolean isInside(String via) {
        Hop hop = settings.nextHops().get(via);
        return hop != null && survey.inside(via) && !(Survey.isWritten(hop) && lead(hop).end() == Lead.End.OURSELVES);
    }

    /// LP05: the missing way. That a way leads to ourselves shows in the circle that it makes.
    private void elsewhere(SiteDomain domain) {
        if (domain.elsewhere() == null && naming(domain).isEmpty()) {
            findings.add(new Problem("LP05", Severity.ERROR, true, domain.at(),
                    "the shared domain " + domain.name().text() + " does not say where addresses live that are not known here", List.of(), "elsewhere = HOP"), domain.name().text());
        }
    }

    private static String name(SiteDomain domain) {
        return "domains.\"" + domain.name().text() + "\"";
    }
}
