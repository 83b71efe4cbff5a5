// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.isthmus.syntax.SyntaxProblem;

/// When a message is to be let go at the earliest. RFC 4865.
public sealed interface Release {
    /// HOLDFOR: so long after it was accepted.
    /// @param seconds 1 to 999999999
    record After(long seconds) implements Release {}

    /// HOLDUNTIL.
    record At(Instant moment) implements Release {}

    /// When that is.
    /// @param accepted when the message was
    default Instant from(Instant accepted) {
        return switch (this) {
            case After after -> accepted.plusSeconds(after.seconds());
            case At at -> at.moment().isBefore(accepted) ? accepted : at.moment();
        };
    }

    /// RFC 4865 §4: {@code future-release-interval}, 1*9DIGIT.
    static Release after(String value) throws SyntaxProblem {
        boolean good = value.length() <= 9 && value.chars().allMatch(c -> c >= '0' && c <= '9') && !value.isEmpty();
        long seconds = good ? Long.parseLong(value) : 0;
        if (seconds == 0) {
            throw new SyntaxProblem("HOLDFOR is a number of seconds of at most nine digits", 0);
        }
        return new After(seconds);
    }

    /// RFC 4865 §4: a date and time of RFC 3339.
    static Release at(String value) throws SyntaxProblem {
        try {
            return new At(OffsetDateTime.parse(value).toInstant());
        } catch (DateTimeException e) {
            throw new SyntaxProblem("HOLDUNTIL is a date and time like 2027-01-31T08:00:00Z", 0);
        }
    }
}
