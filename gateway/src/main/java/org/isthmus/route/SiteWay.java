// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings.AddressSpace;
import org.isthmus.config.Settings.Loopback;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.loop.LoopbackPolicy;
import org.isthmus.loop.LoopbackPolicy.Decision;
import org.isthmus.loop.SiteIdentity.SelfMatch;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.transit.Cause;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// The way of an address of one of our domains.
final class SiteWay {
    private static final EnhancedStatus LOOP = EnhancedStatus.of("5.4.6");
    /// A list may bring an address of a shared domain back once or twice; more is two servers that think it lives at the other.
    private static final int MOST_PASSES = 3;

    private final Ways ways;
    private final Mailbox address;
    private final SiteDomain domain;

    SiteWay(Ways ways, Mailbox address, SiteDomain domain) {
        this.ways = ways;
        this.address = address;
        this.domain = domain;
    }

    /// An address that exists here. Inside ways are taken as they come; the first that is outward asks the loopback policy.
    Routing known() {
        Choice role = role();
        if (role != null) {
            return plain(List.of(role), RecipientClass.SITE_KNOWN);
        }
        List<Choice> choices = named();
        boolean send = LoopbackPolicy.setting(domain, ways.settings()).policy() == Loopback.SEND;
        for (Choice choice : choices) {
            if (ways.inside(choice)) {
                Resolved resolved = ways.resolve(choice, address.host(), true);
                if (resolved instanceof Resolved.Ours ours && ways.isEmpty()) {
                    return outward(choice, ours.self(), choices);
                }
                ways.keep(choice, address.host(), resolved, self -> looped(choice, self.self(), self.step()));
            } else if (ways.isEmpty() && !ways.inDoubt()) {
                return outward(choice, null, choices);
            } else if (send && !ways.facts().returned()) {
                ways.keep(choice, address.host(), ways.resolve(choice, address.host(), true), self -> looped(choice, self.self(), self.step()));
            } else {
                ways.note(Step.of(LoopbackPolicy.LAYER, choice.rule(), choice.at(), "is outward and not used: mail for the site has an inside way"));
            }
        }
        return ways.conclude(RecipientClass.SITE_KNOWN);
    }

    /// The next hop that `connector.postmaster-to` names, for postmaster and abuse. The operator has decided; no policy is asked.
    private @Nullable Choice role() {
        String to = ways.settings().connector().postmasterTo();
        String local = address.local().content();
        boolean role = local.equalsIgnoreCase("postmaster") || local.equalsIgnoreCase("abuse");
        return role && to != null && to.indexOf('@') < 0 ? new Choice(to, "connector.postmaster-to = \"" + to + "\"", null) : null;
    }

    /// The ways of the domain: entries of `routes` that name it, otherwise `deliver-to`.
    private List<Choice> named() {
        List<Choice> choices = ways.fromRoutes(address.host(), true);
        Choice store = store();
        return !choices.isEmpty() || store == null ? choices : List.of(store);
    }

    private @Nullable Choice store() {
        return domain.deliverTo() == null ? null : choice("deliver-to", domain.deliverTo());
    }

    private Choice choice(String key, String via) {
        return new Choice(via, "domains.\"" + domain.name().text() + "\" " + key + " = " + via, domain.at());
    }

    /// The domain's inside hop: its `deliver-to`, otherwise the first inside way that `routes` offers it; but never the one that leads to ourselves.
    private @Nullable Choice insideHop(List<Choice> choices, @Nullable Choice except) {
        List<Choice> candidates = new ArrayList<>(choices);
        Choice store = store();
        if (store != null) {
            candidates.addFirst(store);
        }
        return candidates.stream().filter(choice -> ways.inside(choice) && (except == null || !choice.via().equals(except.via()))).findFirst().orElse(null);
    }

    /// The loopback policy decides.
    /// @param self why the way leads to ourselves, if that is why it counts as outward
    private Routing outward(Choice choice, @Nullable SelfMatch self, List<Choice> choices) {
        Choice inside = insideHop(choices, self == null ? null : choice);
        boolean send = LoopbackPolicy.setting(domain, ways.settings()).policy() == Loopback.SEND && !ways.facts().returned();
        // Only `send` needs to know where the way leads; the other policies never go it, and ask nobody.
        Resolved resolved = send ? ways.resolve(choice, address.host(), false) : null;
        SelfMatch back = self != null ? self : resolved == null ? null : back(resolved);
        Router.Facts facts = ways.facts();
        Decision decision = LoopbackPolicy.decide(
                new LoopbackPolicy.Question(address, domain, choice.rule(), back, inside == null ? null : inside.via(), facts.released(), facts.returned()), ways.settings());
        ways.note(decision.step());
        return switch (decision) {
            case Decision.Refuse refuse -> ways.routing(RecipientClass.SITE_KNOWN, new Route.Fail(refuse.cause()));
            case Decision.Keep keep -> ways.routing(RecipientClass.SITE_KNOWN, new Route.Hold(LoopbackPolicy.LAYER, keep.why()));
            case Decision.TurnAround around -> inside == null ? ways.conclude(RecipientClass.SITE_KNOWN) : plain(List.of(inside), RecipientClass.SITE_KNOWN);
            case Decision.Leave leave -> leave(choice, resolved == null ? ways.resolve(choice, address.host(), false) : resolved, choices);
        };
    }

    /// That an exchanger of another is the MX of a domain of ours says nothing: its mailboxes may live there. What is declared as a front door has said it.
    private static @Nullable SelfMatch back(Resolved resolved) {
        return switch (resolved) {
            case Resolved.Reached reached -> reached.self();
            case Resolved.Ours ours -> ours.self();
            case Resolved.Unsure unsure -> null;
            case Resolved.Nowhere nowhere -> null;
        };
    }

    /// Policy `send`: this way, though it may lead to ourselves, and the other ways behind it.
    private Routing leave(Choice choice, Resolved resolved, List<Choice> choices) {
        ways.keep(choice, address.host(), resolved, self -> looped(choice, self.self(), self.step()), true);
        for (Choice next : choices.subList(choices.indexOf(choice) + 1, choices.size())) {
            ways.keep(next, address.host(), ways.resolve(next, address.host(), false), self -> looped(next, self.self(), self.step()), true);
        }
        return ways.conclude(RecipientClass.SITE_KNOWN);
    }

    /// An address of a shared domain that is not known here.
    Routing elsewhere() {
        List<Choice> choices = domain.elsewhere() != null ? List.of(choice("elsewhere", domain.elsewhere())) : ways.fromRoutes(address.host(), true);
        if (ways.facts().passes() >= MOST_PASSES && !choices.isEmpty()) {
            Choice choice = choices.getFirst();
            String finding = address + " is not known here and would go by " + choice.rule() + " for the " + (ways.facts().passes() + 1) + "th time: it is not known there either";
            List<String> evidence = List.of(ways.facts().passes() + " Received lines of ours");
            ways.note(new Step("shared", choice.rule(), choice.at(), finding, evidence, List.of()));
            return ways.routing(RecipientClass.SITE_SHARED, new Route.Fail(new Cause.Looped(new LoopEvidence("L7", finding, choice.at(), evidence), LOOP)));
        }
        return plain(choices, RecipientClass.SITE_SHARED);
    }

    /// An address of a domain that we are only the MX for. Its better exchangers are its way if nothing else is said.
    Routing relay() {
        List<Choice> choices = named();
        if (choices.isEmpty()) {
            choices = List.of(new Choice(AddressSpace.MX, "domains.\"" + domain.name().text() + "\" kind = relay, so by its MX", domain.at()));
        }
        for (Choice choice : choices) {
            Resolved resolved = ways.resolve(choice, address.host(), true);
            SelfMatch home = resolved instanceof Resolved.Ours ours ? ours.self() : ways.inside(choice) ? null : ways.learned(choice, address.host(), resolved);
            Choice inside = home == null ? null : insideHop(choices, choice);
            if (home == null || inside == null) {
                ways.keep(choice, address.host(), resolved, self -> looped(choice, self.self(), self.step()));
                continue;
            }
            ways.note(new Step("relay", choice.rule(), choice.at(), "leads to ourselves, so " + address + " goes by the inside hop " + inside.via(), List.of(home.toString()), List.of()));
            // One that is a choice itself comes in its own turn.
            if (choices.stream().noneMatch(other -> other.via().equals(inside.via()))) {
                ways.keep(inside, address.host(), ways.resolve(inside, address.host(), true), self -> looped(inside, self.self(), self.step()));
            }
        }
        return ways.conclude(RecipientClass.CLIENT_RELAY);
    }

    /// All of these, in this order.
    private Routing plain(List<Choice> choices, RecipientClass kind) {
        for (Choice choice : choices) {
            ways.keep(choice, address.host(), ways.resolve(choice, address.host(), true), self -> looped(choice, self.self(), self.step()));
        }
        return ways.conclude(kind);
    }

    private Cause.Looped looped(Choice choice, SelfMatch self, Step step) {
        String finding = choice.rule() + " leads " + address + " to ourselves: " + self;
        SourceLine at = choice.at();
        List<String> evidence = step.evidence().isEmpty() ? List.of(step.outcome()) : step.evidence();
        return new Cause.Looped(new LoopEvidence("L2", finding, at, evidence, ways.circle(choice, address.host())), LOOP);
    }
}
