// SPDX-License-Identifier: Apache-2.0
package org.isthmus.address;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MailboxTest {

    @ParameterizedTest
    @CsvSource({
        "bob@example.com, BOB@Example.COM, true",
        "'\"bob\"@example.com', bob@example.com, true",
        "bob@example.com, rob@example.com, false",
        "bob@example.com, bob@example.org, false",
        "grün@example.com, GRÜN@example.com, true",
        "'gru\u0308n@example.com', grün@example.com, true",
        "x@bücher.example, X@xn--bcher-kva.example, true",
        "x@[192.0.2.1], X@[192.0.2.1], true",
    })
    void isTheSameWhereOnlyCaseAndSpellingDiffer(String one, String other, boolean same) {
        assertThat(Mailbox.of(one).sameIgnoringCase(Mailbox.of(other))).isEqualTo(same);
    }
}
