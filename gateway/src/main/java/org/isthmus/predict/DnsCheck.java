// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.address.Domain;
import org.isthmus.config.Problem;
import org.isthmus.config.Problem.Severity;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.AddressSpace;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.config.Settings.Hop;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.route.Lead;
import org.isthmus.route.Survey;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// What DNS says of our domains and of those that the configuration speaks of. Nothing here is an error: DNS may change, and no start may hang on it.
///
/// | id | finding | severity |
/// |---|---|---|
/// | LP03 | the MX of a domain of ours leads to nobody who is us or a front door of ours | warning; a note for relay domains and where there is no MX |
/// | LP04, LP07, LP11 | a domain that is not ours leads to us: by MX, by a wildcard below one of ours, by its address alone | warning |
/// | LP10 | a relay domain goes by its MX, and the exchangers better than ourselves do not exist | warning |
/// | LP11 | a domain of ours has no MX, only an address | note |
/// | LP13 | another machine has our name | warning |
final class DnsCheck {
    private final Survey survey;
    private final Settings settings;
    private final SiteIdentity identity;
    private final AskedDns dns;
    private final Findings findings;

    DnsCheck(Survey survey, SiteIdentity identity, AskedDns dns, Findings findings) {
        this.survey = survey;
        this.settings = survey.settings();
        this.identity = identity;
        this.dns = dns;
        this.findings = findings;
    }

    void run(List<Classes.Mention> foreign) {
        for (SiteDomain domain : settings.domains()) {
            if (domain.name() instanceof DomainPattern.Exact exact) {
                site(domain, exact.domain());
            }
        }
        foreign.forEach(this::foreign);
        names();
    }

    private void site(SiteDomain domain, Domain name) {
        int before = dns.failures();
        boolean relay = domain.kind() == SiteDomain.Kind.RELAY;
        Lead lead = survey.exchangers(name);
        if (lead.end() == Lead.End.UNSURE && lead.self() != null && dns.failures() == before && relay && byMx(domain)) {
            findings.add(new Problem("LP10", Severity.WARNING, true, domain.at(), "we are a backup exchanger of " + name + ", and none of those before us exists: its mail waits until it is given up",
                    evidence(lead), "deliver-to = HOP, or correct the MX of " + name), name.text());
        }
        if (lead.end() == Lead.End.OURSELVES && isImplicit(lead)) {
            findings.add(new Problem("LP11", Severity.NOTE, true, domain.at(), name + " has no MX, and mail reaches us only because its address is ourselves; whoever moves that address moves its mail",
                    evidence(lead), "in DNS: " + name + ". MX 10 " + settings.connector().hostname() + "."), name.text());
        }
        boolean told = lead.end() != Lead.End.UNSURE || dns.failures() == before;
        if (told && lead.end() != Lead.End.OURSELVES && survey.exchangersForOthers(name).self() == null) {
            unreached(domain, name, lead, relay);
        }
    }

    private boolean byMx(SiteDomain domain) {
        return domain.deliverTo() == null || domain.deliverTo().equals(AddressSpace.MX);
    }

    private void unreached(SiteDomain domain, Domain name, Lead lead, boolean relay) {
        boolean leads = lead.end() == Lead.End.SERVERS;
        List<InetSocketAddress> addresses = lead.exchanges().stream().flatMap(exchange -> exchange.addresses().stream()).limit(4).toList();
        String message = leads ? "the MX of " + name + " leads to none of our listeners, addresses or front doors: its mail comes to us through somebody else, or not at all"
                : "DNS has no way to " + name + ": " + lead.step().outcome() + "; only mail from our own side reaches it";
        String ours = String.join(", ", addresses.stream().map(address -> "\"" + address.getAddress().getHostAddress() + "\"").toList());
        String doors = String.join(", ", lead.exchanges().stream().limit(4).map(exchange -> "\"" + exchange.name() + "\"").toList());
        String fix = leads ? "identity { addresses = [" + ours + "] } if that is us behind NAT, or front-doors = [" + doors + "] in the domain if that is a filter in front of us" : "in DNS: " + name + ". MX 10 " + settings.connector().hostname() + ".";
        findings.add(new Problem("LP03", leads && !relay ? Severity.WARNING : Severity.NOTE, leads, domain.at(), message, evidence(lead), fix), name.text());
    }

    private void foreign(Classes.Mention mention) {
        Lead lead = survey.exchangers(mention.domain());
        if (lead.end() == Lead.End.OURSELVES) {
            Problem seen = new Problem("", Severity.WARNING, true, null, "", evidence(lead), null);
            findings.add(Dangling.found(mention.domain().text(), mention, isImplicit(lead), seen, List.of()));
        }
    }

    static boolean isImplicit(Lead lead) {
        return lead.step().evidence().stream().anyMatch(line -> line.contains("has no MX, so the domain itself"));
    }

    private static List<String> evidence(Lead lead) {
        return lead.step().evidence().isEmpty() ? List.of(lead.step().outcome()) : lead.step().evidence();
    }

    /// LP13. Two machines with one name are told apart by their addresses; mail between them is delivered. But logs, Received lines and peers confuse them.
    private void names() {
        Domain hostname = settings.connector().hostname();
        List<InetAddress> others = new ArrayList<>();
        List<InetAddress> ours = new ArrayList<>();
        Answer<DnsRecord.Address> four = dns.ipv4(hostname.ascii());
        Answer<DnsRecord.Address> six = dns.ipv6(hostname.ascii());
        for (Answer<DnsRecord.Address> answer : List.of(four, six)) {
            if (answer instanceof Answer.Found<DnsRecord.Address> found) {
                found.records().forEach(record -> (isOurs(record.address()) ? ours : others).add(record.address()));
            }
        }
        if (!others.isEmpty() && !ours.isEmpty()) {
            twice("connector.hostname " + hostname, settings.place("connector.hostname"), "hostname", others, List.of(Survey.evidence(hostname.ascii(), "A", four), Survey.evidence(hostname.ascii(), "AAAA", six)));
        }
        for (Hop hop : settings.nextHops().values().stream().sorted(java.util.Comparator.comparing(Hop::name)).toList()) {
            if (!Survey.isWritten(hop) && identity.matchHost(hop.host(), hop.port()).isPresent()) {
                namesake(hop);
            }
        }
    }

    private void namesake(Hop hop) {
        Lead lead = survey.hop(hop);
        if (lead.end() == Lead.End.SERVERS) {
            twice("next-hops." + hop.name() + " (" + hop.host() + ")", hop.at(), hop.name(), lead.exchanges().getFirst().addresses().stream().map(InetSocketAddress::getAddress).toList(), evidence(lead));
        }
    }

    private void twice(String what, @Nullable SourceLine at, String about, List<InetAddress> others, List<String> evidence) {
        String there = String.join(", ", others.stream().map(InetAddress::getHostAddress).toList());
        findings.add(new Problem("LP13", Severity.WARNING, true, at, what + " is our own name, and DNS has it at " + there + ", which is not us: two machines with one name, "
                + "or an address of ours that is not declared", evidence, "identity { addresses = [\"" + others.getFirst().getHostAddress() + "\"] } if that is us; otherwise another hostname for one of the two"),
                about);
    }

    private boolean isOurs(InetAddress address) {
        boolean exchanger = identity.matchExchanger(new InetSocketAddress(address, settings.identity().mxPort())).isPresent();
        return exchanger || settings.listeners().stream().anyMatch(listener -> identity.match(new InetSocketAddress(address, listener.address().getPort())).isPresent());
    }
}
