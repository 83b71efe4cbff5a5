// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Holds docs/reference/standards.md to the sources.
class StandardsTest {
    @Test
    void everyRfcThatIsCitedHasARow() throws IOException {
        Set<Integer> known = Standards.read().rows().stream().flatMap(row -> row.rfcs().stream()).collect(Collectors.toSet());
        List<Integer> missing = Sources.read().all().stream().map(Citation::rfc).distinct().filter(rfc -> !known.contains(rfc)).toList();
        assertThat(missing).as("RFCs cited in the sources without a row in docs/reference/standards.md").isEmpty();
    }

    @Test
    void whatIsSaidToBeDoneIsCitedByTheCode() throws IOException {
        Set<Integer> cited = Sources.read().code().keySet().stream().map(Citation::rfc).collect(Collectors.toSet());
        for (Standards.Row row : Standards.read().rows()) {
            if (row.done().equals("yes") || row.done().equals("in part")) {
                assertThat(cited).as("nothing in the code cites " + row).containsAll(row.rfcs());
            }
        }
    }

    @Test
    void whatIsNotDoneInFullSaysWhatAndWhy() throws IOException {
        for (Standards.Row row : Standards.read().rows()) {
            assertThat(row.done()).as(row.toString()).isIn("yes", "in part", "no", "used");
            assertThat(row.rfcs()).as(row.toString()).isNotEmpty();
            assertThat(row.subject()).as(row.toString()).isNotBlank();
            if (!row.done().equals("yes")) {
                assertThat(row.remarks()).as(row.toString()).isNotBlank();
            }
        }
    }

    @Test
    void noRfcHasTwoRows() throws IOException {
        List<Integer> twice = new ArrayList<>();
        Set<Integer> once = new HashSet<>();
        Standards.read().rows().forEach(row -> row.rfcs().stream().filter(rfc -> !once.add(rfc)).forEach(twice::add));
        assertThat(twice).isEmpty();
    }
}
