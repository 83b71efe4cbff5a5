// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.util.HashSet;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Consumer;
import org.isthmus.transit.QueueId;
import org.isthmus.transit.QueuedMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands over all messages in the order in which they lie on the disk, so that each segment is read once from front to back.
final class Replay {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);

    private final Index index;
    private final JournalReader reader;
    private final Segments segments;

    Replay(Index index, JournalReader reader, Segments segments) {
        this.index = index;
        this.reader = reader;
        this.segments = segments;
    }

    void run(Consumer<QueuedMessage> each) throws IOException {
        Set<Long> open = new HashSet<>();
        index.entries().forEach(entry -> open.add(entry.id()));
        for (Segment segment : segments.used()) {
            if (segment.references() > 0) {
                try {
                    replay(segment, open, each);
                } catch (IOException e) {
                    if (!segment.retired()) {
                        throw e;
                    }
                }
            }
        }
        // What was copied to another segment meanwhile, behind or before where this has been.
        for (Long id : open) {
            QueuedMessage message = read(id);
            if (message != null) {
                each.accept(message);
            }
        }
    }

    /// @return null if it has left the queue, or cannot be read; one such message does not stop the others
    private @Nullable QueuedMessage read(long id) throws IOException {
        try {
            return reader.message(id);
        } catch (NoSuchElementException e) {
            return null;
        } catch (Damaged e) {
            LOG.error("message {} cannot be read: {}", new QueueId(id), e.getMessage());
            return null;
        }
    }

    private void replay(Segment segment, Set<Long> open, Consumer<QueuedMessage> each) throws IOException {
        new SegmentScanner(segment.file(), segment.life(), segment.end()).scan(new SegmentScanner.Visitor() {
            @Override
            public void record(RecordHeader header, int at, byte[] bytes, int payloadAt) throws IOException {
                for (Block block : Blocks.of(bytes, payloadAt, header.length())) {
                    if (block.kind() == BlockKind.MESSAGE) {
                        message(block, block.at() + at + RecordHeader.SIZE - payloadAt);
                    }
                }
            }

            private void message(Block block, int offset) throws IOException {
                long id = Blocks.summary(block).id();
                Entry entry = index.get(id);
                if (entry == null || entry.segment() != segment || entry.offset() != offset || !open.contains(id)) {
                    return;
                }
                QueuedMessage message = entry.chain().length == 0 ? Blocks.message(block) : read(id);
                if (message != null && !segment.retired() && open.remove(id)) {
                    each.accept(message);
                }
            }

            @Override
            public void hole(SegmentScanner.Hole hole) {}
        });
    }
}
