// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.isthmus.config.Settings.DomainPattern;

/// Reads {@code destinations}.
final class DestinationReader {
    private final Section root;

    DestinationReader(Section root) {
        this.root = root;
    }

    /// @param hops the names of the next hops: what is not among them is a domain
    List<DestinationLimit> read(Collection<String> hops) {
        Optional<Section> written = root.section("destinations");
        List<DestinationLimit> limits = new ArrayList<>();
        for (Section.Named named : written.map(Section::named).orElse(List.of())) {
            limit(named.name(), named.section(), hops).ifPresent(limits::add);
        }
        written.ifPresent(Section::finish);
        return limits;
    }

    private Optional<DestinationLimit> limit(String name, Section section, Collection<String> hops) {
        Optional<Integer> concurrency = section.one("concurrency", Kind.number(1, 10_000));
        Rate rate = section.one("rate", Kind.RATE).orElse(null);
        Optional<Settings.TlsMode> tls = section.one("tls", Kind.word(Settings.TlsMode.class));
        section.finish();
        if (tls.isPresent() && hops.contains(name)) {
            root.problems().error("bad-value", section.at("tls"), "destinations." + name + ".tls: a next hop has a key of its own for that", "next-hops." + name + ".tls");
        }
        DomainPattern pattern = null;
        if (!hops.contains(name)) {
            try {
                pattern = Kind.PATTERN.reader().read(name);
            } catch (IllegalArgumentException e) {
                root.problems().error("bad-value", section.at(), "destinations.\"" + name + "\" is neither a next hop nor " + Kind.PATTERN.expected());
                return Optional.empty();
            }
            if (pattern instanceof DomainPattern.Exact && name.indexOf('.') < 0) {
                root.problems().error("unknown-next-hop", section.at(), "destinations: there is no next hop \"" + name + "\"" + NearestName.hint(name, hops));
                return Optional.empty();
            }
        }
        return Optional.of(new DestinationLimit(name, pattern, concurrency, rate, tls, section.at()));
    }
}
