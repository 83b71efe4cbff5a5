// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.isthmus.address.Domain;
import org.isthmus.address.Mailbox;
import org.isthmus.config.Settings;
import org.isthmus.transit.NextHop;
import org.jspecify.annotations.Nullable;

/// Mail for next hops that are not always there: it waits until somebody calls for it (RFC 1985), and then goes for a while. It expires as other mail does.
/// Of calls nothing is remembered over a restart: whoever has called calls again. A monitor over memory.
final class OnDemand {
    /// So long after a call mail goes, that which arrives meanwhile too.
    static final Duration WINDOW = Duration.ofMinutes(15);

    /// A call for the same domain within that time changes nothing.
    static final Duration REST = Duration.ofMinutes(1);

    /// When somebody called last, by domain; all domains below it are another key.
    private final Map<Call, Duration> calls = new HashMap<>();
    private @Nullable Duration calledForAll;

    private record Call(Domain domain, boolean below) {}

    /// Notes a call.
    /// @param domain null for all
    /// @return false if it was called for a moment ago
    synchronized boolean call(@Nullable Domain domain, boolean below, Duration elapsed) {
        if (domain == null) {
            calledForAll = elapsed;
            return true;
        }
        calls.values().removeIf(at -> at.plus(WINDOW).compareTo(elapsed) <= 0);
        Duration before = calls.get(new Call(domain, below));
        if (before != null && before.plus(REST).compareTo(elapsed) > 0) {
            return false;
        }
        calls.put(new Call(domain, below), elapsed);
        return true;
    }

    /// The name of the next hop that a recipient waits for; empty if it may go.
    synchronized Optional<String> waits(NextHop hop, Mailbox recipient, Settings settings, Duration elapsed) {
        if (!(hop instanceof NextHop.Named(String name))) {
            return Optional.empty();
        }
        Settings.Hop known = settings.nextHops().get(name);
        boolean open = known == null || !known.onDemand() || isOpen(calledForAll, elapsed) || (recipient.host() instanceof Domain domain && called(domain, elapsed));
        return open ? Optional.empty() : Optional.of(name);
    }

    private boolean called(Domain domain, Duration elapsed) {
        for (Map.Entry<Call, Duration> one : calls.entrySet()) {
            Call call = one.getKey();
            if (isOpen(one.getValue(), elapsed) && (call.domain().equals(domain) || (call.below() && domain.isWithin(call.domain())))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOpen(@Nullable Duration called, Duration elapsed) {
        return called != null && called.plus(WINDOW).compareTo(elapsed) > 0;
    }
}
