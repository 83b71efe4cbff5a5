// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isthmus.address.Domain;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.config.Snapshot;
import org.jspecify.annotations.Nullable;

/// The domains of the site, by name: the exact one fits best, then the longest {@code *.parent}. Immutable; made once a snapshot.
public final class DomainTable {
    private final Map<String, SiteDomain> exact = new HashMap<>();
    private final Map<String, SiteDomain> below = new HashMap<>();

    private DomainTable(List<SiteDomain> domains) {
        for (SiteDomain domain : domains) {
            switch (domain.name()) {
                case DomainPattern.Exact name -> exact.putIfAbsent(name.domain().ascii(), domain);
                case DomainPattern.Below name -> below.putIfAbsent(name.parent().ascii(), domain);
                // A site that is everything would be an open relay; the configuration refuses it.
                case DomainPattern.Everything all -> {}
            }
        }
    }

    public static DomainTable of(Settings settings) {
        return new DomainTable(settings.domains());
    }

    public static DomainTable of(Snapshot snapshot) {
        return snapshot.compiled(DomainTable.class, DomainTable::of);
    }

    /// The domain of the site that a name belongs to; empty for a stranger's.
    public Optional<SiteDomain> find(Domain name) {
        SiteDomain found = exact.get(name.ascii());
        return Optional.ofNullable(found != null ? found : belowParent(name.ascii()));
    }

    /// True if every domain that the pattern matches is one of ours.
    public boolean covers(DomainPattern pattern) {
        return switch (pattern) {
            case DomainPattern.Exact one -> find(one.domain()).isPresent();
            case DomainPattern.Below many -> below.containsKey(many.parent().ascii()) || belowParent(many.parent().ascii()) != null;
            case DomainPattern.Everything all -> false;
        };
    }

    private @Nullable SiteDomain belowParent(String name) {
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            SiteDomain found = below.get(name.substring(dot + 1));
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
