// SPDX-License-Identifier: Apache-2.0
package org.isthmus.explain;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.config.Settings.Hop;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Snapshot;
import org.isthmus.deliver.Caller;
import org.isthmus.directory.FileDirectory;
import org.isthmus.loop.SiteClassifier;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.loop.SiteIdentity.SelfMatch;
import org.isthmus.loop.Xsite;
import org.isthmus.platform.Platform;
import org.isthmus.platform.Threads;
import org.isthmus.route.Lead;
import org.isthmus.route.Survey;
import org.isthmus.smtp.Capabilities;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Recognition;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Way;
import org.isthmus.transit.Wording;
import org.jspecify.annotations.Nullable;

/// Calls on every door that mail could come home by, and says which of them is ourselves: the exchangers of our domains, their front doors, and the servers that mail is
/// handed to outward. Nobody gets mail by it; each connection ends after EHLO and one question. What it proves is learned, as if mail had gone there.
public final class Probe {
    private static final int MOST = 200;
    private static final int AT_ONCE = 20;

    private final Platform platform;
    private final Snapshot snapshot;
    private final SiteIdentity identity;
    private final Recognition recognition;
    private final Caller caller;
    private final Survey survey;

    /// @param recognition asks the question
    /// @param caller calls under the TLS that mail to the same server would have
    public Probe(Platform platform, Snapshot snapshot, SiteIdentity identity, Recognition recognition, Caller caller) {
        this.caller = caller;
        this.platform = platform;
        this.snapshot = snapshot;
        this.identity = identity;
        this.recognition = recognition;
        this.survey = new Survey(new SiteClassifier(new FileDirectory(platform.disk(), platform.time())), snapshot, identity, platform.dns());
    }

    /// What a door turned out to be.
    public enum Verdict {
        /// Ourselves, and known without a connection.
        DECLARED,
        /// Ourselves, and nobody has declared it: this is what loops are made of.
        OURSELVES,
        /// Somebody else.
        STRANGER,
        /// Somebody else who calls himself like us.
        NAMESAKE,
        /// Cannot be told: nobody answers, or no address is found.
        SILENT
    }

    /// A door and what was found.
    ///
    /// @param name of the server, with its address and port where it has one
    /// @param why what leads there, in the operator's words
    /// @param at where that is configured
    /// @param says the name that it gave itself; empty if none
    /// @param words what was found, for people
    public record Door(String name, String why, @Nullable SourceLine at, Verdict verdict, String says, String words, List<String> evidence) {
        public Door {
            evidence = List.copyOf(evidence);
        }
    }

    /// @param doors in the order of the configuration
    /// @param identity everything that counts as us now
    /// @param more doors that were left out because there are too many
    public record Report(List<Door> doors, List<SiteIdentity.Entry> identity, int more) {
        public Report {
            doors = List.copyOf(doors);
            identity = List.copyOf(identity);
        }

        /// Whether something is ourselves that was not declared.
        public boolean surprises() {
            return doors.stream().anyMatch(door -> door.verdict() == Verdict.OURSELVES);
        }
    }

    /// A server to call on, or the reason why there is none.
    private record Target(Way way, Exchange exchange, @Nullable InetSocketAddress address, String why, @Nullable SourceLine at, @Nullable SelfMatch self, String lost) {}

    /// Calls on all of them, some at a time. Takes minutes where many do not answer.
    public Report run() throws InterruptedException {
        List<Target> targets = targets();
        List<Target> called = targets.subList(0, Math.min(MOST, targets.size()));
        Door[] doors = new Door[called.size()];
        for (int from = 0; from < called.size(); from += AT_ONCE) {
            List<Threads.Actor> actors = new ArrayList<>();
            for (int i = from; i < Math.min(from + AT_ONCE, called.size()); i++) {
                int place = i;
                actors.add(platform.threads().start("probe " + called.get(i).exchange().name(), () -> doors[place] = call(called.get(place))));
            }
            for (Threads.Actor actor : actors) {
                actor.join();
            }
        }
        return new Report(List.of(doors), identity.entries(), targets.size() - called.size());
    }

    private List<Target> targets() {
        List<Target> targets = new ArrayList<>();
        for (SiteDomain domain : settings().domains()) {
            if (domain.name() instanceof DomainPattern.Exact exact) {
                add(targets, survey.exchangersForOthers(exact.domain()), new NextHop.Exchangers(exact.domain()), exact.domain().text() + " MX ", domain.at());
            }
            for (SiteDomain.FrontDoor door : domain.frontDoors()) {
                Hop named = new Hop("front door", Way.Protocol.SMTP, door.name().ascii(), settings().identity().mxPort(), Optional.empty(), null, Optional.empty(), door.at());
                add(targets, survey.hop(named), new NextHop.Named(door.name().text()), "front-doors of " + domain.name().text() + ": ", door.at());
            }
        }
        settings().nextHops().values().stream().sorted(java.util.Comparator.comparing(Hop::name)).filter(hop -> hop.protocol() == Way.Protocol.SMTP && !survey.inside(hop.name()))
                .forEach(hop -> add(targets, survey.hop(hop), new NextHop.Named(hop.name()), "next-hops." + hop.name() + ": ", hop.at()));
        Set<Object> seen = new HashSet<>();
        targets.removeIf(target -> target.address() != null && !seen.add(List.of(target.address(), target.way().hop())));
        return targets;
    }

    private void add(List<Target> targets, Lead lead, NextHop hop, String why, SourceLine at) {
        Way way = new Way(hop, Way.Protocol.SMTP, lead.exchanges(), false);
        if (lead.exchanges().isEmpty()) {
            targets.add(new Target(way, new Exchange(hop.toString(), List.of()), null, why + hop, at, lead.self(), lead.step().outcome()));
        }
        for (Exchange exchange : lead.exchanges()) {
            String named = hop instanceof NextHop.Exchangers ? why + exchange.preference() + " " + exchange.name() : why + exchange.name();
            exchange.addresses().forEach(address -> targets.add(new Target(way, exchange, address, named, at, null, "")));
        }
    }

    private Settings settings() {
        return snapshot.settings();
    }

    private Door call(Target target) {
        InetSocketAddress address = target.address();
        if (address == null) {
            return new Door(target.exchange().name(), target.why(), target.at(), target.self() != null ? Verdict.DECLARED : Verdict.SILENT, "", target.lost(), List.of());
        }
        String name = new Peer(target.exchange().name(), address).toString();
        Caller.Heard heard = caller.call(target.way(), target.exchange(), address, recognition, settings());
        Optional<SelfMatch> known = identity.matchExchanger(address);
        String says = heard.hello() == null ? "" : firstWord(heard.hello().lines().getFirst());
        Cause trouble = heard.trouble();
        if (heard.ours() != null && known.isEmpty()) {
            return new Door(name, target.why(), target.at(), Verdict.OURSELVES, says, heard.ours().finding(), heard.ours().evidence());
        }
        if (known.isPresent()) {
            String proof = heard.ours() != null ? "; proved by XSITE" : trouble != null ? "; not reached: " + Wording.brief(trouble) : "; it did not prove it by XSITE";
            return new Door(name, target.why(), target.at(), Verdict.DECLARED, says, known.get() + proof, List.of());
        }
        if (trouble != null || heard.hello() == null) {
            return new Door(name, target.why(), target.at(), Verdict.SILENT, says, trouble == null ? "no answer to EHLO" : Wording.brief(trouble), heard.conversation());
        }
        boolean offers = Capabilities.parse(heard.hello()).has(Xsite.KEYWORD);
        Optional<SelfMatch> namesake = identity.matchHostName(says);
        return new Door(name, target.why(), target.at(), namesake.isPresent() ? Verdict.NAMESAKE : Verdict.STRANGER, says,
                (namesake.map(match -> "calls itself by " + match + ", ").orElse("")) + (offers ? "offers XSITE and is of another site" : "offers no XSITE"), List.of());
    }

    private static String firstWord(String line) {
        int blank = line.indexOf(' ');
        return blank < 0 ? line : line.substring(0, blank);
    }
}
