// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transit;

import java.time.Instant;
import java.util.Optional;

/// The name of a queued message, for its whole life and in all logs. It sorts by time of acceptance: 48 bits of milliseconds
/// since 1970 and 16 bits to tell apart those of one millisecond, written as 13 characters of Crockford's base 32.
/// The spool makes them and never makes one twice, whatever the clock does.
public record QueueId(long value) implements Comparable<QueueId> {
    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LENGTH = 13;

    /// The first id of a millisecond.
    public static QueueId at(Instant moment) {
        return new QueueId(moment.toEpochMilli() << 16);
    }

    /// Reads the written form, in either case; empty if it is none.
    public static Optional<QueueId> parse(String text) {
        if (text.length() != LENGTH) {
            return Optional.empty();
        }
        long value = 0;
        for (int i = 0; i < LENGTH; i++) {
            int digit = DIGITS.indexOf(Character.toUpperCase(text.charAt(i)));
            if (digit < 0 || (i == 0 && digit > 15)) {
                return Optional.empty();
            }
            value = value << 5 | digit;
        }
        return Optional.of(new QueueId(value));
    }

    /// When it was made, to the millisecond, if the clock was right.
    public Instant moment() {
        return Instant.ofEpochMilli(value >>> 16);
    }

    @Override
    public int compareTo(QueueId other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        char[] text = new char[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            text[i] = DIGITS.charAt((int) (value >>> (LENGTH - 1 - i) * 5) & 31);
        }
        return new String(text);
    }
}
