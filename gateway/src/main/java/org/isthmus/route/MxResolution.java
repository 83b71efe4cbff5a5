// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.isthmus.address.Domain;
import org.isthmus.dns.Answer;
import org.isthmus.dns.DnsRecord.Mx;
import org.isthmus.dns.Resolver;
import org.isthmus.loop.SiteIdentity;
import org.isthmus.loop.SiteIdentity.SelfMatch;
import org.isthmus.platform.Entropy;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.syntax.SyntaxProblem;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.SourceLine;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// The mail exchangers of a domain. RFC 5321 §5.1, RFC 7505.
///
/// | DNS says | then |
/// |---|---|
/// | the domain does not exist | fails, 5.1.2 |
/// | cannot be told: time-out, SERVFAIL | waits, 4.4.3 |
/// | a null MX and nothing else | fails, 5.1.10 |
/// | no MX | the domain itself is its exchanger (implicit MX) |
/// | exchangers | in order of preference, equal ones in an order that chance gives; a null MX among others does not count |
///
/// Then the list is pruned. An exchanger is ourselves if its name is ours or one of its addresses is, at the port of mail exchangers; it goes, and with it
/// everything of equal or worse preference, whatever the reason. What is left decides:
///
/// | left | then |
/// |---|---|
/// | servers with addresses | mail goes there |
/// | nothing, and we are the best | ours: what that means depends on the recipient |
/// | nothing, but there are better ones than we, which could not be resolved | waits, 4.4.3: they will come back, and no loop is claimed |
/// | nothing, and we are not among them, some could not be asked | waits, 4.4.3 |
/// | nothing, and none has an address | fails, 5.4.4 |
final class MxResolution {
    private static final int MOST_EXCHANGERS = 50;
    private static final int ENOUGH_ADDRESSES = 20;

    private final Resolver resolver;
    private final Entropy entropy;
    private final AddressLookup addresses;

    MxResolution(Resolver resolver, Entropy entropy) {
        this.resolver = resolver;
        this.entropy = entropy;
        this.addresses = new AddressLookup(resolver, entropy);
    }

    /// @param prune false if mail may come back to ourselves: the loopback policy {@code send}
    Resolved resolve(Domain domain, SiteIdentity identity, int port, boolean prune) {
        return new Search(domain, identity, port, prune).resolve();
    }

    /// One question and what was found on the way.
    private final class Search {
        private final Domain domain;
        private final SiteIdentity identity;
        private final int port;
        private final boolean prune;
        private final List<String> evidence = new ArrayList<>();
        private final List<String> lost = new ArrayList<>();
        private final List<Exchange> exchanges = new ArrayList<>();
        private final Set<InetSocketAddress> known = new LinkedHashSet<>();
        private @Nullable String failed;
        private @Nullable SelfMatch self;
        private String selfName = "";

        Search(Domain domain, SiteIdentity identity, int port, boolean prune) {
            this.domain = domain;
            this.identity = identity;
            this.port = port;
            this.prune = prune;
        }

        Resolved resolve() {
            Answer<Mx> answer = resolver.mx(domain.ascii());
            evidence.add(AddressLookup.evidence(domain.ascii(), "MX", answer));
            return switch (answer) {
                case Answer.Failed<Mx> no -> unsure("its mail exchangers cannot be asked: " + no.problem());
                case Answer.NoSuchName<Mx> none -> nowhere("the domain does not exist", "5.1.2");
                case Answer.NoData<Mx> none -> implicit();
                case Answer.Found<Mx> found -> found.records().isEmpty() ? implicit() : explicit(found.records());
            };
        }

        /// RFC 5321 §5.1: without MX records the domain is treated as having one that names itself.
        private Resolved implicit() {
            evidence.add(domain.ascii() + " has no MX, so the domain itself is its exchanger (RFC 5321 §5.1)");
            walk(List.of(new Mx(0, domain.ascii())));
            return conclude(true, false);
        }

        private Resolved explicit(List<Mx> records) {
            List<Mx> order = new ArrayList<>();
            for (Mx record : records) {
                if (!record.isNull()) {
                    order.add(record);
                }
            }
            if (order.isEmpty()) {
                return nowhere("the domain accepts no mail: it has a null MX (RFC 7505)", "5.1.10");
            }
            if (order.size() < records.size()) {
                // RFC 7505 §3: a null MX must stand alone; beside others it means nothing.
                lost.add("null MX: stands beside other records and does not count (RFC 7505 §3)");
            }
            Chance.shuffle(order, entropy);
            order.sort(Comparator.comparingInt(Mx::preference));
            if (order.size() > MOST_EXCHANGERS) {
                lost.add((order.size() - MOST_EXCHANGERS) + " exchangers behind the first " + MOST_EXCHANGERS + ": too many");
                order = order.subList(0, MOST_EXCHANGERS);
            }
            boolean better = walk(order);
            return conclude(false, better);
        }

        /// Goes through groups of equal preference, best first, until we are found or there are addresses enough.
        /// @return true if there are exchangers better than ourselves
        private boolean walk(List<Mx> order) {
            int at = 0;
            while (at < order.size() && known.size() < ENOUGH_ADDRESSES) {
                int end = at;
                while (end < order.size() && order.get(end).preference() == order.get(at).preference()) {
                    end++;
                }
                List<Exchange> group = new ArrayList<>();
                for (Mx mx : order.subList(at, end)) {
                    exchange(mx, group);
                }
                if (self != null && prune) {
                    prunedFrom(order.subList(at, order.size()));
                    return at > 0;
                }
                exchanges.addAll(group);
                at = end;
            }
            for (Mx mx : order.subList(at, order.size())) {
                lost.add(text(mx) + ": not asked, there are addresses enough before it");
            }
            return false;
        }

        private void exchange(Mx mx, List<Exchange> group) {
            Domain name = name(mx);
            if (name == null) {
                return;
            }
            identity.matchName(name).ifPresent(match -> foundSelf(mx, match));
            if (prune && self != null) {
                return; // The whole group goes; nobody needs its addresses.
            }
            AddressLookup.Found found = addresses.find(name.ascii());
            evidence.addAll(found.evidence());
            if (found.failed() != null) {
                failed = name + ": " + found.failed();
            }
            List<InetSocketAddress> usable = new ArrayList<>();
            for (InetAddress address : found.addresses()) {
                InetSocketAddress socket = new InetSocketAddress(address, port);
                identity.matchExchanger(socket).ifPresent(match -> foundSelf(mx, match));
                if (AddressLookup.unusable(address)) {
                    lost.add(text(mx) + ": " + address.getHostAddress() + " is the address of no host");
                } else if (known.add(socket)) {
                    usable.add(socket);
                }
            }
            if (!usable.isEmpty()) {
                group.add(new Exchange(name.text(), usable, mx.preference()));
            } else if (found.addresses().isEmpty()) {
                lost.add(text(mx) + ": " + (found.failed() != null ? "its address cannot be told now" : found.missing() ? "the name does not exist" : "has no address"));
            }
        }

        /// The exchanger as a name; null, with a note, if it is none.
        private @Nullable Domain name(Mx mx) {
            if (AddressLookup.literal(mx.exchange()) != null) {
                // RFC 1035 §3.3.9: an MX names a host. Following an address would let DNS do what its owner never meant.
                lost.add(text(mx) + ": is an address, and an MX must name a host (RFC 1035 §3.3.9)");
                return null;
            }
            try {
                return Domain.parse(mx.exchange());
            } catch (SyntaxProblem e) {
                lost.add(text(mx) + ": is no host name: " + e.getMessage());
                return null;
            }
        }

        private void foundSelf(Mx mx, SelfMatch match) {
            if (self == null) {
                self = match;
                selfName = text(mx);
                evidence.add(text(mx) + " is ourselves: " + match);
            }
        }

        private void prunedFrom(List<Mx> rest) {
            for (Mx mx : rest) {
                lost.add(text(mx) + (text(mx).equals(selfName) ? ": is ourselves" : ": not better than ourselves (" + selfName + ") (RFC 5321 §5.1)"));
            }
        }

        private Resolved conclude(boolean implicit, boolean better) {
            if (!exchanges.isEmpty()) {
                String names = String.join(", ", exchanges.stream().limit(8).map(Exchange::name).toList());
                return new Resolved.Reached(exchanges, prune ? null : self, step("mail for " + domain + " goes to " + names + (exchanges.size() > 8 ? "..." : "")));
            }
            if (self != null && prune && !better) {
                return new Resolved.Ours(self, step("the best exchanger of " + domain + " is ourselves: " + self));
            }
            if (self != null && prune) {
                return unsure("none of its exchangers better than ourselves can be reached now; this waits for them");
            }
            if (failed != null) {
                return unsure("its mail exchangers have no address that can be told now: " + failed);
            }
            return nowhere(implicit ? "the domain has neither a mail exchanger nor an address" : "none of its mail exchangers has a usable address", "5.4.4");
        }

        private Resolved unsure(String problem) {
            return new Resolved.Unsure(new Cause.Unresolved(domain, problem, EnhancedStatus.of("4.4.3")), step(problem), prune ? self : null);
        }

        private Resolved nowhere(String problem, String status) {
            return new Resolved.Nowhere(new Cause.Unresolved(domain, problem, EnhancedStatus.of(status)), step(problem));
        }

        private Step step(String outcome) {
            SourceLine at = self == null ? null : self.at();
            return new Step("mx", "RFC 5321 §5.1" + (prune ? "" : ", ourselves allowed"), at, outcome, evidence, lost);
        }

        private static String text(Mx mx) {
            return mx.exchange() + " (" + mx.preference() + ")";
        }
    }
}
