// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineCheckTest {

    @ParameterizedTest
    @CsvSource({
        "'',", "a\\r\\nb\\r\\n,", "a,", "\\r\\n,", "a\\r\\n.\\r\\n,", "a line of more than eight octets\\r\\n\\r\\nand one more,",
        "a\\nb, BARE_LF", "a\\rb, BARE_CR", "a\\r, BARE_CR", "a\\r\\r\\n, BARE_CR", "a\\0b, NUL", "\\n, BARE_LF", "a\\r\\n\\n, BARE_LF", "a\\r\\0, BARE_CR",
        "a\\nb\\0, BARE_LF", "a\\0\\n, NUL"
    })
    void findsTheFirstViolationHoweverTheContentIsCut(String escaped, @Nullable Violation violation) {
        byte[] content = escaped.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0").getBytes(ISO_8859_1);
        for (int first = 0; first <= content.length; first++) {
            for (int second = first; second <= content.length; second++) {
                LineCheck check = new LineCheck();
                check.feed(content, 0, first);
                check.feed(content, first, second - first);
                check.feed(content, second, content.length - second);
                check.finish();
                assertThat(check.violation()).as("cut at %s and %s", first, second).isEqualTo(violation);
            }
        }
    }
}
