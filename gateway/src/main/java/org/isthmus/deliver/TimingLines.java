// SPDX-License-Identifier: Apache-2.0
package org.isthmus.deliver;

import java.time.Duration;
import java.time.Instant;
import org.isthmus.smtp.Capabilities;
import org.isthmus.smtp.DeliverBy;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.transit.Cause;
import org.isthmus.transit.QueuedMessage;
import org.jspecify.annotations.Nullable;

/// What MAIL says to a server about the time and the turn of a message: BY (RFC 2852) and MT-PRIORITY (RFC 6710). What we held ourselves (RFC 4865) nobody has to hold again.
///
/// A server inside, or one that we hand to by LMTP, is where delivery ends: it need not know BY.
final class TimingLines {
    private static final String EXTENSION = "DELIVERBY";

    private final QueuedMessage message;
    private final @Nullable DeliverBy by;
    private final Capabilities offered;
    private final Server server;
    private final long left;

    TimingLines(QueuedMessage message, Capabilities offered, Server server, Instant now) {
        this.message = message;
        this.offered = offered;
        this.server = server;
        by = message.envelope().parameters().timing().deliverBy();
        Instant end = message.deliverBy();
        left = end == null ? 0 : Math.floorDiv(Duration.between(now, end).toMillis(), 1000);
    }

    /// Why the message can't go there; null if it can. RFC 2852 §4: what must be returned if it is late goes to nobody who would not see to that, and to nobody when it is.
    @Nullable Cause lacking() {
        if (by == null || !by.returned()) {
            return null;
        }
        if (left <= 0) {
            return new Cause.Expired(Duration.ofSeconds(by.seconds() - left), null, EnhancedStatus.of("5.4.7"));
        }
        if (ends()) {
            return null;
        }
        return !offered.has(EXTENSION) ? unsupported(EXTENSION) : left < least() ? unsupported(EXTENSION + " within " + left + " s") : null;
    }

    private Cause unsupported(String what) {
        return new Cause.Unsupported(server.peer(), what, EnhancedStatus.of("5.3.3"));
    }

    /// RFC 2852 §3: the least time that the server takes on.
    private long least() {
        String least = offered.parameter(EXTENSION).orElse("");
        boolean number = !least.isEmpty() && least.length() <= 9 && least.chars().allMatch(c -> c >= '0' && c <= '9');
        return number ? Long.parseLong(least) : 0;
    }

    private boolean ends() {
        return server.lmtp() || server.way().inside();
    }

    /// Whether the sender's wish ends here, so that he is to be told that it was relayed. RFC 2852 §4
    boolean isLost() {
        return by != null && !offered.has(EXTENSION) && !ends();
    }

    void appendTo(StringBuilder mail) {
        if (by != null && offered.has(EXTENSION)) {
            mail.append(" BY=").append(by.text(left));
        }
        Integer priority = message.envelope().parameters().timing().priority();
        if (priority != null && offered.has("MT-PRIORITY")) {
            mail.append(" MT-PRIORITY=").append(priority);
        }
    }
}
