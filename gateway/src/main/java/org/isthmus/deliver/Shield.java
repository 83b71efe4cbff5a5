// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import org.isthmus.tls.ClientTls;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Stage;
import org.isthmus.transit.TlsDemand;
import org.isthmus.transit.TlsRules;
import org.jspecify.annotations.Nullable;

/// How deliveries come under TLS.
///
/// @param tls none where there is no TLS at all: what must have it then fails
/// @param rules what decides about servers that DNS names, beyond the configuration
record Shield(@Nullable ClientTls tls, TlsRules rules) {
    static Shield none() {
        return new Shield(null, TlsRules.CONFIGURED);
    }

    /// A session has begun, under TLS or in the clear. What nobody wanted under TLS is no news.
    void tell(Server server, boolean shielded) {
        if (!(server.demand() instanceof TlsDemand.Off)) {
            TlsRules.Trouble trouble = shielded ? null : TlsRules.Trouble.NOT_OFFERED;
            rules.told(server.way(), server.exchange(), server.peer(), server.demand(), null, trouble, shielded ? "" : "STARTTLS is not offered");
        }
    }

    /// None has begun. Only what TLS is to blame for is news.
    void tell(Server server, Broken broken) {
        if (!(server.demand() instanceof TlsDemand.Off) && broken.why() instanceof Cause.Unreachable why && why.stage() == Stage.TLS) {
            rules.told(server.way(), server.exchange(), server.peer(), server.demand(), null, trouble(why), why.problem());
        }
    }

    /// By the words that {@code ClientTls} and the checks of certificates use.
    private static TlsRules.Trouble trouble(Cause.Unreachable why) {
        String words = why.problem();
        if (words.startsWith("does not offer STARTTLS")) {
            return TlsRules.Trouble.NOT_OFFERED;
        }
        if (!words.startsWith("the server's certificate")) {
            return TlsRules.Trouble.HANDSHAKE;
        }
        boolean dates = words.contains("expired") || words.contains("not valid before") || words.contains("out of its time");
        return dates ? TlsRules.Trouble.EXPIRED : words.contains(", not for ") || words.contains("for none of") ? TlsRules.Trouble.NAME : TlsRules.Trouble.UNTRUSTED;
    }
}
