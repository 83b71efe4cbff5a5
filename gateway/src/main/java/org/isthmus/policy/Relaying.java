// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Cidr;
import org.isthmus.config.Settings;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.Presence;
import org.isthmus.loop.Classifier.Classified;
import org.isthmus.transit.Client;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;

/// Who may send what where. Trusted networks and authenticated users may send to anywhere, everybody may send to the site, and nobody else may anything:
/// there is no other rule, and nobody is trusted by default, loopback included.
///
/// The classical ways around such a rule give an address of the site that really names another host: `user%other@site`, `other!user@site`, `"user@other"@site`,
/// `IMCEASMTP-user+40other@site`. A server behind us might follow it, so from strangers it is refused unless exactly this address is listed as existing.
public final class Relaying {
    private static final Step TO_SITE = Step.of("relay", "everybody may send to the site", null, "allowed");
    private static final Step DENIED = Step.of("relay", "neither trusted-networks nor an authenticated user", null, "refused");
    private static final Step ROUTED = Step.of("relay", "the local part names another host and is not listed as existing", null, "refused");

    private Relaying() {}

    /// Says whether this client may send to this recipient.
    /// @param classified what the recipient is to the site
    public static Verdict judge(Client client, Mailbox to, Classified classified, Snapshot snapshot) {
        boolean toSite = switch (classified.kind()) {
            case SITE_KNOWN, SITE_UNKNOWN, SITE_SHARED, CLIENT_RELAY -> true;
            case DANGLING, REMOTE -> false;
        };
        boolean routed = toSite && namesOtherHost(to.local().content()) && !isListed(classified.presence());
        if (toSite && !routed) {
            return new Verdict.Pass(TO_SITE);
        }
        Step permission = permission(client, snapshot.settings());
        if (permission != null) {
            return new Verdict.Pass(permission);
        }
        if (routed) {
            return new Verdict.Refuse(Refusals.ROUTED_LOCAL_PART.with(to.text()), ROUTED);
        }
        return new Verdict.Refuse(Refusals.RELAYING_DENIED.with(to.text(), client.remote().getAddress().getHostAddress()), DENIED);
    }

    /// Why this client may send to anywhere; null if it may not.
    public static @Nullable Step permission(Client client, Settings settings) {
        if (client.user() != null) {
            return Step.of("relay", "authenticated as " + client.user(), null, "allowed");
        }
        if (client.tls() != null && client.tls().proof().trusted()) {
            return Step.of("relay", "client-ca: a certificate " + client.tls().proof().how(), null, "allowed");
        }
        InetAddress address = Cidr.unmapped(client.remote().getAddress());
        List<Cidr> trusted = settings.trustedNetworks();
        for (int i = 0; i < trusted.size(); i++) {
            if (trusted.get(i).contains(address)) {
                return Step.of("relay", "trusted-networks[" + i + "] " + trusted.get(i), null, "allowed");
            }
        }
        return null;
    }

    /// Whether an address is in a trusted network.
    static boolean isTrusted(InetAddress client, Settings settings) {
        return Cidr.anyContains(settings.trustedNetworks(), Cidr.unmapped(client));
    }

    private static boolean namesOtherHost(String local) {
        for (int i = 0; i < local.length(); i++) {
            char c = local.charAt(i);
            if (c == '%' || c == '!' || c == '@') {
                return true;
            }
        }
        // Field: encapsulated addresses of Exchange, which its connector unpacked before it looked at its relay rules (Q237927).
        return local.toUpperCase(Locale.ROOT).startsWith("IMCEA");
    }

    /// True only if somebody wrote down this very address, or may have: a domain that takes any address, a pattern or a catch-all has listed nobody.
    private static boolean isListed(Presence presence) {
        return switch (presence) {
            case Presence.Known known -> known.domain().recipients().stream().allMatch(source -> source instanceof Settings.RecipientSource.File);
            case Presence.Expands expands -> expands.alias();
            case Presence.Unknown unknown -> false;
            case Presence.Undecided undecided -> true; // nobody can tell now, so the answer to RCPT is a temporary one
            case Presence.NotOurs stranger -> false;
        };
    }
}
