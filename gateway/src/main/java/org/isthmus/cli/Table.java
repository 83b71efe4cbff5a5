// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.util.ArrayList;
import java.util.List;
import org.isthmus.tracking.Harmless;

/// Rows under headings, in columns as wide as they must be. Cells are made harmless: much of what they show was written by strangers.
final class Table {
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();
    private final List<Boolean> right = new ArrayList<>();

    /// @param headings one that begins with {@code >} makes its column stand to the right
    Table(String... headings) {
        List<String> first = new ArrayList<>();
        for (String heading : headings) {
            boolean numbers = heading.startsWith(">");
            right.add(numbers);
            first.add(numbers ? heading.substring(1) : heading);
        }
        rows.add(first);
    }

    void row(String... cells) {
        if (cells.length != right.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + right.size() + " columns");
        }
        rows.add(List.of(cells).stream().map(Harmless::text).toList());
    }

    boolean isEmpty() {
        return rows.size() == 1;
    }

    /// All lines, each ended by a line feed, without blanks at their ends.
    @Override
    public String toString() {
        int[] widths = new int[right.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String pad = " ".repeat(widths[i] - width(row.get(i)));
                line.append(i == 0 ? "" : GAP).append(right.get(i) ? pad + row.get(i) : row.get(i) + pad);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }
}
