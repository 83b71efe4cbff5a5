// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.NoSuchElementException;
import java.util.zip.CRC32C;
import org.isthmus.platform.Disk;
import org.isthmus.transit.Content;
import org.jspecify.annotations.Nullable;

/// The content of a queued message. Its checksum is compared at the end, before the stream says that it has ended: damaged content is never sent to its end.
final class JournalContent implements Content {
    private static final int BUFFER = 32 * 1024;

    private final JournalReader reader;
    private final Disk disk;
    private final long id;
    private final long size;

    JournalContent(JournalReader reader, Disk disk, long id, long size) {
        this.reader = reader;
        this.disk = disk;
        this.id = id;
        this.size = size;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public InputStream open() throws IOException {
        Source source = locate();
        return new Input(source);
    }

    /// @param file to read from
    /// @param at where the content begins in it
    /// @param segment in which it stands; null if the file is its own
    private record Source(Disk.File file, long at, int crc, @Nullable Segment segment) {}

    private Source locate() throws IOException {
        return reader.read(id, entry -> {
            Block block = reader.block(entry);
            return block.apart()
                    ? new Source(disk.open(reader.contentFile(id)), 0, block.contentCrc(), null)
                    : new Source(entry.segment().file(), entry.offset() + (long) block.contentAt(), block.contentCrc(), entry.segment());
        });
    }

    private final class Input extends InputStream {
        private final byte[] buffer = new byte[Math.clamp(size, 1, BUFFER)];
        private final CRC32C crc = new CRC32C();
        private Source source;
        private long position;
        private int at;
        private int end;

        Input(Source source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            return fill() ? buffer[at++] & 0xFF : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int part = Math.min(length, end - at);
            System.arraycopy(buffer, at, into, offset, part);
            at += part;
            return part;
        }

        @Override
        public int available() {
            return end - at;
        }

        private boolean fill() throws IOException {
            if (at < end) {
                return true;
            }
            if (position == size) {
                if ((int) crc.getValue() != source.crc()) {
                    throw new Damaged("the content has a wrong checksum");
                }
                return false;
            }
            int length = (int) Math.min(buffer.length, size - position);
            readAt(length);
            crc.update(buffer, 0, length);
            position += length;
            at = 0;
            end = length;
            return true;
        }

        private void readAt(int length) throws IOException {
            while (true) {
                Segment segment = source.segment();
                try {
                    int read = source.file().read(ByteBuffer.wrap(buffer, 0, length), source.at() + position);
                    if (segment == null || !segment.retired()) {
                        if (read < length) {
                            throw new Damaged("the content ends too early");
                        }
                        return;
                    }
                } catch (IOException e) {
                    if (segment == null || !segment.retired()) {
                        throw e;
                    }
                }
                relocate();
            }
        }

        private void relocate() throws IOException {
            try {
                source = locate();
            } catch (NoSuchElementException e) {
                throw new IOException("the message has left the queue", e);
            }
        }

        @Override
        public void close() throws IOException {
            if (source.segment() == null) {
                source.file().close();
            }
        }
    }
}
