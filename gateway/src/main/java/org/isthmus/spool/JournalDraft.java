// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.isthmus.platform.Disk;
import org.isthmus.smtp.Release;
import org.isthmus.transit.ContentFacts;
import org.isthmus.transit.Envelope;
import org.isthmus.transit.Origin;
import org.isthmus.transit.Passage;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.isthmus.transit.RecipientState;
import org.isthmus.transit.Step;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Content gathers in memory up to a limit, and then in a file of its own.
final class JournalDraft implements Draft {
    private static final Logger LOG = LoggerFactory.getLogger(JournalDraft.class);

    /// What a draft needs of its spool.
    interface Home {
        Disk disk();

        ContentBuffers buffers();

        int inlineLimit();

        Path contentFolder();

        /// With a name, if it has none.
        Passage named(Passage passage);

        /// Makes it durable.
        /// @param content its content in memory; null if that has a file
        /// @return null if that went well
        @Nullable Refusal accept(QueuedMessage message, List<List<Step>> steps, long size, int crc, byte @Nullable [] content) throws IOException;

        /// @param spilled it took room on the disk of its own
        void forget(long expectedSize, boolean spilled);
    }

    /// Why a message was not made durable.
    /// @param undone it is certain that nothing of it comes back
    record Refusal(IOException why, boolean undone) {}

    private final Home home;
    private final QueueId id;
    private final long expectedSize;
    private final Supplier<Instant> clock;
    private final CRC32C crc = new CRC32C();
    private final Output output = new Output();
    private byte @Nullable [] buffer;
    private int buffered;
    private long size;
    private Disk.@Nullable File file;
    private long written;
    private boolean created;
    private boolean keepFile;

    JournalDraft(Home home, QueueId id, long expectedSize, Supplier<Instant> clock) {
        this.home = home;
        this.id = id;
        this.expectedSize = expectedSize;
        this.clock = clock;
        this.buffer = home.buffers().take(first(home, expectedSize));
    }

    /// What is announced as too large for the journal goes to a file soon, and needs no large array. RFC 1870 §6.1: the announcement may be wrong.
    private static int first(Home home, long expectedSize) {
        int wanted = (int) Math.min(expectedSize + 512, home.inlineLimit() + 1L);
        return wanted > home.inlineLimit() ? ContentBuffers.SPILLING : home.buffers().allows(wanted) ? wanted : ContentBuffers.SMALLEST;
    }

    @Override
    public QueueId id() {
        return id;
    }

    @Override
    public OutputStream content() {
        return output;
    }

    private Path path() {
        return home.contentFolder().resolve(id.toString());
    }

    @Override
    public QueuedMessage commit(Envelope envelope, Origin origin, ContentFacts facts, Passage passage, List<List<Step>> steps) throws IOException {
        byte[] bytes = open();
        Disk.File spilled = file;
        if (spilled != null) {
            spill(spilled, bytes);
            spilled.force(true);
            spilled.close();
            file = null;
            home.disk().forceFolder(home.contentFolder());
        }
        Instant now = clock.get();
        Release release = envelope.parameters().timing().release();
        Instant due = release == null ? now : release.from(now);
        var states = Collections.<RecipientState>nCopies(
                envelope.recipients().size(), RecipientState.Waiting.from(due));
        QueuedMessage message = new QueuedMessage(id, envelope, origin, now, facts, home.named(passage), states);
        Refusal refusal = home.accept(message, steps, size, (int) crc.getValue(), created ? null : bytes);
        if (refusal != null) {
            // If the record may come back after a crash, it needs its content; recovery removes it otherwise.
            keepFile = !refusal.undone();
            throw refusal.why();
        }
        keepFile = true;
        close();
        return message;
    }

    private byte[] open() throws IOException {
        byte[] bytes = buffer;
        if (bytes == null) {
            throw new IOException("the draft is closed");
        }
        return bytes;
    }

    private void add(byte[] from, int offset, int length) throws IOException {
        crc.update(from, offset, length);
        size += length;
        int at = offset;
        int rest = length;
        while (rest > 0) {
            byte[] bytes = room();
            int part = Math.min(rest, limit(bytes) - buffered);
            System.arraycopy(from, at, bytes, buffered, part);
            buffered += part;
            at += part;
            rest -= part;
        }
    }

    private int limit(byte[] bytes) {
        return file != null ? bytes.length : Math.min(bytes.length, home.inlineLimit());
    }

    /// The buffer, with room in it: grown, or written out.
    private byte[] room() throws IOException {
        byte[] bytes = open();
        if (buffered < limit(bytes)) {
            return bytes;
        }
        boolean grows = file == null && bytes.length < home.inlineLimit() && expectedSize <= home.inlineLimit();
        if (grows && home.buffers().allows(bytes.length * 2)) {
            byte[] larger = home.buffers().take(bytes.length * 2);
            System.arraycopy(bytes, 0, larger, 0, buffered);
            return replace(bytes, larger);
        }
        Disk.File to = file;
        if (to == null) {
            to = home.disk().create(path());
            created = true;
            file = to;
        }
        spill(to, bytes);
        return bytes.length > ContentBuffers.SPILLING ? replace(bytes, home.buffers().take(ContentBuffers.SPILLING)) : bytes;
    }

    private byte[] replace(byte[] bytes, byte[] other) {
        home.buffers().give(bytes);
        buffer = other;
        return other;
    }

    private void spill(Disk.File to, byte[] bytes) throws IOException {
        to.write(ByteBuffer.wrap(bytes, 0, buffered), written);
        written += buffered;
        buffered = 0;
    }

    @Override
    public void close() {
        byte[] bytes = buffer;
        if (bytes == null) {
            return;
        }
        buffer = null;
        home.buffers().give(bytes);
        home.forget(expectedSize, created);
        try {
            if (file != null) {
                file.close();
            }
            if (created && !keepFile) {
                home.disk().delete(path());
            }
        } catch (IOException e) {
            LOG.warn("{} is left over until the next start: {}", path(), e.toString());
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            add(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, from.length);
            add(from, offset, length);
        }
    }
}
