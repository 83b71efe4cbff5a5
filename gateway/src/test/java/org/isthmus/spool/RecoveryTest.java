// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.isthmus.tracking.FactSink;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Settlement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The rows of the table in docs/reference/spool-format.md, one by one: what a start makes of what a crash, or a bad disk, has left.
final class RecoveryTest {
    private static final Path JOURNAL = Path.of("/spool/journal");
    private static final Path CONTENTS = Path.of("/spool/content");
    private static final Path QUARANTINE = Path.of("/spool/quarantine");
    private static final int SIZE = 64 * 1024;
    private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");

    private final MemoryDisk disk = new MemoryDisk();
    private final Random random = new Random(1);
    private Segments segments;
    private JournalWriter writer;

    @BeforeEach
    void begin() throws IOException {
        begin(0, List.of());
    }

    private void begin(long sequence, List<Blocks.Abort> aborts) throws IOException {
        segments = new Segments(disk, new SeededEntropy(random), JOURNAL, SIZE, () -> 0, () -> 0);
        for (Reconstruction.Found file : found().files().stream().filter(one -> one.header() != null).toList()) {
            segments.adopt(new Segment(file.path(), file.file(), file.header()), file.number());
        }
        writer = new JournalWriter(segments, SIZE, sequence, aborts);
        writer.open(64);
    }

    private record SeededEntropy(Random random) implements org.isthmus.platform.Entropy {
        @Override
        public void fill(byte[] into) {
            random.nextBytes(into);
        }

        @Override
        public long below(long bound) {
            return random.nextLong(bound);
        }
    }

    /// Where a record was written.
    private record Written(Path path, int from, int to) {}

    private Written write(RecordType type, Payload payload) throws IOException {
        int at = writer.put(type, payload.seal()) - RecordHeader.SIZE;
        return new Written(writer.active().path(), at, at + RecordHeader.SIZE + payload.length());
    }

    private static QueuedMessage message(long id, RecipientState... states) {
        List<RecipientState> all = states.length == 0 ? Collections.nCopies(2, RecipientState.Waiting.from(NOW)) : List.of(states);
        return new QueuedMessage(new QueueId(id), Samples.envelope(2), Samples.origin(), NOW, Samples.facts(new byte[100]), all);
    }

    private Written accept(long id) throws IOException {
        return message(RecordType.ACCEPT, message(id), false);
    }

    private Written message(RecordType type, QueuedMessage message, boolean apart) throws IOException {
        byte[] content = apart ? new byte[0] : Samples.content(100, (int) message.id().value());
        Payload payload = new Payload(64);
        payload.facts(("facts of " + message.id().value()).getBytes());
        payload.message(message, 100, apart, content.length, Checksum.of(content, 0, content.length));
        payload.lastContent(content, content.length);
        return write(type, payload);
    }

    private Written settle(long id, Settlement... settlements) throws IOException {
        return settle(id, List.of(settlements), List.of());
    }

    private Written settle(long id, List<Settlement> settlements, List<Long> reports) throws IOException {
        Payload payload = new Payload(64);
        payload.delta(id, 2, List.of(), settlements);
        payload.facts(("facts of settling " + id).getBytes());
        for (long report : reports) {
            payload.message(message(report), 0, false, 0, 0);
        }
        return write(RecordType.SETTLE, payload);
    }

    private Written gone(long... ids) throws IOException {
        Payload payload = new Payload(64);
        List<Blocks.Gone> gone = new ArrayList<>();
        for (long id : ids) {
            gone.add(new Blocks.Gone(id, writer.active().life()));
        }
        payload.gone(gone);
        return write(RecordType.GONE, payload);
    }

    private void garble(Written record) {
        byte[] bytes = disk.bytes(record.path());
        for (int i = record.from(); i < record.to(); i++) {
            bytes[i] ^= (byte) (1 + random.nextInt(255));
        }
    }

    /// Nothing behind the record reached the disk.
    private void cutBehind(Written record) {
        java.util.Arrays.fill(disk.bytes(record.path()), record.to(), disk.bytes(record.path()).length, (byte) 0);
    }

    private Reconstruction found() throws IOException {
        return Reconstruction.of(disk, JOURNAL, (sequence, facts) -> {});
    }

    private Recovery recover() throws IOException {
        return Recovery.of(disk, JOURNAL, CONTENTS, new Quarantine(disk, QUARANTINE), FactSink.NONE);
    }

    /// Recovers, and says again what the recovery found, as its first record does; a second recovery must then find nothing new.
    private Map<Long, QueuedMessage> queue() throws IOException {
        Recovery first = recover();
        Map<Long, QueuedMessage> queue = queue(first);
        begin(first.lastSequence(), first.aborts());
        if (!first.owed().isEmpty()) {
            gone(first.owed().stream().mapToLong(Blocks.Gone::id).toArray());
        }
        writer.commit();
        Recovery second = recover();
        assertThat(second.summary().damaged()).isEmpty();
        assertThat(second.summary().unfinished()).isZero();
        assertThat(second.owed()).isEmpty();
        assertThat(queue(second)).isEqualTo(queue);
        return queue;
    }

    private Map<Long, QueuedMessage> queue(Recovery recovery) throws IOException {
        JournalReader reader = new JournalReader(disk, recovery.found().index(), CONTENTS);
        Map<Long, QueuedMessage> queue = new java.util.TreeMap<>();
        for (Entry entry : recovery.found().index().entries()) {
            queue.put(entry.id(), reader.message(entry.id()));
        }
        return queue;
    }

    @Test
    void anAcceptThatWasForcedCounts() throws IOException {
        accept(1);
        writer.commit();
        assertThat(queue()).containsExactly(Map.entry(1L, message(1)));
    }

    @Test
    void anAcceptCutShortNeverWas() throws IOException {
        accept(1);
        writer.commit();
        Written torn = accept(2);
        writer.commit();
        for (int kept = torn.from(); kept < torn.to(); kept += 40) {
            cutBehind(new Written(torn.path(), torn.from(), kept));
            Recovery recovery = recover();
            assertThat(queue(recovery)).containsOnlyKeys(1L);
            assertThat(recovery.summary().damaged()).isEmpty();
        }
        assertThat(queue()).containsOnlyKeys(1L);
    }

    @Test
    void anAcceptThatIsWholeButMayNotHaveBeenForcedCounts() throws IOException {
        accept(1);
        Written second = accept(2);
        writer.commit();
        cutBehind(second);
        assertThat(queue()).containsOnlyKeys(1L, 2L);
    }

    @Test
    void ofATornGroupEveryWholeAcceptCounts() throws IOException {
        Written torn = accept(1);
        Written last = accept(2);
        writer.commit();
        garble(torn);
        cutBehind(last);
        assertThat(recover().summary().damaged()).isEmpty();
        assertThat(queue()).containsOnlyKeys(2L);
    }

    @Test
    void aSettleCutShortChangesNothing() throws IOException {
        accept(1);
        writer.commit();
        Written torn = settle(1, List.of(Samples.delivered(0)), List.of(7L));
        writer.commit();
        garble(torn);
        cutBehind(torn);
        assertThat(queue()).containsExactly(Map.entry(1L, message(1)));
    }

    @Test
    void aSettleComesWithItsReports() throws IOException {
        accept(1);
        writer.commit();
        settle(1, List.of(Samples.delivered(1)), List.of(7L, 8L));
        writer.commit();
        assertThat(queue()).containsExactly(
                Map.entry(1L, message(1, RecipientState.Waiting.from(NOW), Samples.delivered(1).state())), Map.entry(7L, message(7)), Map.entry(8L, message(8)));
    }

    @Test
    void theLastSettleWithoutItsGoneEndsTheMessage() throws IOException {
        accept(1);
        writer.commit();
        Written last = settle(1, Samples.delivered(0), Samples.delivered(1));
        gone(1);
        writer.commit();
        cutBehind(last);
        assertThat(recover().owed()).extracting(Blocks.Gone::id).containsExactly(1L);
        assertThat(queue()).isEmpty();
    }

    @Test
    void aGoneWithoutItsSettleDoesNotCount() throws IOException {
        accept(1);
        writer.commit();
        Written torn = settle(1, List.of(Samples.delivered(0), Samples.delivered(1)), List.of(7L));
        Written gone = gone(1);
        writer.commit();
        garble(torn);
        cutBehind(gone);
        assertThat(queue()).containsExactly(Map.entry(1L, message(1)));
    }

    @Test
    void aGoneWhoseSettleIsDamagedCounts() throws IOException {
        accept(1);
        writer.commit();
        Written damaged = settle(1, Samples.delivered(0), Samples.delivered(1));
        gone(1);
        writer.commit();
        accept(2);
        writer.commit();
        garble(damaged);
        assertThat(recover().summary().damaged()).hasSize(1);
        assertThat(queue()).containsOnlyKeys(2L);
    }

    @Test
    void aMoveCountsAndItsOldSegmentIsEmptiedFirst() throws IOException {
        accept(1);
        Segment old = writer.active();
        writer.commit();
        next();
        QueuedMessage moved = message(1, Samples.deferred(0, 3, NOW).state(), RecipientState.Waiting.from(NOW));
        message(RecordType.MOVE, moved, false);
        writer.commit();
        assertThat(recover().found().segments().keySet()).filteredOn(Segment::begun).extracting(Segment::life).containsExactly(old.life());
        assertThat(queue()).containsExactly(Map.entry(1L, moved));
    }

    @Test
    void aMoveCutShortLeavesTheOldOne() throws IOException {
        accept(1);
        writer.commit();
        next();
        Written torn = message(RecordType.MOVE, message(1, Samples.deferred(0, 3, NOW).state(), RecipientState.Waiting.from(NOW)), false);
        writer.commit();
        cutBehind(new Written(torn.path(), torn.from(), torn.to() - 60));
        assertThat(queue()).containsExactly(Map.entry(1L, message(1)));
    }

    /// Leaves the segment in use as if it were full.
    private void next() throws IOException {
        writer.open(SIZE);
        // That one is too large to be of the usual size; the next is taken in its place.
        writer.open(64);
    }

    @Test
    void aStateCountsInPlaceOfWhatStandsBefore() throws IOException {
        accept(1);
        writer.commit();
        settle(1, Samples.deferred(0, 1, NOW));
        writer.commit();
        QueuedMessage now = message(1, Samples.deferred(0, 2, NOW).state(), Samples.delivered(1).state());
        Payload payload = new Payload(64);
        payload.states(now, 2);
        Written state = write(RecordType.STATE, payload);
        writer.commit();
        assertThat(queue()).containsExactly(Map.entry(1L, now));
        assertThat(recover().found().index().get(1).isSettled(1)).isTrue();
        garble(state);
        cutBehind(state);
        assertThat(queue(recover())).containsExactly(Map.entry(1L, message(1, Samples.deferred(0, 1, NOW).state(), RecipientState.Waiting.from(NOW))));
    }

    @Test
    void whatAnAbortNamesDoesNotCount() throws IOException {
        accept(1);
        writer.commit();
        settle(1, List.of(Samples.delivered(0), Samples.delivered(1)), List.of(7L));
        gone(1);
        accept(2);
        writer.commit();
        Segment left = writer.active();
        long first = writer.sequence() - 2;
        begin(writer.sequence(), List.of(new Blocks.Abort(left.life(), first, Long.MAX_VALUE)));
        accept(3);
        writer.commit();
        assertThat(queue()).containsOnlyKeys(1L, 3L);
        assertThat(queue().get(1L)).isEqualTo(message(1));
    }

    @Test
    void aFailedGroupIsSaidNotToCount() throws IOException {
        accept(1);
        writer.commit();
        accept(2);
        assertThat(writer.abandon()).isTrue();
        writer.open(64);
        accept(3);
        writer.commit();
        assertThat(queue()).containsOnlyKeys(1L, 3L);
    }

    @Test
    void aMarkSaysThatWhatStandsBeforeWasPromised() throws IOException {
        Written damaged = accept(1);
        writer.commit();
        writer.mark();
        writer.commit();
        garble(damaged);
        assertThat(recover().summary().damaged()).hasSize(1);
        assertThat(disk.files()).filteredOn(file -> file.startsWith(QUARANTINE)).hasSize(2);
        assertThat(queue()).isEmpty();
    }

    @Test
    void anEndThatIsMissingCostsNothing() throws IOException {
        Written last = accept(1);
        writer.commit();
        cutBehind(last);
        assertThat(queue()).containsOnlyKeys(1L);
    }

    @Test
    void aDamagedRecordIsSetAsideAndTheOthersLive() throws IOException {
        List<Written> written = new ArrayList<>();
        for (long id = 1; id <= 20; id++) {
            written.add(accept(id));
            writer.commit();
        }
        garble(written.get(4));
        garble(written.get(5));
        garble(written.get(11));
        Recovery recovery = recover();
        assertThat(recovery.summary().damaged()).hasSize(2);
        assertThat(queue(recovery)).hasSize(17).doesNotContainKeys(5L, 6L, 12L);
        assertThat(disk.bytes(QUARANTINE.resolve(quarantined().getFirst()))).hasSize(written.get(5).to() - written.get(4).from());
    }

    private List<String> quarantined() {
        return disk.list(QUARANTINE).stream().filter(name -> name.endsWith(".bytes")).sorted((a, b) -> disk.bytes(QUARANTINE.resolve(b)).length - disk.bytes(QUARANTINE.resolve(a)).length).toList();
    }

    @Test
    void contentWithoutARecordIsRemoved() throws IOException {
        accept(1);
        writer.commit();
        disk.create(CONTENTS.resolve(new QueueId(5).toString()));
        disk.create(CONTENTS.resolve("something else"));
        assertThat(recover().summary().leftovers()).isEqualTo(2);
        assertThat(disk.list(CONTENTS)).isEmpty();
    }

    @Test
    void contentWithoutARecordIsKeptWhenARecordIsDamaged() throws IOException {
        Written damaged = message(RecordType.ACCEPT, message(5), true);
        writer.commit();
        accept(1);
        writer.commit();
        disk.create(CONTENTS.resolve(new QueueId(5).toString()));
        garble(damaged);
        recover();
        assertThat(disk.list(CONTENTS)).isEmpty();
        assertThat(disk.list(QUARANTINE)).contains(new QueueId(5).toString());
    }

    @Test
    void aRecordWithoutItsContentIsSetAside() throws IOException {
        message(RecordType.ACCEPT, message(5), true);
        message(RecordType.ACCEPT, message(6), true);
        message(RecordType.ACCEPT, message(7), true);
        writer.commit();
        content(6, 99);
        content(7, 100);
        Recovery recovery = recover();
        assertThat(recovery.summary().damaged()).hasSize(2);
        assertThat(queue()).containsOnlyKeys(7L);
    }

    private void content(long id, int size) throws IOException {
        disk.create(CONTENTS.resolve(new QueueId(id).toString())).write(ByteBuffer.allocate(size), 0);
    }

    @Test
    void aSegmentWithOneBrokenHeaderIsRead() throws IOException {
        Written record = accept(1);
        writer.commit();
        garble(new Written(record.path(), 0, SegmentHeader.SIZE));
        assertThat(queue()).containsOnlyKeys(1L);
    }

    @Test
    void aSegmentWithTwoBrokenHeadersIsRead() throws IOException {
        Written record = accept(1);
        writer.commit();
        garble(new Written(record.path(), 0, SegmentHeader.SIZE));
        garble(new Written(record.path(), SegmentHeader.SECOND, SegmentHeader.SECOND + SegmentHeader.SIZE));
        assertThat(queue(recover())).containsOnlyKeys(1L);
    }

    @Test
    void aSegmentWhoseMakingWasCutShortIsASpare() throws IOException {
        accept(1);
        writer.commit();
        disk.create(JOURNAL.resolve("0000000009.seg")).write(ByteBuffer.allocate(5000), 0);
        disk.create(JOURNAL.resolve("0000000008.seg"));
        assertThat(recover().found().spares()).hasSize(2);
        assertThat(queue()).containsOnlyKeys(1L);
    }

    @Test
    void whatARecycledSegmentHeldBeforeDoesNotCount() throws IOException {
        for (long id = 1; id <= 20; id++) {
            accept(id);
        }
        writer.commit();
        Segment old = writer.active();
        SegmentHeader renewed = new SegmentHeader(SIZE, 9, 99, 0, 0);
        renewed.write(old.file());
        assertThat(recover().found().spares()).hasSize(1);
        assertThat(queue(recover())).isEmpty();
    }

    @Test
    void aRecordInAMessageIsNone() throws IOException {
        accept(1);
        writer.commit();
        byte[] record = java.util.Arrays.copyOfRange(disk.bytes(writer.active().path()), SegmentHeader.FIRST_RECORD, writer.active().end());
        // Whoever knows the format, but not the life of the segment, forges a record into a message that is then damaged.
        ByteBuffer.wrap(record).putLong(8, 3).putLong(16, 12345);
        ByteBuffer.wrap(record).putInt(36, Checksum.of(record, 0, 36));
        Payload payload = new Payload(64);
        payload.message(message(2), record.length, false, record.length, Checksum.of(record, 0, record.length));
        while (payload.headLength() % 8 != 0) {
            payload.content(new byte[1], 1);
        }
        payload.lastContent(record, record.length);
        Written host = write(RecordType.ACCEPT, payload);
        writer.commit();
        garble(new Written(host.path(), host.from(), host.from() + 40));
        assertThat(queue(recover())).containsOnlyKeys(1L);
    }

    @Test
    void anotherVersionIsRefusedAndNothingIsTouched() throws IOException {
        accept(1);
        writer.commit();
        byte[] bytes = disk.bytes(writer.active().path());
        ByteBuffer.wrap(bytes).putInt(8, 2);
        ByteBuffer.wrap(bytes).putInt(508, Checksum.of(bytes, 0, 508));
        byte[] before = bytes.clone();
        assertThatThrownBy(this::recover).isInstanceOf(UnknownFormat.class).hasMessageContaining("format 2");
        assertThat(disk.bytes(writer.active().path())).isEqualTo(before);
        assertThat(disk.files()).hasSize(1);
    }

    @Test
    void anotherVersionOfARecordIsRefused() throws IOException {
        Written record = accept(1);
        writer.commit();
        byte[] bytes = disk.bytes(record.path());
        bytes[record.from() + 3] = 2;
        ByteBuffer.wrap(bytes).putInt(record.from() + 36, Checksum.of(bytes, record.from(), 36));
        assertThatThrownBy(this::recover).isInstanceOf(UnknownFormat.class).hasMessageContaining("version 2");
    }

    @Test
    void anyPrefixIsReadAndNothingWholeIsLost() throws IOException {
        List<Written> written = new ArrayList<>();
        for (long id = 1; id <= 5; id++) {
            written.add(accept(id));
            writer.commit();
        }
        byte[] whole = disk.bytes(writer.active().path()).clone();
        for (int length = 0; length < writer.active().end() + 100; length += 13) {
            int kept = length;
            System.arraycopy(whole, 0, disk.bytes(writer.active().path()), 0, whole.length);
            java.util.Arrays.fill(disk.bytes(writer.active().path()), kept, whole.length, (byte) 0);
            int least = (int) written.stream().filter(record -> record.to() <= kept).count();
            // A record whose zeros at its end alone are cut off is as whole as it was.
            int most = (int) written.stream().filter(record -> record.to() - 8 < kept).count();
            assertThat(queue(recover())).hasSizeBetween(least, most);
        }
    }

    @Test
    void garbageIsNoMessageAndNoTrouble() throws IOException {
        for (int i = 0; i < 200; i++) {
            MemoryDisk other = new MemoryDisk();
            byte[] garbage = new byte[random.nextInt(SIZE)];
            random.nextBytes(garbage);
            other.create(JOURNAL.resolve("0000000001.seg")).write(ByteBuffer.wrap(garbage), 0);
            Recovery recovery = Recovery.of(other, JOURNAL, CONTENTS, new Quarantine(other, QUARANTINE), FactSink.NONE);
            assertThat(recovery.found().index().size()).isZero();
        }
    }

    @Test
    void factsThatTheSinkHasNotAreRepeatedInOrder() throws IOException {
        accept(1);
        settle(1, Samples.delivered(0));
        accept(2);
        writer.commit();
        List<String> repeated = new ArrayList<>();
        Recovery.of(disk, JOURNAL, CONTENTS, new Quarantine(disk, QUARANTINE), new FactSink() {
            @Override
            public void accept(long sequence, byte[] facts) {
                repeated.add(sequence + " " + new String(facts));
            }

            @Override
            public long durable() {
                return 1;
            }

            @Override
            public void force() {}
        });
        assertThat(repeated).containsExactly("2 facts of settling 1", "3 facts of 2");
    }
}
