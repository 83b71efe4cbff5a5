// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.util.List;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings.SiteDomain;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// A domain that DNS leads to us and that is not among our domains: LP04, LP07 if it is any name below one of ours, LP11 if there is no MX and its address alone does it.
final class Dangling {
    private Dangling() {}

    /// @param mention who speaks of the domain; none if it is not known
    /// @param implicit it has no MX
    /// @param seen severity, evidence, and in the message by which way it was found
    static Found found(String domain, Classes.@Nullable Mention mention, boolean implicit, Problem seen, List<Found.Station> walk) {
        SourceLine at = mention == null ? null : mention.at();
        SiteDomain parent = mention == null ? null : mention.parent();
        if (domain.equals(Classes.STRANGER.text())) {
            String message = "DNS leads every name to ourselves, even one that nobody has (" + domain + "): a wildcard record, a search list or a captive network; all mail to others is refused with 5.4.6";
            return of("LP04", at, message, "let dns.servers be servers that say no where there is nothing", "*", seen, walk);
        }
        if (parent != null) {
            String name = parent.name().text();
            String message = "DNS leads every name below " + name + " to ourselves, like " + domain + ", and only " + name + " itself is among our domains: mail for them would circle, and is refused with 5.4.6";
            return of("LP07", at, message, "domains { \"*." + name + "\" { ... } } as " + name + " has it, or no such record in DNS", name, seen, walk);
        }
        String by = mention == null ? "" : " (" + mention.by() + ")";
        if (implicit) {
            String message = domain + by + " has no MX, and its address is ourselves, but it is not among our domains: mail for it would circle, and is refused with 5.4.6";
            return of("LP11", at, message, "domains { \"" + domain + "\" { deliver-to = HOP } }, or in DNS: " + domain + ". MX 0 .", domain, seen, walk);
        }
        String message = "DNS says that we are the mail exchanger of " + domain + by + ", and it is not among our domains: mail for it would circle, and is refused with 5.4.6";
        return of("LP04", at, message, "domains { \"" + domain + "\" { deliver-to = HOP } }, or take us out of its MX", domain, seen, walk);
    }

    private static Found of(String id, @Nullable SourceLine at, String message, String fix, String about, Problem seen, List<Found.Station> walk) {
        return new Found(new Problem(id, seen.severity(), seen.certain(), at, message, seen.evidence(), fix), about, walk);
    }
}
