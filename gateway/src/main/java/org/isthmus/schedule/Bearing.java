// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.transit.Cause;
import org.isthmus.transit.DeliveryAttempt;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Stage;

/// How a destination bore an attempt: by that the {@link Lane} learns how many it bears at one time. What a server says about one recipient is no matter of bearing.
sealed interface Bearing {
    /// It works: it took mail, or refused some for reasons of the mail.
    record Willing() implements Bearing {}

    /// It wants less: it said so, or went silent in the middle of a conversation.
    record Pressed(Cause why) implements Bearing {}

    /// None of its servers could be talked to.
    record Silent(Cause why) implements Bearing {}

    /// The attempt says nothing about it: the trouble was ours.
    record Unknown() implements Bearing {}

    Bearing WILLING = new Willing();
    Bearing UNKNOWN = new Unknown();

    /// One willing answer counts more than any trouble beside it.
    static Bearing of(DeliveryAttempt attempt) {
        Bearing all = UNKNOWN;
        for (Outcome outcome : attempt.outcomes().values()) {
            Bearing one = of(outcome);
            if (one instanceof Willing) {
                return one;
            }
            if (all instanceof Unknown || one instanceof Pressed) {
                all = one;
            }
        }
        return all;
    }

    private static Bearing of(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Delivered delivered -> WILLING;
            case Outcome.Deferred deferred -> of(deferred.cause());
            case Outcome.Failed failed -> of(failed.cause());
            case Outcome.Expanded expanded -> UNKNOWN;
            case Outcome.Removed removed -> UNKNOWN;
        };
    }

    private static Bearing of(Cause cause) {
        return switch (cause) {
            case Cause.Replied replied -> isAboutLoad(replied) ? new Pressed(replied) : WILLING;
            case Cause.Unreachable unreachable -> unreachable.stage().compareTo(Stage.HELLO) <= 0 ? new Silent(unreachable) : new Pressed(unreachable);
            case Cause.Unsupported unsupported -> WILLING;
            case Cause.Unresolved unresolved -> UNKNOWN;
            case Cause.Looped looped -> UNKNOWN;
            case Cause.Decided decided -> UNKNOWN;
            case Cause.Local local -> UNKNOWN;
            case Cause.Expired expired -> UNKNOWN;
        };
    }

    /// A refusal of the connection, 421 at any time (RFC 5321 §3.8), a temporary answer to MAIL, and the statuses that speak of load: 4.3.2 system not accepting,
    /// 4.4.5 congestion (RFC 3463 §3.4, §3.5), 4.7.28 mail flood (IANA registry). A temporary answer to RCPT else is about a mailbox, or greylisting.
    private static boolean isAboutLoad(Cause.Replied replied) {
        boolean temporary = replied.reply().code() / 100 == 4;
        boolean beforeMail = replied.stage().compareTo(Stage.MAIL) < 0;
        return replied.reply().code() == 421 || beforeMail || (temporary && (replied.stage() == Stage.MAIL || speaksOfLoad(replied.reply().status() == null ? replied.status() : replied.reply().status())));
    }

    private static boolean speaksOfLoad(EnhancedStatus status) {
        return switch (status.subject()) {
            case 3 -> status.detail() == 2;
            case 4 -> status.detail() == 5;
            case 7 -> status.detail() == 28;
            default -> false;
        };
    }
}
