// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.address.Domain;
import org.isthmus.config.Problem;
import org.isthmus.config.Problem.Severity;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.AddressSpace;
import org.isthmus.config.Settings.Hop;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.directory.DomainTable;
import org.isthmus.route.Survey;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// From a circle to what a person needs: which of the known design errors it is, the line that is to blame, what to write instead.
///
/// An error is what the configuration alone makes certain; everything else is a warning.
final class CircleWords {
    private final Settings settings;
    private final DomainTable domains;
    private final Map<Domain, Classes.Mention> foreign = new HashMap<>();
    private final Map<String, AddressSpace> rules = new HashMap<>();

    CircleWords(Settings settings, List<Classes.Mention> foreign) {
        this.settings = settings;
        this.domains = DomainTable.of(settings);
        foreign.forEach(mention -> this.foreign.put(mention.domain(), mention));
        settings.routes().forEach(space -> rules.put(Survey.rule(space), space));
    }

    Found found(Circle circle) {
        Leg cause = circle.cause();
        Mail mail = cause.from().mail();
        Domain domain = mail.address().host() instanceof Domain name ? name : null;
        SiteDomain site = domain == null ? null : domains.find(domain).orElse(null);
        AddressSpace space = rules.get(circle.route().why());
        return switch (cause.turn()) {
            case SELF -> cause.from().place() instanceof Place.At at ? ourselves(circle, at.hop()) : byMx(circle, domain, site, space);
            case HOME -> byMx(circle, domain, site, space);
            case RETURN -> returned(circle, ((Place.At) cause.from().place()).hop());
            case FORWARD -> forwarded(circle);
            case ROUTE, REDIRECT -> throw new IllegalArgumentException("no cause: " + cause);
        };
    }

    private Found ourselves(Circle circle, String name) {
        Hop hop = settings.nextHops().get(name);
        SourceLine at = hop == null ? null : hop.at();
        String message = "next-hops." + name + ", by which " + circle.route().why() + " sends " + words(circle) + ", is ourselves: mail that goes there comes back and is refused as a loop";
        return new Found(problem("LP02", circle, at, message, otherServer(name)), name, walk(circle));
    }

    static String otherServer(String hop) {
        return "next-hops { " + hop + " { url = \"smtp://THE-OTHER-SERVER:25\" } }";
    }

    private Found returned(Circle circle, String name) {
        Hop hop = settings.nextHops().get(name);
        String message = words(circle) + " circles: " + circle.route().why() + " sends it to " + name + ", and " + name + " gives back what it does not know"
                + (circle.sure() ? "" : "; this happens to every address that our list has and " + name + " does not know");
        String fix = "next-hops { " + name + " { unknown-users = bounce } }, once that server refuses unknown addresses itself";
        return new Found(problem("LP06", circle, hop == null ? null : hop.at(), message, fix), name, walk(circle));
    }

    private Found forwarded(Circle circle) {
        Leg alias = circle.legs().stream().filter(leg -> leg.turn() == Leg.Turn.REDIRECT).findFirst().orElse(circle.cause());
        String message = words(circle) + " circles through a stranger, who " + circle.cause().why();
        return new Found(problem("LP17", circle, alias.at(), message, "take " + circle.cause().from().mail().address() + " out of the alias"), circle.cause().why(), walk(circle));
    }

    /// DNS leads it to ourselves.
    private Found byMx(Circle circle, @Nullable Domain domain, @Nullable SiteDomain site, @Nullable AddressSpace space) {
        String name = domain == null ? "" : domain.text();
        String way = circle.route().why() + (circle.cause().turn() == Leg.Turn.HOME ? ", whose server " + circle.cause().why() : ", and its MX is ourselves");
        if (site != null && space != null && isConditional(space)) {
            String message = words(circle) + " circles, but only under the conditions of " + conditions(space) + ": it goes out by " + way;
            return new Found(problem("LP08", circle, space.at(), message, "no such route for " + name), Survey.rule(space), walk(circle));
        }
        if (site != null) {
            boolean shared = site.kind() == SiteDomain.Kind.SHARED;
            String message = words(circle) + " circles: it goes out by " + way;
            return new Found(problem("LP05", circle, site.at(), message, (shared ? "elsewhere" : "deliver-to") + " = HOP, the server where these addresses live"), site.name().text(), walk(circle));
        }
        Classes.Mention mention = domain == null ? null : foreign.get(domain);
        return Dangling.found(name, mention, implicit(circle), problem("", circle, null, way, null), walk(circle));
    }

    private static boolean implicit(Circle circle) {
        return circle.cause().evidence().stream().anyMatch(line -> line.contains("has no MX, so the domain itself"));
    }

    static boolean isConditional(AddressSpace space) {
        return space.minSize().isPresent() || space.maxSize().isPresent() || space.requireTls().isPresent() || space.from() != null;
    }

    static String conditions(AddressSpace space) {
        List<String> parts = new ArrayList<>();
        space.minSize().ifPresent(size -> parts.add("min-size = " + size));
        space.maxSize().ifPresent(size -> parts.add("max-size = " + size));
        space.requireTls().ifPresent(tls -> parts.add("require-tls = " + (tls ? "yes" : "no")));
        if (space.from() != null) {
            parts.add("from = " + space.from());
        }
        return "routes[" + space.index() + "] (" + String.join(", ", parts) + ")";
    }

    private static String words(Circle circle) {
        return "mail for " + SampleDirectory.words(circle.legs().getFirst().from().mail().address());
    }

    private static Problem problem(String id, Circle circle, @Nullable SourceLine at, String message, @Nullable String fix) {
        List<String> evidence = new ArrayList<>();
        for (Leg leg : circle.legs()) {
            evidence.add(leg.why() + (leg.at() == null ? "" : " at " + leg.at()));
            leg.evidence().stream().filter(line -> !line.equals(leg.why())).forEach(evidence::add);
        }
        Severity severity = circle.written() && circle.sure() ? Severity.ERROR : Severity.WARNING;
        return new Problem(id, severity, circle.sure(), at, message, evidence, fix);
    }

    private List<Found.Station> walk(Circle circle) {
        List<Found.Station> walk = new ArrayList<>();
        for (Leg leg : circle.legs()) {
            walk.add(new Found.Station(station(leg.from()), leg.why() + (leg.at() == null ? "" : " (" + leg.at() + ")")));
        }
        walk.add(new Found.Station(station(circle.legs().getFirst().from()), ""));
        return walk;
    }

    private String station(State state) {
        return switch (state.place()) {
            case Place.Here here -> "we, with mail for " + SampleDirectory.words(state.mail().address());
            case Place.At at -> station(at.hop());
            case Place.Outside outside -> "the mail exchangers of " + outside.domain();
        };
    }

    private String station(String name) {
        Hop hop = settings.nextHops().get(name);
        return name + (hop == null ? "" : " (" + hop.host() + " port " + hop.port() + ")");
    }
}
