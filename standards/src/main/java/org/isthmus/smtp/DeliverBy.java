// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import org.isthmus.syntax.Characters;
import org.isthmus.syntax.Cursor;
import org.isthmus.syntax.SyntaxProblem;

/// BY: within which time a message is to be delivered. RFC 2852 §4.
///
/// @param seconds from its acceptance; zero or less only if the sender wants notice and not return: the time is over already
/// @param returned mode R: what is not delivered in time is returned. Otherwise mode N: the sender is told of the delay, and it is tried on
/// @param traced T: the sender is told of each relay
public record DeliverBy(long seconds, boolean returned, boolean traced) {
    /// RFC 2852 §4: nine digits.
    private static final int DIGITS = 9;

    /// @throws IllegalArgumentException for a time to return that is over
    public DeliverBy {
        if (returned && seconds <= 0) {
            throw new IllegalArgumentException("BY in mode R needs a time of at least one second");
        }
    }

    /// Reads {@code 120;R}, {@code -5;NT}.
    static DeliverBy parse(String value) throws SyntaxProblem {
        Cursor cursor = new Cursor(value);
        boolean negative = cursor.skip('-');
        if (!negative) {
            cursor.skip('+');
        }
        String digits = cursor.takeWhile(Characters::digit);
        boolean mode = cursor.skip(';');
        boolean returned = mode && cursor.skipIgnoringCase("R");
        boolean noticed = mode && !returned && cursor.skipIgnoringCase("N");
        boolean traced = cursor.skipIgnoringCase("T");
        if (digits.isEmpty() || digits.length() > DIGITS || !(returned || noticed) || !cursor.atEnd()) {
            throw cursor.problem("BY is seconds;R or seconds;N, with T behind it for a trace");
        }
        long seconds = Long.parseLong(digits);
        if (returned && (negative || seconds == 0)) {
            throw cursor.problem("BY with R needs at least one second");
        }
        return new DeliverBy(negative ? -seconds : seconds, returned, traced);
    }

    /// The same with what is left of the time. RFC 2852 §4: between -999999999 and 999999999.
    public String text(long left) {
        return Math.max(-999_999_999, Math.min(left, 999_999_999)) + ";" + (returned ? "R" : "N") + (traced ? "T" : "");
    }
}
