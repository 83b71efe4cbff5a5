// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.config.SampleSite;
import org.isthmus.config.Settings.SiteDomain.Kind;
import org.isthmus.config.Snapshot;
import org.isthmus.transit.SourceLine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileDirectoryTest {
    private final OperatorFiles files = new OperatorFiles();
    private final FileDirectory directory = new FileDirectory(files, files);

    private Presence find(String address, Snapshot snapshot) {
        return directory.find(Mailbox.of(address), snapshot);
    }

    private static Snapshot site(Kind kind, java.util.function.UnaryOperator<SampleSite.Draft> fill) {
        return new SampleSite().domain("example.com", kind, fill).snapshot();
    }

    private Snapshot fromFile(String content) {
        files.write("/r", content);
        files.pass(Duration.ofMinutes(1));
        return site(Kind.AUTHORITATIVE, d -> d.file("/r"));
    }

    @Test
    void addressesOfOtherDomainsAreNotOurs() {
        Snapshot snapshot = site(Kind.AUTHORITATIVE, d -> d);
        assertThat(find("bob@example.org", snapshot)).isInstanceOf(Presence.NotOurs.class);
        assertThat(find("bob@[192.0.2.1]", snapshot)).isInstanceOf(Presence.NotOurs.class);
        // Equal last letters make no sub-domain.
        assertThat(find("bob@notexample.com", snapshot)).isInstanceOf(Presence.NotOurs.class);
        assertThat(find("bob@sub.example.com", snapshot)).isInstanceOf(Presence.NotOurs.class);
    }

    @ParameterizedTest
    @CsvSource({
        "example.com, example.com", "EXAMPLE.Com, example.com", "a.example.com, *.example.com", "b.a.example.com, *.example.com", "x.deep.example.com, *.deep.example.com",
        "y.x.deep.example.com, *.deep.example.com", "deep.example.com, *.example.com", "one.deep.example.com, one.deep.example.com", "com, ''", "notexample.com, ''",
        "bücher.example, bücher.example", "xn--bcher-kva.example, bücher.example",
    })
    void theBestFittingDomainDecides(String domain, String expected) {
        Snapshot snapshot = new SampleSite()
                .domain("*.example.com", Kind.RELAY, d -> d)
                .domain("example.com", Kind.AUTHORITATIVE, d -> d)
                .domain("*.deep.example.com", Kind.SHARED, d -> d)
                .domain("one.deep.example.com", Kind.AUTHORITATIVE, d -> d)
                .domain("bücher.example", Kind.AUTHORITATIVE, d -> d)
                .snapshot();
        String found = find("bob@" + domain, snapshot) instanceof Presence.Known known ? known.domain().name().text() : "";
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void aFileKnowsItsAddressesAndNamesTheLine() {
        Snapshot snapshot = fromFile("alice@example.com\nBob@example.com\n");
        assertThat(find("bOB@EXAMPLE.com", snapshot)).isInstanceOfSatisfying(Presence.Known.class, known -> {
            assertThat(known.step().at()).isEqualTo(new SourceLine("/r", 2));
            assertThat(known.step().rule()).contains("recipients = \"file:/r\"");
        });
        assertThat(find("carol@example.com", snapshot)).isInstanceOfSatisfying(Presence.Unknown.class, unknown -> {
            assertThat(unknown.step().outcome()).contains("carol@example.com is not known");
            assertThat(unknown.step().lost()).singleElement().asString().contains("/r").contains("2 addresses");
        });
    }

    @Test
    void severalSourcesAreAskedInTurn() {
        files.write("/r", "alice@example.com\n");
        Snapshot snapshot = site(Kind.AUTHORITATIVE, d -> d.recipients(
                new org.isthmus.config.Settings.RecipientSource.Pattern("U[0-9]*"), new org.isthmus.config.Settings.RecipientSource.File(java.nio.file.Path.of("/r"))));
        assertThat(find("u12@example.com", snapshot)).isInstanceOf(Presence.Known.class);
        assertThat(find("alice@example.com", snapshot)).isInstanceOf(Presence.Known.class);
        assertThat(find("ux@example.com", snapshot)).isInstanceOfSatisfying(Presence.Unknown.class, unknown -> assertThat(unknown.step().lost()).hasSize(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"postmaster", "Postmaster", "POSTMASTER"})
    void postmasterExistsInEveryDomain(String local) {
        Snapshot snapshot = fromFile("alice@example.com\n");
        assertThat(find(local + "@example.com", snapshot)).isInstanceOf(Presence.Known.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"p", "po", "post", "postmaste", "postmasters", "abuse"})
    void noPartOfPostmasterDoes(String local) {
        Snapshot snapshot = fromFile("alice@example.com\n");
        assertThat(find(local + "@example.com", snapshot)).isInstanceOf(Presence.Unknown.class);
    }

    @Test
    void postmasterToTakesPostmasterAndAbuse() {
        SampleSite site = new SampleSite().domain("example.com", Kind.AUTHORITATIVE, d -> d.glob("boss")).domain("client.example", Kind.RELAY, d -> d.glob("x"));
        site.postmasterTo = "boss@example.com";
        Snapshot snapshot = site.snapshot();
        for (String local : List.of("postmaster", "Abuse")) {
            assertThat(find(local + "@example.com", snapshot)).isInstanceOfSatisfying(Presence.Expands.class, to ->
                    assertThat(to.to()).containsExactly(Mailbox.of("boss@example.com")));
        }
        assertThat(find("postmaster@client.example", snapshot)).isInstanceOf(Presence.Known.class);
        assertThat(find("abuse@client.example", snapshot)).isInstanceOf(Presence.Unknown.class);
    }

    @Test
    void postmasterToItselfOrToAHopIsAMailbox() {
        SampleSite site = new SampleSite().domain("example.com", Kind.AUTHORITATIVE, d -> d.glob("boss"));
        site.postmasterTo = "postmaster@example.com";
        assertThat(find("Postmaster@example.com", site.snapshot())).isInstanceOf(Presence.Known.class);
        site.postmasterTo = "adminstore";
        assertThat(find("abuse@example.com", site.snapshot())).isInstanceOfSatisfying(Presence.Known.class, known ->
                assertThat(known.step().outcome()).contains("adminstore"));
    }

    @Test
    void aliasesComeBeforeEverything() {
        files.write("/r", "sales@example.com\n").write("/a", "sales@example.com: alice@example.com, bob@example.org\nPostmaster@example.com: alice@example.com\n");
        SampleSite site = new SampleSite().domain("example.com", Kind.AUTHORITATIVE, d -> d.file("/r").aliases("/a"));
        site.postmasterTo = "boss@example.com";
        Snapshot snapshot = site.snapshot();
        assertThat(find("Sales@example.com", snapshot)).isInstanceOfSatisfying(Presence.Expands.class, expands -> {
            assertThat(expands.to()).containsExactly(Mailbox.of("alice@example.com"), Mailbox.of("bob@example.org"));
            assertThat(expands.alias()).isTrue();
            assertThat(expands.step().at()).isEqualTo(new SourceLine("/a", 1));
        });
        assertThat(find("postmaster@example.com", snapshot)).isInstanceOfSatisfying(Presence.Expands.class, expands ->
                assertThat(expands.to()).containsExactly(Mailbox.of("alice@example.com")));
        assertThat(directory.resident(Mailbox.of("sales@example.com"), snapshot)).isInstanceOf(Presence.Known.class);
    }

    @ParameterizedTest
    @CsvSource({"alice+x, known", "alice+x+y, known", "alice+, known", "+alice, unknown", "carol+x, unknown", "dave+exact, known", "dave+other, unknown", "sales+x, expands", "postmaster+x, known"})
    void aSubAddressIsFoundWithoutItsTag(String local, String expected) {
        files.write("/r", "alice@example.com\ndave+exact@example.com\n").write("/a", "sales@example.com: alice@example.com\n");
        Snapshot snapshot = site(Kind.AUTHORITATIVE, d -> d.file("/r").aliases("/a").subAddressing('+'));
        String found = switch (find(local + "@example.com", snapshot)) {
            case Presence.Known known -> "known";
            case Presence.Expands expands -> "expands";
            case Presence.Unknown unknown -> "unknown";
            case Presence.NotOurs stranger -> "stranger";
            case Presence.Undecided undecided -> "undecided";
        };
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void withoutSubAddressingATagIsPartOfTheName() {
        Snapshot snapshot = fromFile("alice@example.com\n");
        assertThat(find("alice+x@example.com", snapshot)).isInstanceOf(Presence.Unknown.class);
    }

    @Test
    void theCatchAllTakesWhatNobodyKnowsButItself() {
        Snapshot snapshot = site(Kind.AUTHORITATIVE, d -> d.glob("alice").catchAll("box@example.com"));
        assertThat(find("alice@example.com", snapshot)).isInstanceOf(Presence.Known.class);
        assertThat(find("x@example.com", snapshot)).isInstanceOfSatisfying(Presence.Expands.class, expands -> {
            assertThat(expands.alias()).isFalse();
            assertThat(expands.to()).containsExactly(Mailbox.of("box@example.com"));
        });
        assertThat(find("BOX@example.com", snapshot)).isInstanceOf(Presence.Unknown.class);
        assertThat(directory.resident(Mailbox.of("x@example.com"), snapshot)).isInstanceOf(Presence.Unknown.class);
    }

    @Test
    void aSharedDomainSendsUnknownOnesElsewhereAndNotToTheCatchAll() {
        Snapshot snapshot = site(Kind.SHARED, d -> d.glob("alice").catchAll("box@example.com"));
        assertThat(find("x@example.com", snapshot)).isInstanceOf(Presence.Unknown.class);
    }

    @Test
    void aFileThatCannotBeReadIsUndecidedAndNeverUnknown() {
        Snapshot snapshot = site(Kind.AUTHORITATIVE, d -> d.file("/r").catchAll("box@example.com"));
        assertThat(find("alice@example.com", snapshot)).isInstanceOfSatisfying(Presence.Undecided.class, undecided ->
                assertThat(undecided.problem()).contains("/r").contains("does not exist"));
        files.write("/r", "alice@example.com\n");
        files.pass(Duration.ofSeconds(2));
        assertThat(find("alice@example.com", snapshot)).isInstanceOf(Presence.Known.class);
    }

    @Test
    void whatOneSourceKnowsIsKnownThoughAnotherIsBroken() {
        Snapshot snapshot = site(Kind.AUTHORITATIVE, d -> d.recipients(
                new org.isthmus.config.Settings.RecipientSource.File(java.nio.file.Path.of("/none")), new org.isthmus.config.Settings.RecipientSource.Pattern("u*")));
        assertThat(find("u1@example.com", snapshot)).isInstanceOf(Presence.Known.class);
        assertThat(find("x@example.com", snapshot)).isInstanceOf(Presence.Undecided.class);
    }

    @Test
    void aMissingAliasesFileMakesItsDomainUndecided() {
        Snapshot snapshot = site(Kind.AUTHORITATIVE, d -> d.glob("alice").aliases("/a"));
        assertThat(find("nobody@example.com", snapshot)).isInstanceOf(Presence.Undecided.class);
    }

    @Test
    void anAliasThatCannotBeReadIsUndecidedThoughThereIsAMailbox() {
        files.write("/a", "alice@example.com: alice@example.com, bob@exa mple\nsales@example.com alice@example.com\n");
        Snapshot snapshot = site(Kind.AUTHORITATIVE, d -> d.glob("alice").aliases("/a"));
        for (String broken : List.of("alice@example.com", "sales@example.com")) {
            assertThat(find(broken, snapshot)).isInstanceOfSatisfying(Presence.Undecided.class, undecided -> assertThat(undecided.problem()).contains("/a:").contains("cannot be read"));
        }
        assertThat(find("nobody@example.com", snapshot)).isInstanceOf(Presence.Unknown.class);
    }

    @Test
    void aLineThatGoesBadTakesItsAddressOutOfServiceAndNoOther() {
        files.write("/a", "sales@example.com: alice@example.com\nteam@example.com: alice@example.com\n");
        files.pass(Duration.ofMinutes(1));
        Snapshot snapshot = site(Kind.AUTHORITATIVE, d -> d.glob("alice").aliases("/a"));
        assertThat(find("sales@example.com", snapshot)).isInstanceOf(Presence.Expands.class);
        files.write("/a", "sales@example.com: alice@\nteam@example.com: alice@example.com\nnew@example.com: alice@example.com\n");
        files.pass(Duration.ofSeconds(2));
        assertThat(find("sales@example.com", snapshot)).isInstanceOf(Presence.Undecided.class);
        assertThat(find("team@example.com", snapshot)).isInstanceOf(Presence.Expands.class);
        assertThat(find("new@example.com", snapshot)).isInstanceOf(Presence.Expands.class);
    }

    @Test
    void aListWithAnOwnerAliasHasAnOwner() {
        files.write("/a", "list@example.com: alice@example.com, bob@example.org\nOwner-List@example.com: alice@example.com\nowner-owner-list@example.com: bob@example.org\nteam@example.com: alice@example.com\n");
        Snapshot snapshot = site(Kind.AUTHORITATIVE, d -> d.glob("alice").aliases("/a").subAddressing('+'));
        assertThat(List.of("list@example.com", "list+x@example.com", "owner-list@example.com", "team@example.com"))
                .extracting(address -> find(address, snapshot) instanceof Presence.Expands expands && expands.owner() != null ? expands.owner().text() : "none")
                .containsExactly("owner-list@example.com", "owner-list@example.com", "none", "none");
    }

    @Test
    void aChangedFileIsReadAgain() {
        Snapshot snapshot = fromFile("alice@example.com\n");
        assertThat(find("carol@example.com", snapshot)).isInstanceOf(Presence.Unknown.class);
        files.write("/r", "carol@example.com\n");
        files.pass(Duration.ofSeconds(2));
        assertThat(find("carol@example.com", snapshot)).isInstanceOf(Presence.Known.class);
        assertThat(find("alice@example.com", snapshot)).isInstanceOf(Presence.Unknown.class);
    }

    @Test
    void anUnchangedFileIsLookedAtOnceASecondAndReadOnce() {
        Snapshot snapshot = fromFile("alice@example.com\n");
        find("alice@example.com", snapshot);
        int looked = files.looked;
        for (int i = 0; i < 100; i++) {
            find("alice@example.com", snapshot);
        }
        assertThat(files.looked).isEqualTo(looked);
        files.pass(Duration.ofSeconds(1));
        find("alice@example.com", snapshot);
        assertThat(files.looked).isEqualTo(looked + 1);
        assertThat(files.opened).isEqualTo(1);
    }

    @Test
    void aFileThatSomebodyMayStillBeWritingIsLeftAlone() {
        Snapshot snapshot = fromFile("alice@example.com\nbob@example.com\n");
        find("bob@example.com", snapshot);
        files.pass(Duration.ofSeconds(5));
        files.write("/r", "ali");
        assertThat(find("bob@example.com", snapshot)).isInstanceOf(Presence.Known.class);
        files.write("/r", "alice@example.com\nbob@example.com\ncarol@example.com\n");
        files.pass(Duration.ofSeconds(2));
        assertThat(find("carol@example.com", snapshot)).isInstanceOf(Presence.Known.class);
    }

    @Test
    void theLastGoodContentStaysWhileTheNewOneIsBad() {
        Snapshot snapshot = fromFile("alice@example.com\n");
        find("alice@example.com", snapshot);
        files.remove("/r");
        files.pass(Duration.ofSeconds(2));
        assertThat(find("alice@example.com", snapshot)).isInstanceOf(Presence.Known.class);
        assertThat(find("carol@example.com", snapshot)).isInstanceOfSatisfying(Presence.Unknown.class, unknown ->
                assertThat(unknown.step().lost().getFirst()).contains("does not exist"));
        files.write("/r", "this is\nno list\n");
        files.pass(Duration.ofSeconds(2));
        assertThat(find("alice@example.com", snapshot)).isInstanceOf(Presence.Known.class);
        int opened = files.opened;
        files.pass(Duration.ofSeconds(2));
        find("alice@example.com", snapshot);
        assertThat(files.opened).as("a bad file is not read again until it changes").isEqualTo(opened);
        files.write("/r", "carol@example.com\n");
        files.breakDisk("/r", true);
        files.pass(Duration.ofSeconds(2));
        assertThat(find("alice@example.com", snapshot)).isInstanceOf(Presence.Known.class);
        files.breakDisk("/r", false);
        files.pass(Duration.ofSeconds(2));
        assertThat(find("carol@example.com", snapshot)).isInstanceOf(Presence.Known.class);
    }

    @Test
    void anEmptiedFileKnowsNobody() {
        Snapshot snapshot = fromFile("alice@example.com\n");
        find("alice@example.com", snapshot);
        files.write("/r", "# nobody left\n");
        files.pass(Duration.ofSeconds(2));
        assertThat(find("alice@example.com", snapshot)).isInstanceOf(Presence.Unknown.class);
    }

    @Test
    void prepareReadsWhatIsNamedAndForgetsTheRest() {
        Snapshot first = fromFile("alice@example.com\n");
        directory.prepare(first.settings());
        assertThat(files.opened).isEqualTo(1);
        find("alice@example.com", first);
        assertThat(files.opened).isEqualTo(1);
        directory.prepare(site(Kind.AUTHORITATIVE, d -> d).settings());
        find("alice@example.com", first);
        assertThat(files.opened).isEqualTo(2);
    }
}
