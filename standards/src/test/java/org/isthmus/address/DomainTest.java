// SPDX-License-Identifier: Apache-2.0
package org.isthmus.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.isthmus.syntax.SyntaxProblem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DomainTest {
    @Test
    void comparesWithoutCaseAndAcrossIdnaForms() {
        assertThat(Domain.of("Example.ORG")).isEqualTo(Domain.of("example.org"));
        assertThat(Domain.of("Bücher.example")).isEqualTo(Domain.of("xn--bcher-kva.example"));
    }

    @Test
    void keepsWhatWasWritten() {
        assertThat(Domain.of("Example.ORG").text()).isEqualTo("Example.ORG");
    }

    @Test
    void aSuffixThatIsNoLabelIsNotWithin() {
        assertThat(Domain.of("notexample.org").isWithin(Domain.of("example.org"))).isFalse();
        assertThat(Domain.of("a.example.org").isWithin(Domain.of("example.org"))).isTrue();
        assertThat(Domain.of("org").isWithin(Domain.of("example.org"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a..b", "a.", ".a", "-a.b", "a-.b", "a b", "a@b", "a\u0000b", "exa mple.org ", "a\uff20b.example", "a\u2100b.example", "a\u3002.b"})
    void refusesWhatIsNoDomain(String text) {
        assertThatThrownBy(() -> Domain.parse(text)).isInstanceOf(SyntaxProblem.class);
    }
}
