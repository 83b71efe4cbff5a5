// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.syntax.SyntaxProblem;
import org.isthmus.transit.SourceLine;
import org.jspecify.annotations.Nullable;

/// Checks that every name in the settings names something.
final class References {
    private final Settings settings;
    private final Collection<String> written;
    private final Problems problems;

    /// @param written the names of all next hops of the file, those with errors included: one mistake is not to be told twice
    References(Settings settings, Collection<String> written, Problems problems) {
        this.settings = settings;
        this.written = new TreeSet<>(written);
        this.problems = problems;
    }

    void check(SourceLine postmasterTo, SourceLine suspended) {
        for (Settings.AddressSpace route : settings.routes()) {
            hop("routes[" + route.index() + "].via", route.via(), true, route.at());
            hop("routes[" + route.index() + "].fallback", route.fallback(), true, route.at());
        }
        for (Settings.SiteDomain domain : settings.domains()) {
            hop("deliver-to of " + domain.name().text(), domain.deliverTo(), true, domain.at());
            hop("elsewhere of " + domain.name().text(), domain.elsewhere(), true, domain.at());
        }
        String to = settings.connector().postmasterTo();
        if (to != null && to.indexOf('@') < 0) {
            hop("connector.postmaster-to", to, false, postmasterTo);
        } else if (to != null) {
            address("connector.postmaster-to", to, postmasterTo);
        }
        for (String destination : settings.delivery().suspended()) {
            destination(destination, suspended);
        }
    }

    private void hop(String where, @Nullable String name, boolean orMx, SourceLine at) {
        if (name == null || written.contains(name) || (orMx && name.equals(Settings.AddressSpace.MX))) {
            return;
        }
        TreeSet<String> names = new TreeSet<>(written);
        if (orMx) {
            names.add(Settings.AddressSpace.MX);
        }
        problems.error("unknown-next-hop", at, where + ": there is no next hop \"" + name + "\"" + choices(name, names));
    }

    private static String choices(String name, Collection<String> names) {
        String hint = NearestName.hint(name, names);
        return !hint.isEmpty() ? hint : names.isEmpty() ? "; none is configured" : "; expected " + String.join(" or ", names);
    }

    private void address(String where, String text, SourceLine at) {
        try {
            Mailbox.parse(text);
        } catch (SyntaxProblem | IllegalArgumentException e) {
            problems.error("bad-value", at, where + ": \"" + text + "\" is no address: " + e.getMessage() + "; expected an address or the name of a next hop");
        }
    }

    private void destination(String name, SourceLine at) {
        if (name.equals("*") || written.contains(name)) {
            return;
        }
        try {
            Domain.parse(name.startsWith("*.") ? name.substring(2) : name);
            if (name.indexOf('.') >= 0) {
                return;
            }
        } catch (SyntaxProblem e) {
            // Said below.
        }
        problems.error("unknown-next-hop", at, "delivery.suspended: \"" + name + "\" is neither a next hop nor a domain nor \"*\"" + NearestName.hint(name, List.copyOf(written)));
    }
}
