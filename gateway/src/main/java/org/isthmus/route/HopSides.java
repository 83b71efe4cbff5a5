// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.util.HashSet;
import java.util.Set;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.AddressSpace;
import org.isthmus.config.Settings.Hop;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.DomainTable;
import org.isthmus.transit.Way;

/// Which next hops are inside and which outward, as far as the configuration tells: inside is what says {@code inside = true}, what speaks LMTP, and what a
/// {@code deliver-to} names if it serves no {@code routes} entry for foreign domains. {@code inside = false} says outward outright; {@code mx} is outward. That a
/// hop leads to ourselves, which makes it outward too, shows only when it is resolved. Immutable; made once a snapshot.
final class HopSides {
    private final Set<String> inside = new HashSet<>();
    private final Set<String> foreign = new HashSet<>();

    private HopSides(Settings settings) {
        DomainTable domains = DomainTable.of(settings);
        for (AddressSpace space : settings.routes()) {
            if (!domains.covers(space.to())) {
                foreign.add(space.via());
                if (space.fallback() != null) {
                    foreign.add(space.fallback());
                }
            }
        }
        Set<String> stores = new HashSet<>();
        for (SiteDomain domain : settings.domains()) {
            if (domain.deliverTo() != null) {
                stores.add(domain.deliverTo());
            }
        }
        for (Hop hop : settings.nextHops().values()) {
            boolean store = stores.contains(hop.name()) && !foreign.contains(hop.name());
            if (hop.inside().orElse(hop.protocol() == Way.Protocol.LMTP || store)) {
                inside.add(hop.name());
            }
        }
    }

    static HopSides of(Settings settings) {
        return new HopSides(settings);
    }

    static HopSides of(Snapshot snapshot) {
        return snapshot.compiled(HopSides.class, HopSides::of);
    }

    /// Whether a next hop, by its name, takes mail for domains that are not ours, as a provider does.
    boolean foreign(String via) {
        return foreign.contains(via);
    }

    /// @param via a next hop's name, or {@code mx}
    boolean inside(String via) {
        return inside.contains(via);
    }
}
