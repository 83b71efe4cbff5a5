// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.isthmus.address.Mailbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPatternTest {

    @ParameterizedTest
    @CsvSource({
        "*@old.example, *@new.example, Bob@OLD.example, Bob@new.example",
        "old.example, new.example, bob@old.example, bob@new.example",
        "*@old.example, *@new.example, bob@sub.old.example, ''",
        "*@old.example, *@new.example, bob@[192.0.2.1], ''",
        "*@*.old.example, *@old.example, bob@a.b.old.example, bob@old.example",
        "*@*.old.example, *@*.new.example, bob@a.b.old.example, bob@a.b.new.example",
        "*@*.old.example, *@new.example, bob@old.example, ''",
        "bob@old.example, Robert.Miller@new.example, BOB@old.example, Robert.Miller@new.example",
        "bob@old.example, rob@new.example, bobby@old.example, ''",
        "info-*@old.example, *.info@new.example, INFO-shop@old.example, shop.info@new.example",
        "info-*@old.example, x*@new.example, info-@old.example, x@new.example",
        "info-*@old.example, *@new.example, info-@old.example, ''",
        "*-x@old.example, box@new.example, a-x@old.example, box@new.example",
        "\"a b\"@old.example, c@new.example, \"A b\"@old.example, c@new.example",
        "*@old.example, *@new.example, \"a b\"@old.example, \"a b\"@new.example",
        "*@old.example, *@bücher.example, a@old.example, a@bücher.example",
    })
    void replacesWhatItMatches(String in, String to, String address, String expected) {
        Mailbox made = AddressPattern.parse(in).replace(Mailbox.of(address), AddressPattern.parse(to));
        assertThat(made == null ? "" : made.text()).isEqualTo(expected);
    }

    @Test
    void whatWouldBeNoAddressIsNotMade() {
        assertThat(AddressPattern.parse("*@old.example").replace(Mailbox.of("x".repeat(60) + "@old.example"), AddressPattern.parse("long-*@new.example"))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "@", "@x.example", "a b@x.example", "bob@", "bob@x y", "**@x.example", "a*b*@x.example", "*@x.example."})
    void whatIsNoPatternIsNone(String text) {
        assertThatThrownBy(() -> AddressPattern.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"*, *", "old.example, *@old.example", "*.old.example, *@*.old.example", "\"a b\"@x.example, \"a b\"@x.example", "a*@x.example, a*@x.example"})
    void isWrittenInFull(String text, String full) {
        assertThat(AddressPattern.parse(text).text()).isEqualTo(full);
    }
}
