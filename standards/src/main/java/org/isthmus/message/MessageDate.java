// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.isthmus.syntax.Characters;
import org.isthmus.syntax.Cursor;

/// Dates as messages write them. RFC 5322 §3.3, and §4.3 for reading.
public final class MessageDate {
    private static final List<String> DAYS = List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");
    private static final List<String> MONTHS =
            List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");
    private static final int LIMIT = 200;

    private MessageDate() {}

    /// In UTC: {@code Tue, 24 Nov 2026 05:06:07 +0000}.
    public static String format(Instant moment) {
        ZonedDateTime t = moment.atZone(ZoneOffset.UTC);
        // By hand: every message gets one in its Received line, and a Formatter is slow.
        StringBuilder text = new StringBuilder(32);
        text.append(DAYS.get(t.getDayOfWeek().getValue() - 1)).append(", ").append(t.getDayOfMonth()).append(' ');
        text.append(MONTHS.get(t.getMonthValue() - 1)).append(' ');
        padded(text, t.getYear() / 100);
        padded(text, t.getYear() % 100);
        padded(text.append(' '), t.getHour());
        padded(text.append(':'), t.getMinute());
        padded(text.append(':'), t.getSecond());
        return text.append(" +0000").toString();
    }

    private static void padded(StringBuilder text, int number) {
        if (number < 10) {
            text.append('0');
        }
        text.append(number);
    }

    /// Reads the present and the obsolete form, comments included; empty for what is no date. A zone that nobody knows counts as UTC (RFC 5322 §4.3).
    public static Optional<Instant> parse(String text) {
        if (text.length() > LIMIT) {
            return Optional.empty();
        }
        Cursor cursor = new Cursor(Comments.remove(text).strip());
        try {
            return Optional.ofNullable(read(cursor));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static @org.jspecify.annotations.Nullable Instant read(Cursor cursor) {
        if (Characters.letterOrDigit(cursor.peek()) && !Characters.digit(cursor.peek())) {
            cursor.takeWhile(Character::isLetter);
            cursor.skipWhiteSpace();
            cursor.skip(',');
            cursor.skipWhiteSpace();
        }
        int day = number(cursor, 2);
        cursor.skipWhiteSpace();
        String monthName = cursor.takeWhile(Character::isLetter);
        int month = month(monthName);
        cursor.skipWhiteSpace();
        int start = cursor.position();
        int year = number(cursor, 4);
        int digits = cursor.position() - start;
        cursor.skipWhiteSpace();
        int hour = number(cursor, 2);
        boolean colon = skipColon(cursor);
        int minute = number(cursor, 2);
        int second = skipColon(cursor) ? number(cursor, 2) : 0;
        cursor.skipWhiteSpace();
        if (day < 0 || month == 0 || year < 0 || digits < 2 || hour < 0 || !colon || minute < 0 || second < 0) {
            return null;
        }
        // RFC 5322 §4.3: two digits below 50 mean 2000 and later; three digits count from 1900. A leap second is the second before it.
        int full = digits == 2 ? year + (year < 50 ? 2000 : 1900) : digits == 3 ? year + 1900 : year;
        return LocalDateTime.of(full, month, day, hour, minute, Math.min(second, 59)).toInstant(zone(cursor.rest()));
    }

    private static boolean skipColon(Cursor cursor) {
        int start = cursor.position();
        cursor.skipWhiteSpace();
        if (!cursor.skip(':')) {
            cursor.reset(start);
            return false;
        }
        cursor.skipWhiteSpace();
        return true;
    }

    private static int month(String name) {
        String canonical = name.length() < 3 ? "" : name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1, 3).toLowerCase(Locale.ROOT);
        return MONTHS.indexOf(canonical) + 1;
    }

    private static int number(Cursor cursor, int most) {
        String digits = cursor.takeWhile(Characters::digit);
        return digits.isEmpty() || digits.length() > most ? -1 : Integer.parseInt(digits);
    }

    private static ZoneOffset zone(String text) {
        String zone = text.strip().toUpperCase(Locale.ROOT);
        if (zone.matches("[+-][0-9]{4}.*")) {
            int sign = zone.charAt(0) == '-' ? -1 : 1;
            int hours = Integer.parseInt(zone.substring(1, 3));
            int minutes = Integer.parseInt(zone.substring(3, 5));
            return ZoneOffset.ofHoursMinutes(sign * hours, sign * minutes);
        }
        return switch (zone) {
            case "EDT" -> ZoneOffset.ofHours(-4);
            case "EST", "CDT" -> ZoneOffset.ofHours(-5);
            case "CST", "MDT" -> ZoneOffset.ofHours(-6);
            case "MST", "PDT" -> ZoneOffset.ofHours(-7);
            case "PST" -> ZoneOffset.ofHours(-8);
            default -> ZoneOffset.UTC;
        };
    }
}
