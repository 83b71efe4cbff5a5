// SPDX-License-Identifier: Apache-2.0
package org.isthmus.mtasts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.isthmus.syntax.SyntaxProblem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StsPolicyTest {
    /// RFC 8461 §3.2.
    private static final String EXAMPLE = "version: STSv1\nmode: enforce\nmx: mail.example.com\nmx: *.example.net\nmx: backupmx.example.com\nmax_age: 604800\n";

    @Test
    void readsTheExampleOfTheRfcWithEitherLineEnd() throws SyntaxProblem {
        StsPolicy policy = StsPolicy.parse(EXAMPLE);
        assertThat(policy).isEqualTo(new StsPolicy(
                StsPolicy.Mode.ENFORCE, Duration.ofDays(7), List.of("mail.example.com", "*.example.net", "backupmx.example.com")));
        assertThat(StsPolicy.parse(EXAMPLE.replace("\n", "\r\n"))).isEqualTo(policy);
        assertThat(StsPolicy.parse(String.join("\n", policy.lines()))).isEqualTo(policy);
    }

    @Test
    void aPatternStandsForExactlyOneLabel() throws SyntaxProblem {
        StsPolicy policy = StsPolicy.parse(EXAMPLE);
        assertThat(policy.names("MAIL.example.com")).isTrue();
        assertThat(policy.names("a.example.net")).isTrue();
        assertThat(policy.names("example.net")).isFalse();
        assertThat(policy.names("a.b.example.net")).isFalse();
        assertThat(policy.names("other.example.com")).isFalse();
        assertThat(policy.names("mail.example.com.evil.test")).isFalse();
    }

    @Test
    void ofARepeatedKeyTheFirstCountsAndUnknownOnesArePassedOver() throws SyntaxProblem {
        StsPolicy policy = StsPolicy.parse("version: STSv1\nx-new: 1\nmode: testing\nmode: enforce\nmx: a.example\nmax_age: 99999999999\n".replace("99999999999", "9999999999"));
        assertThat(policy.mode()).isEqualTo(StsPolicy.Mode.TESTING);
        assertThat(policy.maxAge()).isEqualTo(Duration.ofSeconds(StsPolicy.MOST_SECONDS));
    }

    @Test
    void aPolicyOfNoneNeedsNoExchanger() throws SyntaxProblem {
        assertThat(StsPolicy.parse("version: STSv1\nmode: none\nmax_age: 86400").mx()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "mode: enforce\nmx: a.example\nmax_age: 1", "version: STSv2\nmode: enforce\nmx: a.example\nmax_age: 1",
        "version: STSv1\nmode: strict\nmx: a.example\nmax_age: 1", "version: STSv1\nmode: enforce\nmax_age: 1",
        "version: STSv1\nmode: enforce\nmx: a.example", "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: -1",
        "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 12345678901", "version: STSv1\nmode: enforce\nmx: a b\nmax_age: 1",
        "<html>\nnot found"})
    void refusesWhatIsNoPolicy(String text) {
        assertThatThrownBy(() -> StsPolicy.parse(text)).isInstanceOf(SyntaxProblem.class);
    }

    @Test
    void theRecordIsTheOnlyOneOfItsVersion() {
        assertThat(StsRecord.of(List.of("v=STSv1; id=20160831085700Z;"))).contains(new StsRecord("20160831085700Z"));
        assertThat(StsRecord.of(List.of("v=spf1 -all", "v=STSv1;id=1"))).contains(new StsRecord("1"));
        assertThat(StsRecord.of(List.of("v=STSv1; id=1", "v=STSv1; id=2"))).isEmpty();
        assertThat(StsRecord.of(List.of("v=STSv1; id="))).isEmpty();
        assertThat(StsRecord.of(List.of("v=STSv1; id=a-b"))).isEmpty();
        assertThat(StsRecord.of(List.of("v=STSv1; junk; id=1"))).isEmpty();
        assertThat(StsRecord.of(List.of("v=STSv1; ext=1; id=7"))).contains(new StsRecord("7"));
        assertThat(StsRecord.of(List.of("v=STSv10; id=1"))).isEmpty();
    }
}
