// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.documents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The tables of docs/reference/standards.md, which are kept by hand.
record Standards(List<Row> rows) {
    private static final Path DOCUMENT = Path.of("..", "docs", "reference", "standards.md");
    private static final Pattern NUMBER = Pattern.compile("(?:^|, )(\\d{3,5})(?= §|,|$)");

    /// A line of a table.
    ///
    /// @param rfcs the numbers it is about
    /// @param done `yes`, `in part`, `no`; of the second table `used`
    record Row(List<Integer> rfcs, String subject, String done, String remarks) {}

    static Standards read() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(DOCUMENT)) {
            String[] cells = line.split("\\|", -1);
            if (!line.startsWith("|") || line.startsWith("| RFC") || line.startsWith("|-")) {
                continue;
            }
            List<Integer> rfcs = new ArrayList<>();
            Matcher number = NUMBER.matcher(cells[1].strip());
            while (number.find()) {
                rfcs.add(Integer.parseInt(number.group(1)));
            }
            boolean used = cells.length == 5;
            rows.add(new Row(rfcs, cells[2].strip(), used ? "used" : cells[3].strip(), cells[used ? 3 : 4].strip()));
        }
        return new Standards(rows);
    }

    Optional<Row> of(int rfc) {
        return rows.stream().filter(row -> row.rfcs().contains(rfc)).findFirst();
    }
}
