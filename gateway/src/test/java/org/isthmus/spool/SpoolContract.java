// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.isthmus.spool.Spool.Settling;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Settlement;
import org.junit.jupiter.api.Test;

/// What every spool does.
interface SpoolContract {
    Instant LATER = Instant.parse("2030-01-01T00:00:00.123456789Z");

    Spool spool();

    /// The same spool after the program was ended in good order and started again.
    Spool reopened() throws IOException;

    /// What was told to the arrivals since the beginning.
    List<QueuedMessage> arrivals();

    static QueuedMessage commit(Spool spool, int recipients, byte[] content) throws IOException {
        return commit(spool, Samples.envelope(recipients), content);
    }

    static QueuedMessage commit(Spool spool, Envelope envelope, byte[] content) throws IOException {
        try (Draft draft = spool.draft(content.length)) {
            draft.content().write(content);
            return draft.commit(envelope, Samples.origin(), Samples.facts(content), Samples.steps(envelope.recipients().size()));
        }
    }

    static byte[] content(Spool spool, QueueId id) throws IOException {
        try (InputStream in = spool.content(id).open()) {
            return in.readAllBytes();
        }
    }

    static List<QueuedMessage> replay(Spool spool) throws IOException {
        List<QueuedMessage> all = new ArrayList<>();
        spool.replay(all::add);
        return all;
    }

    @Test
    default void whatWasCommittedIsRead() throws IOException {
        byte[] content = Samples.content(3000, 1);
        QueuedMessage message = commit(spool(), 3, content);

        assertThat(spool().read(message.id())).isEqualTo(message);
        assertThat(content(spool(), message.id())).isEqualTo(content);
        assertThat(spool().content(message.id()).size()).isEqualTo(3000);
        assertThat(arrivals()).containsExactly(message);
        assertThat(spool().ids()).containsExactly(message.id());
    }

    @Test
    default void whatWasCommittedOutlivesARestart() throws IOException {
        QueuedMessage small = commit(spool(), 1, Samples.content(10, 1));
        QueuedMessage empty = commit(spool(), 1, new byte[0]);
        QueuedMessage large = commit(spool(), 2, Samples.content(3_000_000, 2));

        Spool again = reopened();

        assertThat(again.ids()).containsExactly(small.id(), empty.id(), large.id());
        assertThat(replay(again)).containsExactly(small, empty, large);
        assertThat(again.read(large.id())).isEqualTo(large);
        assertThat(content(again, small.id())).isEqualTo(Samples.content(10, 1));
        assertThat(content(again, empty.id())).isEmpty();
        assertThat(content(again, large.id())).isEqualTo(Samples.content(3_000_000, 2));
    }

    @Test
    default void aDraftClosedWithoutCommitLeavesNothing() throws IOException {
        for (int size : new int[] {0, 100, 2_000_000}) {
            try (Draft draft = spool().draft(0)) {
                draft.content().write(Samples.content(size, 3));
            }
        }
        assertThat(spool().ids()).isEmpty();
        assertThat(arrivals()).isEmpty();
        assertThat(reopened().ids()).isEmpty();
    }

    /// What was announced may be wrong, and content of every size comes back.
    @Test
    default void contentOfEverySizeComesBack() throws IOException {
        List<QueuedMessage> messages = new ArrayList<>();
        List<byte[]> contents = new ArrayList<>();
        for (int size : new int[] {0, 1, 16_383, 16_384, 16_385, 65_536, 1_048_575, 1_048_576, 1_048_577, 2_500_000}) {
            for (long announced : new long[] {0, size, 10, 5_000_000}) {
                byte[] content = Samples.content(size, (int) announced);
                try (Draft draft = spool().draft(announced)) {
                    for (int at = 0; at < size; at += 7000) {
                        draft.content().write(content, at, Math.min(7000, size - at));
                    }
                    messages.add(draft.commit(Samples.envelope(1), Samples.origin(), Samples.facts(content), Samples.steps(1)));
                    contents.add(content);
                }
            }
        }
        Spool again = reopened();
        for (int i = 0; i < messages.size(); i++) {
            assertThat(again.content(messages.get(i).id()).size()).isEqualTo(contents.get(i).length);
            assertThat(java.util.Arrays.equals(content(again, messages.get(i).id()), contents.get(i))).as("message " + i).isTrue();
        }
    }

    /// Many large messages at once: memory has a limit, so that some go to files earlier than others.
    @Test
    default void manyLargeDraftsAtOnceComeBack() throws IOException {
        byte[] content = Samples.content(1_000_000, 3);
        List<Draft> drafts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            drafts.add(spool().draft(0));
        }
        for (int at = 0; at < content.length; at += 100_000) {
            for (Draft draft : drafts) {
                draft.content().write(content, at, 100_000);
            }
        }
        for (Draft draft : drafts) {
            draft.commit(Samples.envelope(1), Samples.origin(), Samples.facts(content), Samples.steps(1));
            draft.close();
        }
        Spool again = reopened();
        for (Draft draft : drafts) {
            assertThat(java.util.Arrays.equals(content(again, draft.id()), content)).isTrue();
        }
    }

    @Test
    default void contentMayComeOctetByOctet() throws IOException {
        byte[] content = Samples.content(20_000, 4);
        try (Draft draft = spool().draft(5)) {
            OutputStream out = draft.content();
            for (byte octet : content) {
                out.write(octet);
            }
            draft.commit(Samples.envelope(1), Samples.origin(), Samples.facts(content), Samples.steps(1));
            assertThat(content(spool(), draft.id())).isEqualTo(content);
        }
    }

    @Test
    default void settlementsAreAppliedInOrder() throws IOException {
        QueuedMessage message = commit(spool(), 3, Samples.content(100, 5));
        spool().settle(message.id(), Samples.settling(Samples.deferred(0, 1, LATER), Samples.delivered(1)));
        spool().settle(message.id(), Samples.settling(Samples.deferred(0, 2, LATER.plusSeconds(1))));

        List<RecipientState> expected =
                List.of(Samples.deferred(0, 2, LATER.plusSeconds(1)).state(), Samples.delivered(1).state(), message.states().get(2));
        assertThat(spool().read(message.id()).states()).isEqualTo(expected);
        Spool again = reopened();
        assertThat(again.read(message.id()).states()).isEqualTo(expected);
        assertThat(replay(again).getFirst().states()).isEqualTo(expected);
    }

    @Test
    default void manySettlementsOfOneMessageAreAllKept() throws IOException {
        QueuedMessage message = commit(spool(), 100, Samples.content(100, 6));
        List<RecipientState> expected = new ArrayList<>(message.states());
        for (int i = 0; i < 99; i++) {
            Settlement settlement = i % 3 == 0 ? Samples.deferred(i, i, LATER) : Samples.delivered(i);
            spool().settle(message.id(), Samples.settling(settlement));
            expected.set(i, settlement.state());
        }
        assertThat(spool().read(message.id()).states()).isEqualTo(expected);
        assertThat(reopened().read(message.id()).states()).isEqualTo(expected);
    }

    @Test
    default void aMessageIsGoneWhenAllRecipientsAreSettled() throws IOException {
        byte[] large = Samples.content(2_000_000, 7);
        QueuedMessage message = commit(spool(), 2, large);
        spool().settle(message.id(), Samples.settling(Samples.delivered(1)));
        spool().settle(message.id(), Samples.settling(Samples.delivered(0)));

        assertThat(spool().ids()).isEmpty();
        assertThat(spool().room().messages()).isZero();
        assertThat(spool().room().octets()).isZero();
        assertThatThrownBy(() -> spool().read(message.id())).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> spool().content(message.id())).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> spool().settle(message.id(), Samples.settling(Samples.delivered(0)))).isInstanceOf(NoSuchElementException.class);
        assertThat(reopened().ids()).isEmpty();
    }

    @Test
    default void noRecipientIsSettledTwice() throws IOException {
        QueuedMessage message = commit(spool(), 2, Samples.content(100, 8));
        spool().settle(message.id(), Samples.settling(Samples.delivered(0)));

        assertThatThrownBy(() -> spool().settle(message.id(), Samples.settling(Samples.deferred(0, 1, LATER)))).isInstanceOf(IllegalStateException.class);
        assertThat(spool().read(message.id()).states().getFirst()).isEqualTo(Samples.delivered(0).state());
    }

    @Test
    default void aRecipientThatDoesNotExistIsRefused() throws IOException {
        QueuedMessage message = commit(spool(), 2, Samples.content(100, 9));
        assertThatThrownBy(() -> spool().settle(message.id(), Samples.settling(Samples.delivered(2)))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> spool().settle(message.id(), Samples.settling(Samples.delivered(0), Samples.delivered(0))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    default void addedRecipientsComeBehindThePresentOnes() throws IOException {
        QueuedMessage message = commit(spool(), 1, Samples.content(100, 10));
        Settlement expanded = new Settlement(0, new RecipientState.Settled(new Outcome.Expanded(List.of(1, 2), true)));
        spool().settle(message.id(),
                new Settling(List.of(expanded, Samples.deferred(2, 4, LATER)), List.of(Samples.recipient("a"), Samples.recipient("b")), List.of(), List.of()));

        for (QueuedMessage now : List.of(spool().read(message.id()), reopened().read(message.id()))) {
            assertThat(now.envelope().recipients()).containsExactly(Samples.recipient("user0"), Samples.recipient("a"), Samples.recipient("b"));
            assertThat(now.states().get(0)).isEqualTo(expanded.state());
            assertThat(now.states().get(1)).isInstanceOf(RecipientState.Waiting.class);
            assertThat(now.states().get(2)).isEqualTo(Samples.deferred(2, 4, LATER).state());
        }
    }

    @Test
    default void reportsComeWithTheSettlement() throws IOException {
        QueuedMessage message = commit(spool(), 1, Samples.content(100, 11));
        List<QueueId> reports = spool().settle(message.id(),
                new Settling(List.of(Samples.delivered(0)), List.of(),
                        List.of(Samples.report(message.id(), "first"), Samples.report(message.id(), "second")), List.of()));

        assertThat(reports).hasSize(2);
        assertThat(arrivals()).extracting(QueuedMessage::id).containsExactly(message.id(), reports.get(0), reports.get(1));
        assertThat(spool().ids()).containsExactlyElementsOf(reports);
        Spool again = reopened();
        assertThat(again.ids()).containsExactlyElementsOf(reports);
        assertThat(content(again, reports.get(1))).asString().isEqualTo("second");
        again.settle(reports.get(0), Samples.settling(Samples.delivered(0)));
        assertThat(again.ids()).containsExactly(reports.get(1));
    }

    @Test
    default void idsGrow() throws IOException {
        QueueId first = commit(spool(), 1, new byte[1]).id();
        QueueId second = commit(spool(), 1, new byte[1]).id();
        QueueId third = commit(reopened(), 1, new byte[1]).id();
        assertThat(first).isLessThan(second);
        assertThat(second).isLessThan(third);
    }

    @Test
    default void roomCountsMessagesAndOctets() throws IOException {
        commit(spool(), 1, new byte[1000]);
        commit(spool(), 1, new byte[2_000_000]);
        assertThat(spool().room().messages()).isEqualTo(2);
        assertThat(spool().room().octets()).isEqualTo(2_001_000);
        assertThat(spool().room().usable()).isPositive();
    }

    @Test
    default void aClosedSpoolRefusesInWords() throws IOException {
        Draft draft = spool().draft(10);
        spool().close();
        assertThatThrownBy(() -> draft.commit(Samples.envelope(1), Samples.origin(), Samples.facts(new byte[0]), Samples.steps(1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
    }
}
