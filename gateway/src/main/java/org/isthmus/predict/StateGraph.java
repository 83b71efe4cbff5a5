// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings.AddressSpace;
import org.isthmus.config.Settings.Hop;
import org.isthmus.directory.AddressKey;
import org.isthmus.directory.DomainTable;
import org.isthmus.policy.Relaying;
import org.isthmus.route.Lead;
import org.isthmus.route.Survey;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Client;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Route;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// Where mail of each class goes, from place to place. What we do with it, the router says; what others do, their declarations, DNS and what is known of them.
final class StateGraph {
    /// More states than any sensible configuration has; behind them nothing is looked at, and the prediction says so.
    private static final int MOST = 500_000;

    private final Survey survey;
    private final DomainTable domains;
    private final Map<String, KnownForwards.Forward> forwards = new HashMap<>();
    private final Map<State, List<Leg>> legs = new LinkedHashMap<>();
    private final Deque<State> open = new ArrayDeque<>();
    private final Map<String, Lead> hops = new HashMap<>();
    private final Map<Domain, Lead> exchangers = new HashMap<>();
    private boolean cut;

    StateGraph(Survey survey, KnownForwards known) {
        this.survey = survey;
        this.domains = DomainTable.of(survey.settings());
        known.all().forEach(forward -> forwards.putIfAbsent(AddressKey.of(forward.from()), forward));
    }

    /// Each state with the legs from it.
    Map<State, List<Leg>> legs() {
        return legs;
    }

    /// Whether something was left out because there is too much.
    boolean isCut() {
        return cut;
    }

    /// Follows mail of this class, arriving for the first time, to all its ends.
    void follow(Mail mail) {
        enter(new State(mail, new Place.Here(false)));
        while (!open.isEmpty()) {
            State state = open.removeFirst();
            List<Leg> from = legs(state);
            legs.put(state, from);
            from.forEach(leg -> enter(leg.to()));
        }
    }

    private void enter(State state) {
        if (legs.size() >= MOST) {
            cut = true;
        } else if (legs.putIfAbsent(state, List.of()) == null) {
            open.addLast(state);
        }
    }

    private List<Leg> legs(State state) {
        return switch (state.place()) {
            case Place.Here here -> here(state, here.returned());
            case Place.At at -> at(state, at.hop());
            case Place.Outside outside -> outside(state, outside.domain());
        };
    }

    private List<Leg> here(State state, boolean returned) {
        Survey.Found found = survey.route(state.mail().recipient(), state.mail().facts(returned));
        return switch (found.routing().route()) {
            case Route.Redirect redirect -> redirect(state, redirect.to(), found.routing().steps());
            case Route.Deliver deliver -> {
                List<Leg> out = new ArrayList<>();
                deliver.ways().forEach(way -> out.addAll(send(state, way.hop(), found.leads())));
                yield out;
            }
            case Route.Fail fail when fail.cause() instanceof Cause.Looped looped && looped.evidence().layer().equals("L2") ->
                    found.leads().stream().filter(lead -> lead.end() == Lead.End.OURSELVES).flatMap(lead -> send(state, lead).stream()).toList();
            // The way ends: refused, held or waiting. What the loopback policy refuses does not circle either.
            case Route.Fail fail -> List.of();
            case Route.Hold hold -> List.of();
            case Route.Defer defer -> List.of();
        };
    }

    private static List<Leg> redirect(State state, List<Mailbox> targets, List<Step> steps) {
        Step step = steps.getFirst();
        List<Mailbox> via = new ArrayList<>(state.mail().recipient().via());
        via.add(state.mail().address());
        List<Leg> out = new ArrayList<>();
        for (Mailbox target : targets) {
            Recipient next = new Recipient(target, state.mail().recipient().parameters(), via);
            out.add(new Leg(state, new State(state.mail().to(next, Mail.Kind.NAMED), state.place()), Leg.Turn.REDIRECT, step.rule(), step.at(), List.of(step.outcome()), true, true));
        }
        return out;
    }

    private List<Leg> send(State state, NextHop hop, List<Lead> leads) {
        String via = switch (hop) {
            case NextHop.Named named -> named.name();
            case NextHop.Exchangers mx -> AddressSpace.MX;
            case NextHop.Literal literal -> "";
        };
        return leads.stream().filter(lead -> lead.via().equals(via)).findFirst().map(lead -> send(state, lead)).orElse(List.of());
    }

    private List<Leg> send(State state, Lead lead) {
        Place place;
        if (!lead.via().equals(AddressSpace.MX)) {
            place = new Place.At(lead.via());
        } else if (state.mail().address().host() instanceof Domain domain) {
            place = new Place.Outside(domain);
        } else {
            return List.of();
        }
        return List.of(new Leg(state, new State(state.mail(), place), Leg.Turn.ROUTE, lead.rule(), lead.at(), List.of(), true, true));
    }

    private List<Leg> at(State state, String name) {
        Hop hop = survey.settings().nextHops().get(name);
        if (hop == null) {
            return List.of();
        }
        Lead lead = state.mail().address().host() instanceof Domain domain && hasFrontDoors(domain) ? survey.hop(hop, domain) : lead(hop);
        if (lead.end() == Lead.End.OURSELVES) {
            return List.of(self(state, lead, Survey.isWritten(hop)));
        }
        List<Leg> out = new ArrayList<>();
        if (hop.unknownUsers().equals(Optional.of(Hop.UnknownUsers.RETURN))) {
            boolean sure = state.mail().kind() == Mail.Kind.UNLISTED || state.mail().kind() == Mail.Kind.FOREIGN;
            out.add(new Leg(state, back(state.mail()), Leg.Turn.RETURN, "unknown-users = return: it gives back what it does not know", hop.at(), List.of(), true, sure));
        }
        if (!survey.inside(name)) {
            if (survey.servesOthers(name)) {
                home(state, lead).ifPresent(out::add);
            }
            forward(state).ifPresent(out::add);
        }
        return out;
    }

    private boolean hasFrontDoors(Domain domain) {
        return domains.find(domain).filter(site -> !site.frontDoors().isEmpty()).isPresent();
    }

    private List<Leg> outside(State state, Domain domain) {
        Lead lead = lead(domain);
        if (lead.end() == Lead.End.OURSELVES) {
            return List.of(self(state, lead, false));
        }
        return forward(state).map(List::of).orElse(List.of());
    }

    private static Leg self(State state, Lead lead, boolean written) {
        SourceLine at = lead.self() == null ? null : lead.self().at();
        return new Leg(state, back(state.mail()), Leg.Turn.SELF, "is ourselves: " + (lead.self() == null ? "" : lead.self().what()), at, lead.step().evidence(), written, true);
    }

    private static State back(Mail mail) {
        return new State(mail.to(Recipient.of(mail.address(), mail.recipient().parameters()), mail.kind()), new Place.Here(true));
    }

    /// A server elsewhere sends it by its MX; if that is ourselves, and we take it from there, it comes home.
    private Optional<Leg> home(State state, Lead from) {
        if (!(state.mail().address().host() instanceof Domain domain) || lead(domain).end() != Lead.End.OURSELVES) {
            return Optional.empty();
        }
        Lead lead = lead(domain);
        List<String> evidence = new ArrayList<>(lead.step().evidence());
        if (domains.find(domain).isEmpty()) {
            Step permission = from.exchanges().stream().flatMap(exchange -> exchange.addresses().stream()).map(this::permission).filter(Objects::nonNull).findFirst().orElse(null);
            if (permission == null) {
                return Optional.empty();
            }
            evidence.add("and we take it from there: " + permission.rule());
        }
        return Optional.of(new Leg(state, back(state.mail()), Leg.Turn.HOME, "sends it by the MX of " + domain + ", and that is ourselves", null, evidence, false, true));
    }

    private @Nullable Step permission(InetSocketAddress client) {
        return Relaying.permission(new Client("", client, client, null, null, ""), survey.settings());
    }

    private Optional<Leg> forward(State state) {
        KnownForwards.Forward forward = forwards.get(AddressKey.of(state.mail().address()));
        if (forward == null) {
            return Optional.empty();
        }
        Mailbox to = forward.to() == null ? state.mail().recipient().named() : forward.to();
        State next = back(state.mail().to(Recipient.of(to, state.mail().recipient().parameters()), Mail.Kind.NAMED));
        return Optional.of(new Leg(state, next, Leg.Turn.FORWARD, "forwards " + forward.from() + " to " + to + ", as has been seen", null, List.of(forward.evidence()), false, true));
    }

    private Lead lead(Hop hop) {
        return hops.computeIfAbsent(hop.name(), name -> survey.hop(hop));
    }

    private Lead lead(Domain domain) {
        return exchangers.computeIfAbsent(domain, survey::exchangers);
    }
}
