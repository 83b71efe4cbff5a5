// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.Optional;

/// The name of a file of the tracking log: {@code 2026-11-24.jsonl}, and behind it, when that one is full, {@code 2026-11-24.0002.jsonl}.
///
/// @param day in UTC; never before that of the file before, whatever the clock did
/// @param part from 1
record DayFile(LocalDate day, int part) implements Comparable<DayFile> {
    private static final String SUFFIX = ".jsonl";
    private static final int DAY_LENGTH = 10;
    private static final Comparator<DayFile> ORDER = Comparator.comparing(DayFile::day).thenComparing(DayFile::part);

    /// Reads a name; empty if it is none of ours.
    static Optional<DayFile> parse(String name) {
        if (!name.endsWith(SUFFIX) || name.length() < DAY_LENGTH + SUFFIX.length()) {
            return Optional.empty();
        }
        String middle = name.substring(DAY_LENGTH, name.length() - SUFFIX.length());
        try {
            LocalDate day = LocalDate.parse(name.substring(0, DAY_LENGTH));
            DayFile file = new DayFile(day, middle.isEmpty() ? 1 : Integer.parseInt(middle.substring(1)));
            return file.part() > 0 && file.name().equals(name) ? Optional.of(file) : Optional.empty();
        } catch (DateTimeException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    String name() {
        return part == 1 ? day + SUFFIX : "%s.%04d%s".formatted(day, part, SUFFIX);
    }

    DayFile next(LocalDate today) {
        return today.isAfter(day) ? new DayFile(today, 1) : new DayFile(day, part + 1);
    }

    @Override
    public int compareTo(DayFile other) {
        return ORDER.compare(this, other);
    }
}
