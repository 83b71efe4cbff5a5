// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.config.Settings;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.Release;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.Timing;
import org.jspecify.annotations.Nullable;

/// What MAIL says of time and turn, as far as this listener and this client may have it: BY (RFC 2852), MT-PRIORITY (RFC 6710), HOLDFOR and HOLDUNTIL (RFC 4865).
final class TimingCheck {
    private TimingCheck() {}

    /// What EHLO offers of it.
    static List<String> keywords(Settings.Listener listener, Instant now) {
        List<String> keywords = new ArrayList<>(List.of("DELIVERBY", "MT-PRIORITY MIXER"));
        listener.maxHold().ifPresent(most -> keywords.add("FUTURERELEASE " + most.toSeconds() + " " + now.plus(most).truncatedTo(ChronoUnit.SECONDS)));
        return keywords;
    }

    /// Why it can't be had; null if it can.
    static @Nullable Reply refusal(Settings.Listener listener, MailParameters parameters, Instant now) {
        Timing timing = parameters.timing();
        Release release = timing.release();
        if (release == null) {
            return null;
        }
        Duration most = listener.maxHold().orElse(null);
        if (most == null) {
            // RFC 5321 §4.1.1.11: a parameter of an extension that is not offered.
            return Replies.NO_HOLDING.with();
        }
        Instant until = release.from(now);
        if (until.isAfter(now.plus(most))) {
            return Replies.HOLD_TOO_LONG.with(most.toSeconds());
        }
        boolean late = timing.deliverBy() != null && timing.deliverBy().returned() && !until.isBefore(now.plusSeconds(timing.deliverBy().seconds()));
        return late ? Replies.HOLD_TOO_LATE.with() : null;
    }

    /// RFC 6710 §5.1: who is not known may wait longer than others, and not shorter.
    /// @param known the client may send to anywhere
    static MailParameters granted(MailParameters parameters, boolean known) {
        return known || parameters.timing().turn() <= 0 ? parameters : parameters.with(parameters.timing().with(0));
    }
}
