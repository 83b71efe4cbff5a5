// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.AddressPattern;
import org.isthmus.config.Auth;
import org.isthmus.config.Settings;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// Which sender addresses a user may use. The null reverse-path is everybody's: a mail program reports with it (RFC 8098 §3).
final class SenderRights {
    private SenderRights() {}

    static @Nullable Step objection(String user, ReversePath from, Settings settings, List<AddressPattern> listed) {
        if (!(from instanceof ReversePath.To(Mailbox address)) || settings.auth().senders() == Auth.Senders.ANY) {
            return null;
        }
        Optional<Settings.SiteDomain> domain = address.host() instanceof Domain name ? settings.domains().stream().filter(one -> one.name().matches(name)).findFirst() : Optional.empty();
        boolean allowed = switch (settings.auth().senders()) {
            case ANY -> true;
            case SITE -> domain.isPresent();
            case OWN -> isOwn(user, address, domain);
        };
        if (allowed || listed.stream().anyMatch(pattern -> pattern.matches(address))) {
            return null;
        }
        String rule = "auth.senders = " + settings.auth().senders().name().toLowerCase(Locale.ROOT);
        return Step.of("sender", rule, settings.place("auth.senders"), user + " may not send as " + address.text() + ": refused");
    }

    /// The address that is the user's name, or his name at a domain of the site; with a sub-address too.
    private static boolean isOwn(String user, Mailbox address, Optional<Settings.SiteDomain> domain) {
        int at = user.lastIndexOf('@');
        String name = at < 0 ? user : user.substring(0, at);
        boolean place = at < 0 ? domain.isPresent() : address.host() instanceof Domain host && isHost(user.substring(at + 1), host);
        String local = address.local().content();
        Character separator = domain.flatMap(Settings.SiteDomain::subAddressing).orElse(null);
        int cut = separator == null ? -1 : local.indexOf(separator);
        return place && (local.equalsIgnoreCase(name) || (cut > 0 && local.substring(0, cut).equalsIgnoreCase(name)));
    }

    private static boolean isHost(String written, Domain host) {
        return host.text().equalsIgnoreCase(written) || host.ascii().equalsIgnoreCase(written);
    }
}
