// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import java.util.function.Predicate;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.Hop;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Way;

/// Tells the site's own servers from those of others, by the configuration: nobody outside needs their names. Where it cannot be told for certain, a server counts as the
/// site's: a name too few does less harm than one too many.
record SiteServers(Settings settings) implements Predicate<Peer> {

    @Override
    public boolean test(Peer peer) {
        return settings.nextHops().values().stream().anyMatch(hop -> hop.host().equalsIgnoreCase(peer.name()) && isInside(hop));
    }

    private boolean isInside(Hop hop) {
        return hop.inside().orElseGet(() -> hop.protocol() == Way.Protocol.LMTP
                || settings.domains().stream().anyMatch(domain -> hop.name().equals(domain.deliverTo()) || hop.name().equals(domain.elsewhere())));
    }
}
