// SPDX-License-Identifier: Apache-2.0
package org.isthmus.addressing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.directory.FileDirectory;
import org.isthmus.directory.OperatorFiles;
import org.isthmus.transit.SourceLine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressingCheckTest {
    private final OperatorFiles files = new OperatorFiles();

    private List<Problem> problems(String rules) {
        Settings settings = ConfigLoader.parse("""
                connector { hostname = "mx1.example.com" }
                listeners { internet { address = "0.0.0.0:25" }, site { address = "10.0.0.5:25" } }
                domains { "example.com" { recipients = "pattern:[abc]*", deliver-to = mx } }
                """ + rules).orThrow();
        return AddressingCheck.problems(settings, new FileDirectory(files, files));
    }

    @Test
    void rulesThatLeadBackAreACircleWithEveryLine() {
        assertThat(problems("""
                rewrite = [
                  { in = "*@one.example", to = "*@two.example" }
                  { in = "*@two.example", to = "*@three.example", direction = out }
                  { in = "*@three.example", to = "*@one.example", what = envelope }
                ]
                """)).singleElement().satisfies(problem -> {
            assertThat(problem.id()).isEqualTo("LP09");
            assertThat(problem.severity()).isEqualTo(Problem.Severity.ERROR);
            assertThat(problem.at()).isEqualTo(new SourceLine("isthmus.conf", 5));
            assertThat(problem.evidence()).containsExactly("someone@one.example -> someone@two.example -> someone@three.example -> someone@one.example",
                    "isthmus.conf:5: someone@one.example -> someone@two.example", "isthmus.conf:6: someone@two.example -> someone@three.example",
                    "isthmus.conf:7: someone@three.example -> someone@one.example");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{ in = \"*@inside.example\", to = \"*@example.com\", direction = out }, { in = \"*@example.com\", to = \"*@inside.example\", direction = in }",
        "{ in = \"*@one.example\", to = \"*@two.example\", what = envelope-sender }, { in = \"*@two.example\", to = \"*@one.example\", what = [envelope-recipient, headers] }",
        "{ in = \"*@one.example\", to = \"*@two.example\", listener = site }, { in = \"*@two.example\", to = \"*@one.example\", listener = internet }",
        "{ in = \"*@*.one.example\", to = \"*@one.example\" }, { in = \"a@one.example\", to = \"b@one.example\" }",
        "{ in = \"*@*.one.example\", to = \"*@x.one.example\" }",
        "{ in = \"*@one.example\", to = \"x*@one.example\" }",
    })
    void rulesThatNeverMeetOrComeToRestAreNone(String rules) {
        assertThat(problems("rewrite = [" + rules + "]")).extracting(Problem::id).doesNotContain("LP09");
    }

    @Test
    void aCircleThroughAFileIsFoundWithItsLine() {
        files.write("/conf/canonical", "a@example.com: A.Smith@example.com\nb@example.com: B.Miller@example.com\n");
        assertThat(problems("""
                rewrite = [
                  { in = "file:/conf/canonical" }
                  { in = "B.Miller@example.com", to = "b@example.com", direction = in }
                ]
                """)).singleElement().satisfies(problem -> {
            assertThat(problem.id()).isEqualTo("LP09");
            assertThat(problem.evidence()).contains("/conf/canonical:2: b@example.com -> B.Miller@example.com");
        });
    }

    @Test
    void whoseAddressesAreTakenOutOfTheSiteIsTold() {
        files.write("/conf/canonical", "a@example.com: a@far.example\nb@example.com: c@example.com\n");
        assertThat(problems("rewrite = [{ in = \"*@example.com\", to = \"*@far.example\", direction = out }, { in = \"x@example.com\", to = \"x@far.example\" }, { in = \"file:/conf/canonical\" }]"))
                .extracting(Problem::id, Problem::at).containsExactly(
                        org.assertj.core.groups.Tuple.tuple("rewrites-away", new SourceLine("isthmus.conf", 4)), org.assertj.core.groups.Tuple.tuple("rewrites-away", new SourceLine("/conf/canonical", 1)));
    }

    @Test
    void copiesForNobodyAreTold() {
        assertThat(problems("copies = [{ of = \"*\", to = [\"archive@example.com\", \"journal@example.com\", \"x@far.example\"] }]")).singleElement().satisfies(problem -> {
            assertThat(problem.id()).isEqualTo("dead-copies");
            assertThat(problem.message()).contains("journal@example.com");
        });
    }
}
