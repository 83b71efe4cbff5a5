// SPDX-License-Identifier: Apache-2.0
package org.isthmus.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.address.Domain;
import org.isthmus.address.Host;
import org.isthmus.config.Settings;
import org.isthmus.config.Settings.AddressSpace;
import org.isthmus.config.Settings.DomainPattern;
import org.isthmus.config.Snapshot;

/// The entries of `routes` by what they are for, so that one recipient does not cost a look at all of them. Immutable; made once a snapshot.
final class SpaceTable {
    private final Map<String, List<AddressSpace>> exact = new HashMap<>();
    private final Map<String, List<AddressSpace>> below = new HashMap<>();
    private final List<AddressSpace> everything = new ArrayList<>();

    private SpaceTable(Settings settings) {
        for (AddressSpace space : settings.routes()) {
            switch (space.to()) {
                case DomainPattern.Exact one -> exact.computeIfAbsent(one.domain().ascii(), name -> new ArrayList<>()).add(space);
                case DomainPattern.Below many -> below.computeIfAbsent(many.parent().ascii(), name -> new ArrayList<>()).add(space);
                case DomainPattern.Everything every -> everything.add(space);
            }
        }
    }

    static SpaceTable of(Snapshot snapshot) {
        return snapshot.compiled(SpaceTable.class, SpaceTable::new);
    }

    /// The entries whose {@code to} matches, in the order of the file, whatever their conditions.
    List<AddressSpace> matching(Host host) {
        if (!(host instanceof Domain domain)) {
            return everything;
        }
        String name = domain.ascii();
        List<AddressSpace> found = new ArrayList<>(exact.getOrDefault(name, List.of()));
        for (int dot = below.isEmpty() ? -1 : name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            found.addAll(below.getOrDefault(name.substring(dot + 1), List.of()));
        }
        found.addAll(everything);
        found.sort(Comparator.comparingInt(AddressSpace::index));
        return found;
    }
}
