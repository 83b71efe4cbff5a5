// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DayFileTest {
    @Test
    void namesReadBackAndSortByDayThenPart() {
        LocalDate day = LocalDate.of(2026, 11, 24);
        List<DayFile> files = List.of(new DayFile(day.minusDays(1), 12), new DayFile(day, 1), new DayFile(day, 2), new DayFile(day, 10), new DayFile(day, 12345));
        assertThat(files).isSorted();
        assertThat(files.stream().map(DayFile::name).map(DayFile::parse).map(Optional::orElseThrow)).isEqualTo(files);
    }

    @Test
    void otherNamesAreNotOurs() {
        assertThat(Stream.of("2026-11-24.0001.jsonl", "2026-11-24.2.jsonl", "2026-13-24.jsonl", "2026-11-24.jsonl.gz", "x.jsonl", ".jsonl", "2026-11-24x0002.jsonl", "2026-11-24.-002.jsonl"))
                .allMatch(name -> DayFile.parse(name).isEmpty());
    }

    @Test
    void theNextFileIsNeverOfAnEarlierDay() {
        DayFile now = new DayFile(LocalDate.of(2026, 11, 24), 3);
        assertThat(now.next(LocalDate.of(2026, 11, 20))).isEqualTo(new DayFile(LocalDate.of(2026, 11, 24), 4));
        assertThat(now.next(LocalDate.of(2026, 11, 25))).isEqualTo(new DayFile(LocalDate.of(2026, 11, 25), 1));
    }
}
