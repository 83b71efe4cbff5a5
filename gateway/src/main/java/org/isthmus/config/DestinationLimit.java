// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.List;
import java.util.Optional;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// What one destination may be burdened with, and how safe the way there must be.
///
/// @param name a next hop's name, or the text of the pattern
/// @param pattern domains whose exchangers are found by DNS; none if a next hop is named
public record DestinationLimit(
        String name,
        @Nullable DomainPattern pattern,
        @Doc("Attempts at one time. Left out: as delivery.concurrency.per-destination says.") Optional<Integer> concurrency,
        @Doc("Messages in a time, spread over it: 100/1m. Left out: no limit.") @Nullable Rate rate,
        @Doc("off | opportunistic | required | verify: how much TLS is asked of the exchangers of these domains. Left out: delivery.tls. A next hop has its own key.") Optional<Settings.TlsMode> tls,
        SourceLine at) {

    /// With as much TLS as everybody.
    public DestinationLimit(String name, @Nullable DomainPattern pattern, Optional<Integer> concurrency, @Nullable Rate rate, SourceLine at) {
        this(name, pattern, concurrency, rate, Optional.empty(), at);
    }

    private boolean fits(NextHop hop) {
        return switch (hop) {
            case NextHop.Named named -> pattern == null && name.equals(named.name());
            case NextHop.Exchangers exchangers -> pattern != null && pattern.matches(exchangers.domain());
            case NextHop.Literal literal -> false;
        };
    }

    private int fit() {
        return pattern == null ? Integer.MAX_VALUE : pattern.fit();
    }

    /// The one that fits a destination best; null if none does.
    public static @Nullable DestinationLimit of(NextHop hop, List<DestinationLimit> all) {
        DestinationLimit best = null;
        for (DestinationLimit one : all) {
            if (one.fits(hop) && (best == null || one.fit() > best.fit())) {
                best = one;
            }
        }
        return best;
    }
}
