// SPDX-License-Identifier: Apache-2.0
package org.isthmus.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isthmus.schedule.Samples.NOW;

import java.util.List;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;
import org.junit.jupiter.api.Test;

class MessageTableTest {
    private final MessageTable table = new MessageTable();

    @Test
    void aMessageIsClaimedOnceWhenItIsDue() {
        QueuedMessage message = Samples.waiting(1, 1);
        table.add(message);
        assertThat(table.claimDue(NOW.minusSeconds(1))).isNull();
        assertThat(table.claimDue(NOW)).isEqualTo(message.id());
        assertThat(table.claimDue(NOW)).isNull();
        assertThat(table.claim(message.id())).isFalse();
    }

    @Test
    void theEarliestRecipientCountsAndHeldOnesDoNot() {
        RecipientState later = RecipientState.Waiting.from(NOW.plusSeconds(60));
        RecipientState held = new RecipientState.Held("operator", "", NOW, RecipientState.Waiting.from(NOW));
        table.add(Samples.message(1, held, later));
        assertThat(table.nextLook()).isEqualTo(NOW.plusSeconds(60));
        assertThat(table.counts()).isEqualTo(new MessageTable.Counts(1, 1, 1));
    }

    @Test
    void whoChangesAClaimedMessageLeavesANoteToLookAgain() {
        QueuedMessage message = Samples.waiting(1, 2);
        table.addClaimed(message);
        table.changed(message.id(), NOW.plusSeconds(60));
        table.release(message.id(), null);
        assertThat(table.claimDue(NOW)).isEqualTo(message.id());
    }

    @Test
    void lookingNowWhileClaimedIsNotLost() {
        QueuedMessage message = Samples.waiting(1, 1);
        table.addClaimed(message);
        table.lookNow(message.id());
        assertThat(table.claimDue(NOW)).isNull();
        table.release(message.id(), NOW.plusSeconds(60));
        assertThat(table.claimDue(NOW)).isEqualTo(message.id());
    }

    @Test
    void theLastSettlementIsTheLastAndTheMessageGoesWithItsJobs() {
        QueuedMessage message = Samples.waiting(1, 2);
        table.addClaimed(message);
        Job job = Samples.job(1, "a");
        table.jobsOut(message.id(), List.of(job));
        table.release(message.id(), null);
        assertThat(table.settling(message.id(), 1, 0)).isFalse();
        assertThat(table.settling(message.id(), 1, 0)).isTrue();
        assertThat(table.contains(message.id())).isTrue();
        table.jobOver(job);
        table.changed(message.id(), null);
        assertThat(table.contains(message.id())).isFalse();
    }

    @Test
    void anExpansionAddsWhatItSettles() {
        QueuedMessage message = Samples.waiting(1, 1);
        table.addClaimed(message);
        assertThat(table.settling(message.id(), 1, 2)).isFalse();
        assertThat(table.counts().waiting()).isEqualTo(2);
    }

    @Test
    void anOlderTimeToLookIsForgotten() {
        QueuedMessage message = Samples.waiting(1, 1);
        table.add(message);
        assertThat(table.claimDue(NOW)).isEqualTo(message.id());
        table.release(message.id(), NOW.plusSeconds(30));
        table.changed(message.id(), NOW.plusSeconds(10));
        assertThat(table.nextLook()).isEqualTo(NOW.plusSeconds(10));
        assertThat(table.claimDue(NOW.plusSeconds(10))).isEqualTo(message.id());
        table.release(message.id(), null);
        assertThat(table.nextLook()).isNull();
    }
}
