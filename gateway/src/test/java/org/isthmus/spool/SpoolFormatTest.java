// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.isthmus.platform.Entropy;
import org.isthmus.tracking.FactSink;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Outcome;
import org.isthmus.transit.Passage;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Recipient;
import org.isthmus.transit.Settlement;
import org.junit.jupiter.api.Test;

/// A spool of each format ever released is kept here and must be read for good. If this fails for the present format before its first release, run {@link #main};
/// after a release the format has changed, and needs a new number and a reader for the old one.
final class SpoolFormatTest {
    private static final Path JOURNAL = Path.of("/spool/journal");
    private static final Path SEGMENT = JOURNAL.resolve("0000000001.seg");
    private static final String FIRST = "format-1.seg.gz";
    private static final String SECOND = "format-1-values-2.seg.gz";
    private static final String THIRD = "format-1-values-3.seg.gz";
    private static final String FOURTH = "format-1-values-4.seg.gz";
    private static final String FIFTH = "format-1-values-5.seg.gz";
    private static final String PRESENT = "format-1-values-6.seg.gz";

    /// One message in each state and of each origin there is, and one that was changed by all kinds of records.
    private static List<QueuedMessage> messages(int version) throws Exception {
        List<QueuedMessage> messages = new ArrayList<>();
        List<Recipient> recipients = version == 1 ? TransitCodecTest.recipientsOfVersionOne() : TransitCodecTest.recipients();
        // The path of a loop came with version 4.
        var states = TransitCodecTest.states().stream().filter(state -> version >= 4 || !hasPath(state)).toList();
        var origins = TransitCodecTest.origins();
        var facts = TransitCodecTest.facts();
        int count = Math.max(states.size(), Math.max(origins.size(), facts.size()));
        for (int i = 0; i < (version == 1 ? count : Math.max(count, recipients.size())); i++) {
            var envelope = TransitCodecTest.envelopes().get(i % TransitCodecTest.envelopes().size());
            var one = new org.isthmus.transit.Envelope(envelope.from(), envelope.parameters(), List.of(recipients.get(i % recipients.size())));
            messages.add(new QueuedMessage(new QueueId(100 + i), one, origins.get(i % origins.size()), SpoolContract.LATER, facts.get(i % facts.size()), passage(version, i),
                    List.of(states.get(i % states.size()))));
        }
        return messages;
    }

    private static boolean hasPath(RecipientState state) {
        return switch (state) {
            case RecipientState.Waiting waiting -> hasPath(waiting.last());
            case RecipientState.Held held -> hasPath(held.before());
            case RecipientState.Settled(Outcome.Failed failed) -> hasPath(failed.cause());
            case RecipientState.Settled(Outcome.Deferred deferred) -> hasPath(deferred.cause());
            case RecipientState.Settled settled -> false;
        };
    }

    private static boolean hasPath(Cause cause) {
        return cause instanceof Cause.Looped looped && !looped.evidence().path().isEmpty() || cause instanceof Cause.Expired expired && hasPath(expired.last());
    }

    private static Passage passage(int version, int i) {
        List<Passage> passages = TransitCodecTest.passages();
        if (version < 3) {
            return Passage.of(new QueueId(100 + i));
        }
        Passage passage = passages.get(i % passages.size());
        // The path of a passage came with version 5.
        return version >= 5
                ? passage
                : new Passage(passage.uid(), passage.pass(), passage.generation(), passage.resent(), passage.prints(), passage.automation(), passage.tokens(), passage.findings(), List.of());
    }

    private static final Settlement SETTLED = Samples.delivered(0);
    private static final Settlement DEFERRED = Samples.deferred(1, 3, SpoolContract.LATER);

    private static void write(MemoryDisk disk) throws Exception {
        Random random = new Random(1);
        Entropy entropy = new Entropy() {
            @Override
            public void fill(byte[] into) {
                random.nextBytes(into);
            }

            @Override
            public long below(long bound) {
                return random.nextLong(bound);
            }
        };
        JournalWriter writer = new JournalWriter(new Segments(disk, entropy, JOURNAL, 256 * 1024, () -> 7, () -> 0), 256 * 1024, 0, List.of());
        writer.open(64);
        for (QueuedMessage message : messages(TransitWriter.VERSION)) {
            byte[] content = Samples.content(50, (int) message.id().value());
            Payload payload = new Payload(64);
            payload.facts("facts".getBytes());
            payload.message(message, content.length, false, content.length, Checksum.of(content, 0, content.length));
            payload.lastContent(content, content.length);
            writer.put(RecordType.ACCEPT, payload.seal());
            writer.commit();
        }
        Payload settle = new Payload(64);
        settle.delta(changed(TransitWriter.VERSION).id().value(), 2, List.of(Samples.recipient("added")), List.of(DEFERRED));
        writer.put(RecordType.SETTLE, settle.seal());
        Payload state = new Payload(64);
        QueuedMessage now = after(TransitWriter.VERSION);
        state.states(now, 1);
        writer.put(RecordType.STATE, state.seal());
        Payload gone = new Payload(64);
        gone.gone(List.of(new Blocks.Gone(100, writer.active().life())));
        writer.put(RecordType.GONE, gone.seal());
        writer.commit();
        writer.mark();
        writer.commit();
    }

    private static QueuedMessage changed(int version) throws Exception {
        return messages(version).get(1);
    }

    private static QueuedMessage after(int version) throws Exception {
        QueuedMessage before = changed(version);
        List<Recipient> recipients = List.of(before.envelope().recipients().getFirst(), Samples.recipient("added"));
        return Blocks.with(before, recipients, List.of(SETTLED.state(), DEFERRED.state()));
    }

    @Test
    void aSpoolOfFormatOneIsRead() throws Exception {
        isRead(FIRST, 1);
    }

    @Test
    void aSpoolWithValuesOfVersionTwoIsRead() throws Exception {
        isRead(SECOND, 2);
    }

    @Test
    void aSpoolWithValuesOfVersionThreeIsRead() throws Exception {
        isRead(THIRD, 3);
    }

    @Test
    void aSpoolWithValuesOfVersionFourIsRead() throws Exception {
        isRead(FOURTH, 4);
    }

    @Test
    void aSpoolWithValuesOfVersionFiveIsRead() throws Exception {
        isRead(FIFTH, 5);
    }

    @Test
    void aSpoolWithValuesOfVersionSixIsRead() throws Exception {
        isRead(PRESENT, 6);
    }

    private static void isRead(String fixture, int version) throws Exception {
        MemoryDisk disk = new MemoryDisk();
        try (InputStream in = new GZIPInputStream(Objects.requireNonNull(SpoolFormatTest.class.getResourceAsStream(fixture)))) {
            disk.create(SEGMENT).write(ByteBuffer.wrap(in.readAllBytes()), 0);
        }
        check(disk, version);
        assertThat(SpoolVerifier.verify(disk, Path.of("/spool")).findings()).isEmpty();
    }

    @Test
    void whatIsWrittenTodayIsTheSame() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        write(disk);
        check(disk, TransitWriter.VERSION);
        try (InputStream in = new GZIPInputStream(Objects.requireNonNull(SpoolFormatTest.class.getResourceAsStream(PRESENT)))) {
            assertThat(Arrays.equals(disk.bytes(SEGMENT), in.readAllBytes())).isTrue();
        }
    }

    private static void check(MemoryDisk disk, int version) throws Exception {
        Recovery recovery = Recovery.of(disk, JOURNAL, Path.of("/spool/content"), new Quarantine(disk, Path.of("/spool/quarantine")), FactSink.NONE);
        assertThat(recovery.summary().damaged()).isEmpty();
        JournalReader reader = new JournalReader(disk, recovery.found().index(), Path.of("/spool/content"));
        List<QueuedMessage> expected = new ArrayList<>(messages(version));
        assertThat(recovery.found().index().get(100)).isNull();
        expected.removeFirst();
        expected.set(0, after(version));
        for (QueuedMessage message : expected) {
            QueuedMessage read = reader.message(message.id().value());
            assertThat(read).isEqualTo(message);
            assertThat(content(reader, message)).isEqualTo(Samples.content(50, (int) message.id().value()));
        }
    }

    private static byte[] content(JournalReader reader, QueuedMessage message) throws IOException {
        try (InputStream in = reader.content(message.id().value()).open()) {
            return in.readAllBytes();
        }
    }

    /// Writes the fixture of the present format. Argument: the file.
    static void main(String[] arguments) throws Exception {
        MemoryDisk disk = new MemoryDisk();
        write(disk);
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(Path.of(arguments[0])))) {
            out.write(disk.bytes(SEGMENT));
        }
    }
}
