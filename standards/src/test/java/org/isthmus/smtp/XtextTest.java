// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.isthmus.syntax.SyntaxProblem;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XtextTest {

    @ParameterizedTest
    @CsvSource({"abc, abc", "a+b, a+2Bb", "a=b, a+3Db", "'a b', a+20b", "'', ''", "a\u00fcb, a+C3+BCb", "QQ314159, QQ314159", "Eric@[192.0.2.1], Eric@[192.0.2.1]"})
    void readsWhatItWrites(String text, String xtext) throws SyntaxProblem {
        assertThat(Xtext.encode(text)).isEqualTo(xtext);
        assertThat(Xtext.decode(xtext)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+", "a+", "a+4", "+G0", "a=b", "a b", "+C3", "+FF", "\u00fc", "a\u0000", "++41", "a\n"})
    void refusesWhatIsNoXtext(String xtext) {
        assertThatThrownBy(() -> Xtext.decode(xtext)).isInstanceOf(SyntaxProblem.class);
    }

    @ParameterizedTest
    @CsvSource({
        "user@example.org, user@example.org, user@example.org",
        "\u00fcser@example.org, \\x{FC}ser@example.org, \u00fcser@example.org",
        "a+b@x, a\\x{2B}b@x, a\\x{2B}b@x",
        "a\\b=c@x, a\\x{5C}b\\x{3D}c@x, a\\x{5C}b\\x{3D}c@x",
        "'\"a b\"@x', '\"a\\x{20}b\"@x', '\"a\\x{20}b\"@x'",
        "\uD83D\uDE00@x, \\x{1F600}@x, \uD83D\uDE00@x",
    })
    void writesBothFormsOfUtf8Addresses(String address, String seven, String eight) throws SyntaxProblem {
        assertThat(Utf8AddressText.sevenBit(address)).isEqualTo(seven);
        assertThat(Utf8AddressText.eightBit(address)).isEqualTo(eight);
        assertThat(Utf8AddressText.decode(seven)).isEqualTo(address);
        assertThat(Utf8AddressText.decode(eight)).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\", "\\x", "\\x{", "\\x{}", "\\x{4}", "\\x{FFFFFFF}", "\\x{110000}", "\\x{D800}", "\\x{4G}", "a+b", "a b", "\\y{41}", "\\x{41", "\u0085"})
    void refusesWhatIsNoUtf8Address(String text) {
        assertThatThrownBy(() -> Utf8AddressText.decode(text)).isInstanceOf(SyntaxProblem.class);
    }
}
