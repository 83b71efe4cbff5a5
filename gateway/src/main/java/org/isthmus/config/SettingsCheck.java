// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.isthmus.address.Domain;
import org.isthmus.address.Host;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// What settings alone show to be a mistake, or likely one, though every line of them is right. Needs neither files nor DNS; loops are predicted elsewhere.
public final class SettingsCheck {
    private final Settings settings;
    private final Function<String, @Nullable SourceLine> places;
    private final List<Problem> found = new ArrayList<>();

    private SettingsCheck(Settings settings, Function<String, @Nullable SourceLine> places) {
        this.settings = settings;
        this.places = places;
    }

    /// Everything there is to say. {@link ConfigLoader} has it said already; this is for settings that come from elsewhere.
    public static List<Problem> check(Settings settings) {
        return check(settings, path -> null);
    }

    /// @param places where a setting stands, by its path
    static List<Problem> check(Settings settings, Function<String, @Nullable SourceLine> places) {
        SettingsCheck check = new SettingsCheck(settings, places);
        check.listeners();
        check.domains();
        check.unusedHops();
        check.routes();
        check.trustedNetworks();
        check.postmaster();
        check.queue();
        return List.copyOf(check.found);
    }

    private void listeners() {
        if (settings.listeners().isEmpty()) {
            warn("no-listener", places.apply("listeners"), "listeners is empty: no mail comes in");
        }
        for (Settings.Listener listener : settings.listeners()) {
            believed(listener, "proxy-hosts", listener.proxyHosts());
            believed(listener, "xclient-hosts", listener.xclientHosts());
        }
    }

    /// Who may say who the client is may say that it is a trusted one.
    private void believed(Settings.Listener listener, String key, List<Cidr> networks) {
        for (Cidr network : networks) {
            if (network.bits() < 8) {
                warn("open-relay", listener.at(), "listeners." + listener.name() + "." + key + " contains " + network + ": whoever comes from there can pass for a client that may send to anywhere");
            }
        }
    }

    private void domains() {
        for (SiteDomain domain : settings.domains()) {
            String name = domain.name().text();
            // A relay domain may go by the exchangers that DNS puts before us: RFC 5321 §5.1. Whether there are any, DNS tells and not the configuration.
            boolean byDns = domain.kind() == SiteDomain.Kind.RELAY;
            if (domain.deliverTo() == null && !byDns && !hasOwnRoute(domain) && domain.aliases() == null && domain.catchAll() == null) {
                found.add(Problem.error("no-way", domain.at(), "the domain " + name
                        + " has no way to its mailboxes: no deliver-to, and no route names it (a route to \"*\" does not count)", "deliver-to = HOP"));
            }
            boolean any = domain.recipients().stream().anyMatch(source -> source instanceof Settings.RecipientSource.Any);
            if (any && domain.kind() == SiteDomain.Kind.AUTHORITATIVE) {
                warn("backscatter", domain.at(), "the domain " + name + " takes mail for any address; what its server refuses afterwards must be returned, "
                        + "to senders that are often forged. List its addresses: recipients = \"file:...\"");
            }
            if (any && domain.kind() == SiteDomain.Kind.SHARED) {
                warn("unused", domain.at(), "the shared domain " + name + " takes any address as its own; its elsewhere is never used");
            }
            if (any && domain.recipients().size() > 1) {
                warn("unused", domain.at(), "recipients of " + name + " contain any; what else stands there is never asked");
            }
        }
    }

    /// A route that names the domain, exactly or as {@code *.parent}; never a bare {@code *}.
    private boolean hasOwnRoute(SiteDomain domain) {
        return settings.routes().stream().map(Settings.AddressSpace::to).anyMatch(to -> switch (to) {
            case DomainPattern.Exact exact -> domain.name().equals(exact);
            case DomainPattern.Below below -> switch (domain.name()) {
                case DomainPattern.Exact own -> below.matches(own.domain());
                case DomainPattern.Below own -> own.parent().isWithin(below.parent());
                case DomainPattern.Everything all -> false;
            };
            case DomainPattern.Everything all -> false;
        });
    }

    private void unusedHops() {
        Set<String> used = new HashSet<>();
        for (Settings.AddressSpace route : settings.routes()) {
            used.add(route.via());
            Stream.ofNullable(route.fallback()).forEach(used::add);
        }
        for (SiteDomain domain : settings.domains()) {
            Stream.ofNullable(domain.deliverTo()).forEach(used::add);
            Stream.ofNullable(domain.elsewhere()).forEach(used::add);
        }
        Stream.ofNullable(settings.connector().postmasterTo()).forEach(used::add);
        for (Settings.Hop hop : settings.nextHops().values()) {
            if (!used.contains(hop.name()) && hop.etrnDomains().isEmpty()) {
                warn("unused", hop.at(), "the next hop " + hop.name() + " is used by no route and no domain");
            }
        }
    }

    private void routes() {
        if (settings.routes().stream().noneMatch(route -> route.to() instanceof DomainPattern.Everything)) {
            found.add(Problem.warning("no-default-route", places.apply("routes"), "no route goes to \"*\": mail for domains that no route names is refused", "{ to = \"*\", via = mx }"));
        }
    }

    private void trustedNetworks() {
        for (Cidr network : settings.trustedNetworks()) {
            if (network.bits() == 0) {
                warn("open-relay", places.apply("trusted-networks"), "trusted-networks contains " + network + ": everybody may send to anywhere through this connector");
            } else if (network.bits() < 8 && network.address().getAddress().length == 4) {
                warn("open-relay", places.apply("trusted-networks"), "trusted-networks contains " + network + ", an uncommonly large part of the Internet");
            }
        }
    }

    private void postmaster() {
        Host host = settings.connector().postmaster().host();
        boolean served = host instanceof Domain domain
                && (domain.equals(settings.connector().hostname()) || settings.domains().stream().anyMatch(one -> one.name().matches(domain)));
        if (!served && !settings.domains().isEmpty()) {
            warn("postmaster", places.apply("connector.postmaster"), "connector.postmaster " + settings.connector().postmaster() + " is in none of the domains served here: reports about trouble leave the site, "
                    + "and are lost when the way out is the trouble");
        }
    }

    private void queue() {
        Settings.Queue queue = settings.queue();
        if (!queue.retry().isEmpty() && queue.retry().getFirst().compareTo(queue.lifetime()) >= 0) {
            warn("queue", places.apply("queue.retry"), "queue.retry begins with " + Kind.words(queue.retry().getFirst()) + ", queue.lifetime is " + Kind.words(queue.lifetime()) + ": nothing is ever tried twice");
        }
    }

    private void warn(String id, @Nullable SourceLine at, String message) {
        found.add(Problem.warning(id, at, message, null));
    }
}
