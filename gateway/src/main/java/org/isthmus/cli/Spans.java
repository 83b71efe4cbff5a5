// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/// Times and spans of time as operators write and read them.
final class Spans {
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Spans() {}

    /// Reads {@code 90s}, {@code 15m}, {@code 4h}, {@code 3d}, {@code 2w}.
    static Duration parse(String text) {
        long unit = switch (text.isEmpty() ? ' ' : text.charAt(text.length() - 1)) {
            case 's' -> 1;
            case 'm' -> MINUTE;
            case 'h' -> HOUR;
            case 'd' -> DAY;
            case 'w' -> 7 * DAY;
            default -> throw bad(text);
        };
        String number = text.substring(0, text.length() - 1).strip();
        if (number.isEmpty() || number.length() > 9 || !number.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw bad(text);
        }
        return Duration.ofSeconds(Math.multiplyExact(Long.parseLong(number), unit));
    }

    private static Failure bad(String text) {
        return new Failure(Exit.USAGE, "\"" + text + "\" is no span of time; write a number and a unit, like 90s, 15m, 4h, 3d, 2w");
    }

    /// Reads a moment: {@code 2026-11-24}, {@code 2026-11-24T05:40}, with seconds and zone if wanted, or a span before now. Without a zone it is UTC.
    static Instant moment(String text, Instant now) {
        if (text.length() < 10 || text.charAt(4) != '-') {
            return now.minus(parse(text));
        }
        try {
            if (text.length() == 10) {
                return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
            }
            String iso = text.replace(' ', 'T');
            boolean zone = iso.endsWith("Z") || iso.indexOf('+') > 0 || iso.lastIndexOf('-') > 7;
            return zone ? OffsetDateTime.parse(iso).toInstant() : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new Failure(Exit.USAGE, "\"" + text + "\" is no time; write 2026-11-24, 2026-11-24T05:40, 2026-11-24T05:40:00Z, or how long ago: 2h");
        }
    }

    /// {@code 45s}, {@code 12m}, {@code 3h05m}, {@code 2d04h}.
    static String brief(double seconds) {
        long whole = Math.max(0, (long) seconds);
        if (whole < MINUTE) {
            return whole + "s";
        }
        if (whole < HOUR) {
            return whole / MINUTE + "m";
        }
        return whole < DAY ? "%dh%02dm".formatted(whole / HOUR, whole % HOUR / MINUTE) : "%dd%02dh".formatted(whole / DAY, whole % DAY / HOUR);
    }

    /// An ISO time cut to whole seconds: {@code 2026-11-24T05:40:01Z}; other text as it is.
    static String toSeconds(String iso) {
        try {
            return Instant.parse(iso).truncatedTo(ChronoUnit.SECONDS).toString();
        } catch (DateTimeException e) {
            return iso;
        }
    }

    /// {@code 999 B}, {@code 12.5 KiB}, {@code 3.0 GiB}.
    static String octets(long count) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
        double value = count;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? count + " B" : String.format(java.util.Locale.ROOT, "%.1f %s", value, units[unit]);
    }
}
