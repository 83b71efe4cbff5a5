// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.UnaryOperator;
import org.isthmus.config.Problem;
import org.isthmus.config.SampleSite;
import org.isthmus.config.Settings.SiteDomain.Kind;
import org.isthmus.transit.SourceLine;
import org.junit.jupiter.api.Test;

class DirectoryCheckTest {
    private final OperatorFiles files = new OperatorFiles();

    private List<Problem> problems(UnaryOperator<SampleSite.Draft> fill) {
        return new FileDirectory(files, files).problems(new SampleSite().domain("example.com", Kind.AUTHORITATIVE, fill).settings());
    }

    @Test
    void goodFilesHaveNoProblems() {
        files.write("/r", "a@example.com\nb@example.com\n").write("/a", "a@example.com: a@example.com, b@example.com\nteam@example.com: a@example.com, x@far.example\n");
        assertThat(problems(d -> d.file("/r").aliases("/a"))).isEmpty();
    }

    @Test
    void badLinesAreToldWithTheirPlace() {
        files.write("/r", "a@example.com\nnonsense\n").write("/a", "team@example.com\n");
        assertThat(problems(d -> d.file("/r").aliases("/a"))).extracting(Problem::id, Problem::at).containsExactly(
                org.assertj.core.groups.Tuple.tuple("recipients-line", new SourceLine("/r", 2)), org.assertj.core.groups.Tuple.tuple("aliases-line", new SourceLine("/a", 1)));
    }

    @Test
    void manyBadLinesAreCounted() {
        files.write("/r", "a@example.com\n" + "bad\n".repeat(500));
        assertThat(problems(d -> d.file("/r"))).hasSize(21).last().extracting(Problem::message).asString().contains("480 more");
    }

    @Test
    void aMissingFileIsAnError() {
        assertThat(problems(d -> d.file("/none"))).singleElement().satisfies(problem -> {
            assertThat(problem.severity()).isEqualTo(Problem.Severity.ERROR);
            assertThat(problem.message()).contains("/none", "example.com", "does not exist");
        });
    }

    @Test
    void addressesThatNobodyAsksForAreTold() {
        files.write("/r", "a@example.com\nb@exmaple.com\nc@[192.0.2.1]\n").write("/a", "x@other.example: a@example.com\n");
        assertThat(problems(d -> d.file("/r").aliases("/a"))).extracting(Problem::id, Problem::at).containsExactly(
                org.assertj.core.groups.Tuple.tuple("unused-address", new SourceLine("/r", 2)), org.assertj.core.groups.Tuple.tuple("unused-address", new SourceLine("/r", 3)),
                org.assertj.core.groups.Tuple.tuple("unused-address", new SourceLine("/a", 1)));
    }

    @Test
    void circlesAreErrorsWithTheirPath() {
        files.write("/a", "a@example.com: b@example.com\nb@example.com: x@example.com, C@example.com\nc@example.com: a@example.com\n");
        assertThat(problems(d -> d.glob("x").aliases("/a"))).singleElement().satisfies(problem -> {
            assertThat(problem.id()).isEqualTo("LP09");
            assertThat(problem.severity()).isEqualTo(Problem.Severity.ERROR);
            assertThat(problem.at()).isEqualTo(new SourceLine("/a", 1));
            assertThat(problem.evidence()).containsExactly("a@example.com -> b@example.com -> c@example.com -> a@example.com",
                    "/a:1: a@example.com -> b@example.com", "/a:2: b@example.com -> c@example.com", "/a:3: c@example.com -> a@example.com");
            assertThat(problem.fix()).isEqualTo("take a@example.com out of the members of c@example.com (/a:3)");
        });
    }

    @Test
    void ofAddressesThatAllReachOneAnotherTheShortestCircleIsTold() {
        files.write("/a", """
                a@example.com: b@example.com
                b@example.com: c@example.com
                c@example.com: d@example.com, b@example.com
                d@example.com: a@example.com
                leads-there@example.com: a@example.com
                """);
        assertThat(problems(d -> d.glob("x").aliases("/a"))).singleElement().satisfies(problem -> {
            assertThat(problem.at()).isEqualTo(new SourceLine("/a", 2));
            assertThat(problem.evidence()).containsExactly("b@example.com -> c@example.com -> b@example.com", "/a:2: b@example.com -> c@example.com",
                    "/a:3: c@example.com -> b@example.com", "2 more addresses lead into this circle and are led to by it");
        });
    }

    @Test
    void twoCirclesAreTwoFindings() {
        files.write("/a", "a@example.com: b@example.com\nb@example.com: a@example.com\nc@example.com: d@example.com, a@example.com\nd@example.com: c@example.com\n");
        assertThat(problems(d -> d.glob("x").aliases("/a"))).extracting(Problem::at).containsExactlyInAnyOrder(new SourceLine("/a", 1), new SourceLine("/a", 3));
    }

    @Test
    void aCircleThroughACatchAllIsFound() {
        files.write("/a", "box@example.com: nobody@example.com\n");
        assertThat(problems(d -> d.glob("x").aliases("/a").catchAll("box@example.com"))).singleElement().satisfies(problem -> {
            assertThat(problem.id()).isEqualTo("LP09");
            assertThat(problem.evidence().getFirst()).contains("box@example.com -> nobody@example.com");
        });
    }

    @Test
    void aCircleInWhichEverybodyHasAMailboxEndsThere() {
        files.write("/a", "a@example.com: b@example.com\nb@example.com: a@example.com\n");
        assertThat(problems(d -> d.glob("[ab]").aliases("/a"))).isEmpty();
    }

    @Test
    void anAliasThatLeadsNowhereIsTold() {
        files.write("/a", "a@example.com: gone@example.com\nb@example.com: gone@example.com, x@example.com\nc@example.com: gone@far.example\n");
        assertThat(problems(d -> d.glob("x").aliases("/a"))).singleElement().satisfies(problem -> {
            assertThat(problem.id()).isEqualTo("dead-alias");
            assertThat(problem.severity()).isEqualTo(Problem.Severity.WARNING);
            assertThat(problem.at()).isEqualTo(new SourceLine("/a", 1));
        });
    }

    @Test
    void aHundredThousandAliasesAreCheckedInLittleRoom() {
        StringBuilder aliases = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            aliases.append("a").append(i).append("@example.com: x@example.com\n");
        }
        files.write("/a", aliases.append("p@example.com: q@example.com\nq@example.com: p@example.com\n").toString());
        assertThat(problems(d -> d.glob("x").aliases("/a"))).extracting(Problem::at).containsExactly(new SourceLine("/a", 100_001));
    }

    @Test
    void aCircleThroughASubAddressIsFound() {
        files.write("/a", "a@example.com: a+x@example.com\n");
        assertThat(problems(d -> d.glob("x").aliases("/a").subAddressing('+'))).extracting(Problem::id).containsExactly("LP09");
        assertThat(problems(d -> d.glob("a").aliases("/a").subAddressing('+'))).isEmpty();
    }

    @Test
    void aCopyForOneselfNeedsAMailbox() {
        files.write("/a", "a@example.com: a@example.com, b@example.com\n");
        assertThat(problems(d -> d.glob("b").aliases("/a"))).extracting(Problem::id).containsExactly("LP09");
        assertThat(problems(d -> d.glob("[ab]").aliases("/a"))).isEmpty();
    }

    @Test
    void chainsOfAnyLengthAreWalkedAndTooLongOnesAreErrors() {
        StringBuilder aliases = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            aliases.append("a").append(i).append("@example.com: a").append(i + 1).append("@example.com\n");
        }
        files.write("/a", aliases.toString());
        List<Problem> problems = problems(d -> d.aliases("/a"));
        assertThat(problems).extracting(Problem::id).containsExactly("LP09");
        assertThat(problems.getFirst().at()).isEqualTo(new SourceLine("/a", 19_980));
    }
}
