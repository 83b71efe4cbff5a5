// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.isthmus.address.AddressLiteral;
import org.isthmus.address.Domain;
import org.isthmus.config.Settings.Hop;
import org.isthmus.config.Settings.SiteDomain;
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

/// The addresses of a next hop of the configuration, or of an address literal. If any of them is ourselves, at the port in question, the whole hop is:
/// its addresses are equals, and RFC 5321 §5.1 lets nobody go on to an equal of himself.
final class HopResolution {
    private final AddressLookup addresses;

    HopResolution(Resolver resolver, Entropy entropy) {
        this.addresses = new AddressLookup(resolver, entropy);
    }

    /// The same for a recipient of one of our domains, whose front doors are ourselves to him.
    /// @param domain the recipient's, if it is one of ours
    Resolved resolve(Hop hop, SiteIdentity identity, @Nullable SiteDomain domain, boolean prune) {
        Optional<SelfMatch> door = domain == null || !prune ? Optional.empty() : identity.matchFrontDoor(domain, hop.host(), hop.port());
        return door.<Resolved>map(match -> new Resolved.Ours(match, Step.of("hop", "next-hops." + hop.name(), hop.at(), "leads to ourselves: " + match))).orElseGet(() -> resolve(hop, identity, prune));
    }

    /// @param prune false if mail may come back to ourselves: the loopback policy {@code send}
    Resolved resolve(Hop hop, SiteIdentity identity, boolean prune) {
        AddressLookup.Found found = addresses.find(hop.host());
        List<InetSocketAddress> sockets = new ArrayList<>();
        List<String> lost = new ArrayList<>();
        SelfMatch self = null;
        for (InetAddress address : found.addresses()) {
            InetSocketAddress socket = new InetSocketAddress(address, hop.port());
            self = self != null ? self : identity.match(socket).orElse(null);
            if (AddressLookup.unusable(address)) {
                lost.add(address.getHostAddress() + ": is the address of no host");
            } else {
                sockets.add(socket);
            }
        }
        if (self != null && (prune || sockets.isEmpty())) {
            return new Resolved.Ours(self, step(hop, "leads to ourselves: " + self, found.evidence(), lost));
        }
        if (!sockets.isEmpty()) {
            String outcome = "goes to " + hop.host() + " port " + hop.port() + (self == null ? "" : ", which is ourselves: " + self);
            return new Resolved.Reached(List.of(new Exchange(hop.host(), sockets)), self, step(hop, outcome, found.evidence(), lost));
        }
        return withoutAddress(hop, identity, found, lost);
    }

    /// A hop of ours that cannot be found is trouble of ours, and so never a reason to give mail up.
    private static Resolved withoutAddress(Hop hop, SiteIdentity identity, AddressLookup.Found found, List<String> lost) {
        Optional<SelfMatch> self = identity.matchHost(hop.host(), hop.port());
        if (self.isPresent()) {
            return new Resolved.Ours(self.get(), step(hop, "leads to ourselves: " + self.get(), found.evidence(), lost));
        }
        String problem = "next hop " + hop.name() + " cannot be reached: "
                + (found.failed() != null ? "the address of " + hop.host() + " cannot be told now: " + found.failed()
                        : found.missing() ? "there is no host " + hop.host() : hop.host() + " has no usable address");
        return new Resolved.Unsure(cause(hop, problem), step(hop, problem, found.evidence(), lost));
    }

    private static Cause cause(Hop hop, String problem) {
        try {
            return new Cause.Unresolved(Domain.parse(hop.host()), problem, EnhancedStatus.of("4.4.3"));
        } catch (SyntaxProblem e) {
            return new Cause.Local(problem, EnhancedStatus.of("4.3.5"));
        }
    }

    Resolved resolve(AddressLiteral literal, SiteIdentity identity, int port) {
        InetSocketAddress socket = new InetSocketAddress(literal.address(), port);
        Optional<SelfMatch> self = identity.matchExchanger(socket);
        if (self.isPresent()) {
            return new Resolved.Ours(self.get(), literalStep(literal, literal.text() + " is ourselves: " + self.get()));
        }
        if (AddressLookup.unusable(literal.address())) {
            Cause cause = new Cause.Decided(literal.text() + " is the address of no host", null, EnhancedStatus.of("5.1.2"));
            return new Resolved.Nowhere(cause, literalStep(literal, "the address of no host"));
        }
        return new Resolved.Reached(List.of(new Exchange(literal.text(), List.of(socket))), null, literalStep(literal, "goes to " + literal.text() + " port " + port));
    }

    private static Step literalStep(AddressLiteral literal, String outcome) {
        return Step.of("literal", "address literal " + literal.text() + " (RFC 5321 §4.1.3)", null, outcome);
    }

    private static Step step(Hop hop, String outcome, List<String> evidence, List<String> lost) {
        SourceLine at = hop.at();
        return new Step("hop", "next-hops." + hop.name() + " = " + hop.protocol().name().toLowerCase(Locale.ROOT) + "://" + hop.host() + ":" + hop.port(), at, outcome, evidence, lost);
    }
}
