// SPDX-License-Identifier: Apache-2.0
package org.isthmus.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncodedWordsTest {

    @ParameterizedTest
    @CsvSource({
        "plain, plain",
        "=?utf-8?q?Gr=C3=BC=C3=9Fe?=, Gr\u00fc\u00dfe",
        "=?UTF-8?B?R3LDvMOfZQ==?= an alle, Gr\u00fc\u00dfe an alle",
        "a =?iso-8859-1?Q?b_=FC?= c, a b \u00fc c",
        "=?utf-8?q?a?= =?utf-8?q?b?= c =?utf-8?q?d?=, ab c d",
        "=?utf-8*de?q?a?=, a",
        "=?no-such-charset?q?a?=, =?no-such-charset?q?a?=",
        "=?utf-8?x?a?=, =?utf-8?x?a?=",
        "=?utf-8?b?!!?=, =?utf-8?b?!!?=",
        "=?, =?",
        "=?utf-8?q?a, =?utf-8?q?a",
        "=?utf-8?q?a b?=, =?utf-8?q?a b?=",
        "=?utf-8?q?=0D=0ABcc:_x?=, ??Bcc: x",
        "=?=?utf-8?q?a?=, =?a",
    })
    void decodesWhatPeopleReadAndLeavesTheRest(String text, String decoded) {
        assertThat(EncodedWords.decode(text)).isEqualTo(decoded);
    }

    @Test
    void survivesManyFalseStarts() {
        String hostile = "=?a?b?".repeat(30);
        assertThat(EncodedWords.decode(hostile)).isEqualTo(hostile);
    }
}
