// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.isthmus.address.Domain;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.AddressKey;
import org.isthmus.directory.DomainTable;
import org.isthmus.directory.FileDirectory;
import org.isthmus.dns.Resolver;
import org.isthmus.loop.SiteClassifier;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.platform.Platform;
import org.isthmus.route.Survey;

/// Predicts loops. Without DNS it is a function of configuration and files, and quick; with DNS it waits no longer than its limit.
///
/// Domains, address spaces and next hops are all looked at, ten thousand of them in seconds; of recipients only samples, so that their number does not matter.
public final class Predictor {
    /// How many aliases are followed one by one: one for each domain that an aliases file leads to.
    private static final int MOST_ALIASES = 10_000;

    private final Snapshot snapshot;
    private final SiteIdentity identity;
    private final FileDirectory directory;
    private final KnownForwards forwards;

    public Predictor(Snapshot snapshot, SiteIdentity identity, FileDirectory directory, KnownForwards forwards) {
        this.snapshot = snapshot;
        this.identity = identity;
        this.directory = directory;
        this.forwards = forwards;
    }

    /// By the configuration alone: what may keep a server from starting.
    public Prediction withoutDns() {
        Findings findings = new Findings();
        Survey survey = survey(Survey.unasked());
        Classes classes = classes(survey);
        new SiteCheck(survey, identity, false, findings).run();
        new HairpinCheck(survey.settings(), findings).run();
        boolean cut = circles(survey, classes, findings);
        return new Prediction(findings.sorted(), classes.mails().size(), false, List.of(), 0, Duration.ZERO, cut);
    }

    /// By configuration and DNS.
    /// @param resolver the servers of this configuration
    /// @param platform for asking many names at a time
    /// @param limit how long DNS may take in all
    public Prediction withDns(Resolver resolver, Platform platform, Duration limit) {
        AskedDns dns = new AskedDns(resolver, platform.time(), platform.threads(), limit);
        Findings findings = new Findings();
        Survey survey = survey(dns);
        Classes classes = classes(survey);
        prefetch(dns, survey.settings(), classes);
        new SiteCheck(survey, identity, true, findings).run();
        new HairpinCheck(survey.settings(), findings).run();
        new DnsCheck(survey, identity, dns, findings).run(classes.foreign());
        boolean cut = circles(survey, classes, findings);
        return new Prediction(findings.sorted(), classes.mails().size(), true, List.copyOf(new TreeSet<>(dns.unanswered())), dns.questions(), dns.fresh(), cut);
    }

    private Survey survey(Resolver resolver) {
        return new Survey(new SiteClassifier(new SampleDirectory(directory)), snapshot, identity, resolver);
    }

    private Classes classes(Survey survey) {
        DomainTable domains = DomainTable.of(snapshot);
        List<KnownForwards.Forward> known = forwards.all();
        Set<String> wanted = known.stream().map(forward -> AddressKey.of(forward.from())).collect(Collectors.toSet());
        return new Classes(survey, domain -> domains.find(domain).isPresent(), directory.aliasSamples(snapshot.settings(), MOST_ALIASES, target -> wanted.contains(AddressKey.of(target))), known);
    }

    private boolean circles(Survey survey, Classes classes, Findings findings) {
        StateGraph graph = new StateGraph(survey, forwards);
        classes.mails().forEach(graph::follow);
        CircleWords words = new CircleWords(survey.settings(), classes.foreign());
        Circles.of(graph.legs()).forEach(circle -> findings.add(words.found(circle)));
        return graph.isCut();
    }

    /// Our own domains first: if the time is short, they matter most.
    private static void prefetch(AskedDns dns, Settings settings, Classes classes) {
        Set<String> hosts = new LinkedHashSet<>(List.of(settings.connector().hostname().ascii()));
        settings.nextHops().values().stream().filter(hop -> !Survey.isWritten(hop)).forEach(hop -> hosts.add(hop.host()));
        dns.addresses(hosts);
        List<String> own = new ArrayList<>();
        settings.domains().forEach(domain -> {
            if (domain.name() instanceof DomainPattern.Exact exact) {
                own.add(exact.domain().ascii());
            }
        });
        dns.prefetch(own);
        dns.prefetch(classes.foreign().stream().map(Classes.Mention::domain).map(Domain::ascii).toList());
    }
}
