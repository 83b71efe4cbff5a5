// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressSetTest {

    @Test
    void findsWhatWasAddedWithItsLineAndNothingElse() {
        AddressSet.Builder builder = new AddressSet.Builder();
        for (int i = 1; i <= 5000; i++) {
            builder.add("user" + i + "@example.com", i);
        }
        AddressSet set = builder.build();
        assertThat(set.size()).isEqualTo(5000);
        for (int i = 1; i <= 5000; i++) {
            assertThat(set.line("user" + i + "@example.com")).isEqualTo(i);
            assertThat(set.line("user" + i + "@example.org")).isZero();
        }
    }

    @Test
    void keepsTheFirstLineOfARepeatedAddress() {
        AddressSet.Builder builder = new AddressSet.Builder();
        builder.add("bob@example.com", 3);
        builder.add("bob@example.com", 9);
        AddressSet set = builder.build();
        assertThat(set.size()).isEqualTo(1);
        assertThat(set.line("bob@example.com")).isEqualTo(3);
    }

    @Test
    void holdsLongAddressesAndHighLineNumbers() {
        String longest = "l".repeat(64) + "@" + "d".repeat(63) + "." + "d".repeat(63) + "." + "d".repeat(63) + "." + "d".repeat(61);
        AddressSet.Builder builder = new AddressSet.Builder();
        builder.add(longest, 300_000_000);
        assertThat(builder.build().line(longest)).isEqualTo(300_000_000);
    }

    @Test
    void showsAllInOrder() {
        AddressSet.Builder builder = new AddressSet.Builder();
        builder.add("b@x.example", 1);
        builder.add("bücher@x.example", 2);
        List<String> seen = new ArrayList<>();
        builder.build().forEach((key, line) -> seen.add(line + " " + key));
        assertThat(seen).containsExactly("1 b@x.example", "2 bücher@x.example");
    }

    @Test
    void anEmptySetKnowsNobody() {
        assertThat(new AddressSet.Builder().build().line("a@b.example")).isZero();
    }
}
