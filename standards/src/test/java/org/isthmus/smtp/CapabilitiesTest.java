// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CapabilitiesTest {
    private static Capabilities of(String... keywords) {
        return Capabilities.parse(new Reply(250, null, Stream.concat(Stream.of("mx.example.org"), Arrays.stream(keywords)).toList()));
    }

    @Test
    void readsKeywordsInAnyCase() {
        Capabilities capabilities = of("size 1000", "Pipelining", "AUTH PLAIN LOGIN", "AUTH=CRAM-MD5", "X-TOOL_1");
        assertThat(capabilities.has("SIZE")).isTrue();
        assertThat(capabilities.has("pipelining")).isTrue();
        assertThat(capabilities.parameter("PIPELINING")).contains("");
        assertThat(capabilities.parameter("auth")).contains("PLAIN LOGIN");
        assertThat(capabilities.parameter("DSN")).isEmpty();
        assertThat(capabilities.keywords()).containsExactly("SIZE", "PIPELINING", "AUTH", "X-TOOL_1");
    }

    @Test
    void theGreetingIsNoKeyword() {
        assertThat(Capabilities.parse(new Reply(250, null, List.of("DSN"))).has("DSN")).isFalse();
        assertThat(Capabilities.parse(new Reply(502, null, List.of("x", "DSN"))).has("DSN")).isFalse();
    }

    @Test
    void passesOverWhatIsNoKeyword() {
        assertThat(of("", "   ", "?DSN", "D\u00dcN", "DSN!", "-", "=x").keywords()).containsExactly("-");
    }

    @ParameterizedTest
    @CsvSource({"SIZE 1000, 1000", "SIZE, ", "SIZE 0, ", "SIZE -1, ", "SIZE x, ", "SIZE 99999999999999999999, 9223372036854775807", "SIZE=5, 5", "DSN, "})
    void saysHowLargeAMessageMayBe(String line, Long expected) {
        assertThat(of(line).size()).isEqualTo(expected == null ? OptionalLong.empty() : OptionalLong.of(expected));
    }

    @Test
    void readsLimits() {
        Capabilities capabilities = of("LIMITS MAILMAX=10 rcptmax=100 RCPTDOMAINMAX=0 OTHER=x");
        assertThat(capabilities.mailLimit()).isEqualTo(OptionalInt.of(10));
        assertThat(capabilities.recipientLimit()).isEqualTo(OptionalInt.of(100));
        assertThat(capabilities.recipientDomainLimit()).isEmpty();
        assertThat(of("LIMITS RCPTMAX=1234567").recipientLimit()).isEmpty();
        assertThat(of("LIMITS").recipientLimit()).isEmpty();
    }
}
