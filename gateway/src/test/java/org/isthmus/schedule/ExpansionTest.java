// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.config.SampleSite;
import org.isthmus.config.Snapshot;
import org.isthmus.dsn.Action;
import org.isthmus.report.Reporter.Happening;
import org.isthmus.route.Router;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.MailParameters;
import org.isthmus.smtp.OriginalRecipient;
import org.isthmus.smtp.RcptParameters;
import org.isthmus.smtp.ReportOn;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Exchange;
import org.isthmus.transit.LoopEvidence;
import org.isthmus.transit.NextHop;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.RecipientClass;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Route;
import org.isthmus.transit.Routing;
import org.isthmus.transit.Way;
import org.junit.jupiter.api.Test;

/// What aliases make of the recipients of a message: everybody who is meant gets one copy, whatever stands for whom.
class ExpansionTest {
    private static final Way WAY = new Way(new NextHop.Named("store"), Way.Protocol.LMTP, List.of(new Exchange("store", List.of(Samples.ADDRESS))), true);
    private static final ReversePath SENDER = new ReversePath.To(Mailbox.of("sender@example.net"));

    private final Map<String, List<String>> aliases = new HashMap<>();
    private final Map<String, String> owners = new HashMap<>();
    private final Set<String> mailboxes = new HashSet<>();

    private ExpansionTest alias(String from, String... to) {
        aliases.put(from, List.of(to));
        return this;
    }

    private ExpansionTest mailboxes(String... names) {
        mailboxes.addAll(List.of(names));
        return this;
    }

    private static Mailbox address(String name) {
        return Mailbox.of(name + "@example.com");
    }

    private static String name(Recipient recipient) {
        return recipient.address().local().content();
    }

    /// What the real router answers, of these aliases.
    private Routing route(Recipient recipient, Router.Facts facts, Snapshot snapshot) {
        String name = name(recipient);
        List<String> to = recipient.comesAgain() ? null : aliases.get(name);
        Route route;
        if (to != null) {
            String owner = owners.get(name);
            route = new Route.Redirect(to.stream().map(ExpansionTest::address).toList(), to.size() > 1 || owner != null, owner == null ? null : address(owner));
        } else if (mailboxes.contains(name)) {
            route = new Route.Deliver(List.of(WAY));
        } else if (recipient.comesAgain()) {
            route = new Route.Fail(new Cause.Looped(new LoopEvidence(Router.ALIASES, "circle", null, List.of()), EnhancedStatus.of("5.4.6")));
        } else {
            route = new Route.Fail(new Cause.Decided("unknown", null, EnhancedStatus.of("5.1.1")));
        }
        return new Routing(RecipientClass.SITE_KNOWN, route, List.of());
    }

    /// The message after routing.
    /// @param delivered numbers that go out
    private record End(Changes changes, QueuedMessage message, Set<Integer> delivered) {
        List<String> copies() {
            return delivered.stream().map(number -> name(changes.recipient(number))).sorted().toList();
        }

        List<String> failures() {
            return IntStream.range(0, message.states().size()).filter(i -> message.states().get(i) instanceof RecipientState.Settled(Outcome.Failed failed))
                    .mapToObj(i -> name(changes.recipient(i))).sorted().toList();
        }

        Recipient recipient(String name) {
            return delivered.stream().map(changes::recipient).filter(one -> name(one).equals(name)).findFirst().orElseThrow();
        }
    }

    private End expand(String... named) {
        return expand(SENDER, RcptParameters.NONE, named);
    }

    private End expand(ReversePath from, RcptParameters parameters, String... named) {
        List<Recipient> recipients = Arrays.stream(named).map(one -> Recipient.of(address(one), parameters)).toList();
        QueuedMessage sample = Samples.message(1);
        QueuedMessage message = new QueuedMessage(sample.id(), new Envelope(from, MailParameters.NONE, recipients), sample.origin(), Samples.NOW, sample.facts(),
                Collections.nCopies(recipients.size(), RecipientState.Waiting.from(Samples.NOW)));
        Changes changes = new Changes(message, Samples.NOW, Samples.QUEUE, new NoChance());
        Set<Integer> delivered = new TreeSet<>();
        new RoutingPlan(message, changes, this::route, org.isthmus.loop.Departures.FREE, new Snapshot(1, new SampleSite().settings()), Samples.NOW, (number, recipient, waiting, kind, ways, routed) -> delivered.add(number))
                .route(IntStream.range(0, recipients.size()).boxed().toList());
        return new End(changes, changes.after(), delivered);
    }

    private static final class NoChance implements org.isthmus.platform.Entropy {
        @Override
        public void fill(byte[] into) {}

        @Override
        public long below(long bound) {
            return 0;
        }
    }

    @Test
    void nestedAliasesAreFollowedAndTheTraceStays() {
        End end = alias("all", "sales", "anna").alias("sales", "bert", "clara").mailboxes("anna", "bert", "clara").expand("all");
        assertThat(end.copies()).containsExactly("anna", "bert", "clara");
        assertThat(end.recipient("bert").via()).containsExactly(address("all"), address("sales"));
    }

    @Test
    void anAddressThatStandsForItselfAndOthersKeepsItsCopy() {
        End end = alias("bob", "bob", "carol").mailboxes("bob", "carol").expand("bob");
        assertThat(end.copies()).containsExactly("bob", "carol");
        assertThat(end.failures()).isEmpty();
    }

    @Test
    void twoWhoReadEachOthersMailGetOneCopyEach() {
        alias("anna", "anna", "bert").alias("bert", "bert", "anna").mailboxes("anna", "bert");
        assertThat(expand("anna").copies()).containsExactly("anna", "bert");
        assertThat(expand("anna", "bert").copies()).containsExactly("anna", "bert");
        assertThat(expand("bert", "anna", "anna").copies()).containsExactly("anna", "bert");
    }

    @Test
    void twoNamedAddressesThatStandForEachOtherLoseNothing() {
        alias("a", "b").alias("b", "a").mailboxes("a", "b");
        assertThat(expand("a").copies()).containsExactly("a");
        assertThat(expand("a", "b").copies()).isNotEmpty();
    }

    @Test
    void aCircleWithoutAnEndFailsOnceForEverybodyWhoIsNamed() {
        alias("a", "b").alias("b", "a");
        assertThat(expand("a").failures()).containsExactly("a");
        assertThat(expand("a", "b").copies()).isEmpty();
        assertThat(expand("a", "b").failures()).hasSize(1);
    }

    /// L19: a list in a list in a list, and back.
    @Test
    void listsThatHoldEachOtherReachTheirMembersOnceAndNobodyIsToldOfTheCircle() {
        alias("one", "anna", "two").alias("two", "bert", "three").alias("three", "clara", "one").mailboxes("anna", "bert", "clara");
        for (String start : List.of("one", "two", "three")) {
            End end = expand(start);
            assertThat(end.copies()).containsExactly("anna", "bert", "clara");
            assertThat(end.failures()).isEmpty();
        }
        assertThat(expand("one", "three", "two").copies()).containsExactly("anna", "bert", "clara");
    }

    @Test
    void anotherSpellingOfTheSameAddressIsNoNewOne() {
        End end = alias("bob", "BOB", "carol").mailboxes("BOB", "carol").expand("bob");
        assertThat(end.copies()).containsExactly("BOB", "carol");
    }

    // RFC 3461 §5.2.7.3
    @Test
    void successOfAnAliasIsReportedAsExpandedAndNotAskedForBelow() {
        RcptParameters all = new RcptParameters(Set.of(ReportOn.SUCCESS, ReportOn.FAILURE), new OriginalRecipient("rfc822", "team@example.com"));
        End end = alias("team", "anna", "bert").mailboxes("anna", "bert").expand(SENDER, all, "team");
        assertThat(end.changes().happened()).singleElement().extracting(Happening::action).isEqualTo(Action.EXPANDED);
        assertThat(end.recipient("anna").parameters()).isEqualTo(new RcptParameters(Set.of(ReportOn.FAILURE), all.originalRecipient()));
        End only = expand(SENDER, new RcptParameters(Set.of(ReportOn.SUCCESS), null), "team");
        assertThat(only.recipient("bert").parameters().reportOn()).as("NEVER").isEmpty();
    }

    // RFC 3461 §5.2.7.2
    @Test
    void whatWasAskedForGoesOnThroughAForward() {
        RcptParameters all = new RcptParameters(Set.of(ReportOn.SUCCESS), new OriginalRecipient("rfc822", "info@example.com"));
        End end = alias("info", "anna").mailboxes("anna").expand(SENDER, all, "info");
        assertThat(end.changes().happened()).isEmpty();
        assertThat(end.recipient("anna").parameters()).isEqualTo(all);
    }

    @Test
    void theOwnerOfAListHearsOfItsMembersAndTheSenderOfTheList() {
        owners.put("list", "owner-list");
        RcptParameters all = new RcptParameters(Set.of(ReportOn.SUCCESS), new OriginalRecipient("rfc822", "list@example.com"));
        End end = alias("list", "anna", "ghost").mailboxes("anna").expand(SENDER, all, "list");
        ReversePath owner = new ReversePath.To(address("owner-list"));
        assertThat(end.recipient("anna").from()).isEqualTo(owner);
        assertThat(end.recipient("anna").parameters()).isEqualTo(RcptParameters.NONE);
        Map<ReversePath, List<Happening>> told = end.changes().happenedBySender();
        assertThat(told.get(SENDER)).singleElement().extracting(Happening::action).isEqualTo(Action.DELIVERED);
        assertThat(told.get(owner)).singleElement().extracting(Happening::action).isEqualTo(Action.FAILED);
        assertThat(end.message().sentBy(owner).envelope().from()).isEqualTo(owner);
    }

    // RFC 5321 §4.5.5
    @Test
    void aReportToAListKeepsItsNullReversePath() {
        owners.put("list", "owner-list");
        End end = alias("list", "anna", "bert").mailboxes("anna", "bert").expand(ReversePath.NULL, RcptParameters.NONE, "list");
        assertThat(end.recipient("anna").from()).isNull();
    }

    @Test
    void whoIsNamedAndAMemberOfAnOwnedListHasTwoSendersAndTwoCopies() {
        owners.put("list", "owner-list");
        End end = alias("list", "anna", "bert").mailboxes("anna", "bert").expand("anna", "list");
        assertThat(end.copies()).containsExactly("anna", "anna", "bert");
    }

    @Test
    void aListOfManyThousandIsExpandedInOneGo() {
        String[] members = IntStream.range(0, 20_000).mapToObj(i -> "m" + i).toArray(String[]::new);
        assertThat(alias("crowd", members).mailboxes(members).expand("crowd", "m7").copies()).hasSize(20_000);
    }

    /// Any aliases at all: it ends, everybody who can be reached and has a mailbox gets one copy, and where nobody gets one somebody is told.
    @Test
    void nobodyIsLostAndNobodyGetsTwoWhateverStandsForWhom() {
        Map<String, Integer> seen = new TreeMap<>();
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            aliases.clear();
            mailboxes.clear();
            int count = 2 + random.nextInt(6);
            for (int i = 0; i < count; i++) {
                if (random.nextInt(4) > 0) {
                    alias("n" + i, IntStream.range(0, 1 + random.nextInt(3)).mapToObj(j -> "n" + random.nextInt(count)).distinct().toArray(String[]::new));
                }
                if (random.nextBoolean()) {
                    mailboxes("n" + i);
                }
            }
            String[] named = IntStream.range(0, 1 + random.nextInt(3)).mapToObj(i -> "n" + random.nextInt(count)).distinct().toArray(String[]::new);
            String context = "seed " + seed + ": " + String.join(" ", named) + " of " + aliases + ", mailboxes " + mailboxes;
            End end = expand(named);
            assertThat(new HashSet<>(end.copies())).as(context).hasSize(end.copies().size());
            for (String one : named) {
                check(context, end, one, seen);
            }
        }
        assertThat(seen).containsKeys("reached", "not reached", "failed");
    }

    private void check(String context, End end, String named, Map<String, Integer> seen) {
        Set<String> reachable = reachable(named);
        Set<String> copies = new TreeSet<>(end.copies());
        Set<String> ends = new TreeSet<>(reachable);
        ends.removeIf(aliases::containsKey);
        for (String terminal : ends) {
            boolean known = mailboxes.contains(terminal);
            seen.merge(known ? "reached" : "failed", 1, Integer::sum);
            assertThat(known ? copies : new TreeSet<>(end.failures())).as("%s: %s", context, terminal).contains(terminal);
        }
        if (ends.isEmpty()) {
            Set<String> some = new TreeSet<>(reachable);
            some.retainAll(copies);
            boolean told = end.failures().stream().anyMatch(reachable::contains);
            seen.merge("not reached", 1, Integer::sum);
            assertThat(!some.isEmpty() || told).as(context).isTrue();
        }
        // A copy for oneself beside others.
        for (String self : reachable) {
            if (mailboxes.contains(self) && aliases.getOrDefault(self, List.of()).contains(self)) {
                assertThat(copies).as("%s: a copy for %s itself", context, self).contains(self);
            }
        }
    }

    private Set<String> reachable(String from) {
        Set<String> reached = new LinkedHashSet<>();
        Deque<String> todo = new ArrayDeque<>(List.of(from));
        while (!todo.isEmpty()) {
            String one = todo.remove();
            if (reached.add(one)) {
                todo.addAll(new ArrayList<>(aliases.getOrDefault(one, List.of())));
            }
        }
        return reached;
    }
}
