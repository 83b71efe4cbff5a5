// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import org.isthmus.platform.Disk;
import org.isthmus.transit.Content;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;

/// Reads queued messages from the disk, where the index says they are. A segment may be recycled at any moment: then it is already empty of what the index needs, so
/// whoever finds that his segment was retired while he read asks the index again.
final class JournalReader {
    private static final int GUESS = 4096;

    private final Disk disk;
    private final Index index;
    private final Path contents;

    /// @param contents the folder of content that has files of its own
    JournalReader(Disk disk, Index index, Path contents) {
        this.disk = disk;
        this.index = index;
        this.contents = contents;
    }

    Path contentFile(long id) {
        return contents.resolve(new QueueId(id).toString());
    }

    /// Reads something of an entry.
    interface Reading<T> {
        T of(Entry entry) throws IOException;
    }

    <T> T read(long id, Reading<T> reading) throws IOException {
        while (true) {
            Entry entry = index.get(id);
            if (entry == null) {
                throw new NoSuchElementException(new QueueId(id) + " is not in the queue");
            }
            try {
                T value = reading.of(entry);
                if (!retired(entry)) {
                    return value;
                }
            } catch (IOException e) {
                if (!retired(entry)) {
                    throw e;
                }
            }
        }
    }

    private static boolean retired(Entry entry) {
        for (Place place : entry.chain()) {
            if (place.segment().retired()) {
                return true;
            }
        }
        return entry.segment().retired();
    }

    QueuedMessage message(long id) throws IOException {
        return read(id, this::message);
    }

    /// The message as it is now. What is read counts only if no segment was retired meanwhile.
    QueuedMessage message(Entry entry) throws IOException {
        return states(entry, Blocks.message(block(entry)));
    }

    /// The states behind the message's own block.
    QueuedMessage states(Entry entry, QueuedMessage accepted) throws IOException {
        QueuedMessage message = accepted;
        for (Place place : entry.chain()) {
            message = Blocks.apply(message, block(place.segment(), place.offset(), GUESS));
        }
        return message;
    }

    /// The message's own block, perhaps without its content.
    Block block(Entry entry) throws IOException {
        Block block = block(entry.segment(), entry.offset(), Math.min(entry.length(), GUESS));
        if (block.kind() != BlockKind.MESSAGE || Blocks.summary(block).id() != entry.id()) {
            throw new Damaged("another block than that of " + new QueueId(entry.id()));
        }
        return block;
    }

    private static Block block(Segment segment, int offset, int guess) throws IOException {
        byte[] bytes = bytes(segment.file(), offset, Math.min(guess, segment.size() - offset));
        if (bytes.length >= Block.SIZE) {
            long needed = Block.needs(bytes, 0);
            if (needed > bytes.length && needed <= segment.size() - offset) {
                bytes = bytes(segment.file(), offset, (int) needed);
            }
        }
        return Block.parse(bytes, 0, bytes.length);
    }

    static byte[] bytes(Disk.File file, long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        int read = file.read(bytes, offset);
        if (read < length) {
            throw new Damaged("the file ends too early");
        }
        return bytes.array();
    }

    /// The content in memory, checked; for messages whose content stands in the journal.
    byte[] inlineContent(Entry entry, Block block) throws IOException {
        byte[] content = bytes(entry.segment().file(), entry.offset() + (long) block.contentAt(), block.contentLength());
        if (Checksum.of(content, 0, content.length) != block.contentCrc()) {
            throw new Damaged("content with a wrong checksum");
        }
        return content;
    }

    /// Of the content's own file.
    long contentSize(long id) throws IOException {
        return disk.facts(contentFile(id)).map(Disk.Facts::size).orElse(0L);
    }

    Content content(long id) {
        Entry entry = index.get(id);
        if (entry == null) {
            throw new NoSuchElementException(new QueueId(id) + " is not in the queue");
        }
        return new JournalContent(this, disk, id, entry.octets());
    }
}
