// SPDX-License-Identifier: Apache-2.0
package org.isthmus.addressing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Settings.Rewrite.Part;
import org.isthmus.config.Snapshot;
import org.isthmus.directory.Mapped;
import org.isthmus.directory.Tables;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.SourceLine;
import org.junit.jupiter.api.Test;

class RewritingTest {
    private static final Tables NO_TABLES = (table, address) -> new Mapped.Nothing();

    private static Snapshot snapshot(String rules) {
        return new Snapshot(1, ConfigLoader.parse("""
                connector { hostname = "mx1.example.com" }
                listeners { internet { address = "0.0.0.0:25" }, site { address = "10.0.0.5:25" } }
                """ + rules).orThrow());
    }

    private static String rewrite(String rules, String listener, boolean ours, String address, Part part) {
        return Rewriting.of(listener, ours, NO_TABLES, snapshot("rewrite = [" + rules + "]")).rewrite(Mailbox.of(address), part).address().text();
    }

    @Test
    void rulesAreAppliedInOrderEachOnceToWhatTheOnesBeforeHaveMade() {
        String rules = "{ in = a@x.example, to = b@x.example }, { in = b@x.example, to = c@x.example }, { in = c@x.example, to = a@x.example }".replaceAll("([abc]@x\\.example)", "\"$1\"");
        assertThat(rewrite(rules, "site", true, "a@x.example", Part.ENVELOPE_RECIPIENT)).isEqualTo("a@x.example");
        assertThat(rewrite(rules, "site", true, "b@x.example", Part.ENVELOPE_RECIPIENT)).isEqualTo("a@x.example");
        assertThat(rewrite(rules, "site", true, "c@x.example", Part.ENVELOPE_RECIPIENT)).isEqualTo("a@x.example");
    }

    @Test
    void directionListenerAndPlaceDecideWhereARuleApplies() {
        String out = "{ in = \"*@x.example\", to = \"*@y.example\", direction = out, listener = site, what = envelope-sender }";
        assertThat(rewrite(out, "site", true, "a@x.example", Part.ENVELOPE_SENDER)).isEqualTo("a@y.example");
        assertThat(rewrite(out, "site", false, "a@x.example", Part.ENVELOPE_SENDER)).isEqualTo("a@x.example");
        assertThat(rewrite(out, "internet", true, "a@x.example", Part.ENVELOPE_SENDER)).isEqualTo("a@x.example");
        assertThat(rewrite(out, "site", true, "a@x.example", Part.ENVELOPE_RECIPIENT)).isEqualTo("a@x.example");
    }

    @Test
    void everyChangeLeavesAStepWithTheLineOfItsRule() {
        Rewriting rewriting = Rewriting.of("site", true, NO_TABLES, snapshot("rewrite = [\n{ in = \"*@*.x.example\", to = \"*@x.example\" }\n{ in = \"nobody@x.example\", to = \"b@x.example\" }\n]"));
        Rewriting.Result result = rewriting.rewrite(Mailbox.of("a@pc.x.example"), Part.ENVELOPE_SENDER);
        assertThat(result.steps()).singleElement().satisfies(step -> {
            assertThat(step.stage()).isEqualTo("rewrite");
            assertThat(step.rule()).isEqualTo("rewrite[0] in = \"*@*.x.example\" to = \"*@x.example\"");
            assertThat(step.at()).isEqualTo(new SourceLine("isthmus.conf", 4));
            assertThat(step.outcome()).isEqualTo("a@pc.x.example becomes a@x.example, the sender");
        });
        rewriting.replace(Mailbox.of("b@pc.x.example"), true);
        rewriting.replace(Mailbox.of("b@far.example"), false);
        assertThat(rewriting.headerSteps()).singleElement().satisfies(step -> {
            assertThat(step.outcome()).isEqualTo("1 address of the header rewritten");
            assertThat(step.evidence()).containsExactly("b@pc.x.example becomes b@x.example");
        });
    }

    @Test
    void aTableThatCannotBeReadIsUndecidedInTheEnvelopeAndLeavesTheHeader() {
        Tables broken = (table, address) -> new Mapped.Undecided("file " + table, null);
        Rewriting rewriting = Rewriting.of("site", true, broken, snapshot("rewrite = [{ in = \"file:/canonical\" }]"));
        assertThat(rewriting.rewrite(Mailbox.of("a@x.example"), Part.ENVELOPE_RECIPIENT).undecided()).isEqualTo("file " + Path.of("/canonical"));
        assertThat(rewriting.replace(Mailbox.of("a@x.example"), true)).isEqualTo(Mailbox.of("a@x.example"));
    }

    @Test
    void withoutRulesNothingIsMadeForAMessage() {
        assertThat(Rewriting.of("site", true, NO_TABLES, snapshot(""))).isSameAs(Rewriting.NONE);
        assertThat(Rewriting.of("site", true, NO_TABLES, snapshot("rewrite = [{ in = \"*@x.example\", to = \"*@y.example\", direction = in }]"))).isSameAs(Rewriting.NONE);
        assertThat(Rewriting.NONE.touchesHeader()).isFalse();
    }

    private static List<Copying.Copy> copies(String rules, boolean ours, String from, String... to) {
        List<Recipient> recipients = List.of(to).stream().map(one -> Recipient.of(Mailbox.of(one), RcptParameters.NONE)).toList();
        ReversePath sender = from.isEmpty() ? ReversePath.NULL : new ReversePath.To(Mailbox.of(from));
        return Copying.of(ours, sender, recipients, had -> had.equals(Mailbox.of("had@log.example")), snapshot("copies = [" + rules + "]"));
    }

    private static List<String> archives(List<Copying.Copy> copies) {
        return copies.stream().map(Copying.Copy::recipient).filter(java.util.Objects::nonNull).map(one -> one.address().text()).toList();
    }

    @Test
    void copiesAreMadeByDirectionSenderAndRecipient() {
        String rules = "{ of = \"*@x.example\", direction = in, to = \"in@log.example\" }, { of = \"x.example\", direction = out, to = \"out@log.example\" }, { of = \"boss@x.example\", to = \"boss@log.example\" }, { of = \"*\", direction = in, to = \"all@log.example\" }";
        assertThat(archives(copies(rules, false, "a@far.example", "b@x.example"))).containsExactly("in@log.example", "all@log.example");
        assertThat(archives(copies(rules, true, "a@x.example", "b@far.example"))).containsExactly("out@log.example");
        assertThat(archives(copies(rules, true, "a@far.example", "b@far.example", "boss@x.example"))).containsExactly("out@log.example", "boss@log.example");
        assertThat(archives(copies(rules, false, "", "b@far.example"))).containsExactly("all@log.example");
    }

    @Test
    void nobodyGetsTwoCopiesOrOneOfHisOwnMailOrOneAgain() {
        String rules = "{ of = \"*\", to = [\"a@log.example\", \"had@log.example\"] }, { of = \"*\", to = \"a@log.example\" }";
        assertThat(archives(copies(rules, true, "x@far.example", "y@far.example"))).containsExactly("a@log.example");
        assertThat(archives(copies(rules, true, "x@far.example", "a@log.example"))).isEmpty();
        assertThat(copies(rules, true, "x@far.example", "y@far.example")).extracting(copy -> copy.step().outcome()).last().asString().contains("no copy to had@log.example");
    }
}
