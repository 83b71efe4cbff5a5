// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.isthmus.address.Domain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageDateTest {

    @Test
    void writesUtc() {
        assertThat(MessageDate.format(Instant.parse("2026-03-01T04:05:06.789Z"))).isEqualTo("Sun, 1 Mar 2026 04:05:06 +0000");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Fri, 21 Nov 1997 09:55:06 -0600 | 1997-11-21T15:55:06Z",
        "Tue, 1 Jul 2003 10:52:37 +0200 | 2003-07-01T08:52:37Z",
        "Thu, 13 Feb 1969 23:32:54 -0330 | 1969-02-14T03:02:54Z",
        "21 Nov 97 09:55:06 GMT | 1997-11-21T09:55:06Z",
        "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600 | 1997-11-21T15:55:06Z",
        "Thu, 7 Jul 1994 17:16:05 -0400 (EDT) | 1994-07-07T21:16:05Z",
        "7 Jul 1994 17:16 EDT | 1994-07-07T21:16:00Z",
        "1 jan 49 00:00:00 +0000 | 2049-01-01T00:00:00Z",
        "1 JANUARY 102 00:00:00 UT | 2002-01-01T00:00:00Z",
        "31 Dec 2016 23:59:60 +0000 | 2016-12-31T23:59:59Z",
        "1 Jan 2026 00:00:00 XYZ | 2026-01-01T00:00:00Z",
        "1 Jan 2026 00:00:00 | 2026-01-01T00:00:00Z",
    })
    void readsPresentAndObsoleteForms(String text, Instant expected) {
        assertThat(MessageDate.parse(text)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "today", "32 Jan 2026 00:00:00 +0000", "1 Foo 2026 00:00:00 +0000", "1 Jan 2026", "1 Jan 2026 25:00:00 +0000", "30 Feb 2026 00:00:00 +0000", "1 Jan 2026 00:00:00 +9999", "Jan 1 2026 00:00:00",
        "1 J 2026 00:00:00", "99999999999 Jan 2026 00:00:00 +0000"})
    void findsNoDateInNonsense(String text) {
        assertThat(MessageDate.parse(text)).isEmpty();
    }

    @Test
    void readsWhatItWrites() {
        for (long day = 0; day < 400; day++) {
            Instant moment = Instant.parse("2026-01-01T23:59:58Z").plusSeconds(day * 86_399);
            assertThat(MessageDate.parse(MessageDate.format(moment))).contains(moment);
        }
    }

    @Test
    void messageIdsAreWellFormedWhateverTheyAreMadeOf() {
        Domain host = Domain.of("mx1.example.com");
        assertThat(MessageId.of("01ABC", host)).isEqualTo("<01ABC@mx1.example.com>");
        assertThat(MessageId.of("report.01ABC.2", host)).isEqualTo("<report.01ABC.2@mx1.example.com>");
        assertThat(MessageId.of("..a>\r\nb..c.", host)).isEqualTo("<_.a___b._c_@mx1.example.com>");
        assertThat(MessageId.of("", host)).isEqualTo("<_@mx1.example.com>");
    }
}
