// SPDX-License-Identifier: Apache-2.0
package org.isthmus.tracking;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.isthmus.platform.Disk;

/// Files in memory. Keeps what was forced apart from what was only written, so that a crash can be played; fails when told to.
public final class MemoryDisk implements Disk {
    private final TreeMap<Path, Content> files = new TreeMap<>();
    volatile boolean failing;

    private static final class Content {
        byte[] written = new byte[0];
        byte[] forced = new byte[0];
    }

    /// What a power cut leaves: what was forced, and of the rest a beginning, and zeros where a block did not arrive.
    synchronized MemoryDisk crashed(int keptOfUnforced, boolean hole) {
        MemoryDisk after = new MemoryDisk();
        files.forEach((path, content) -> {
            Content left = new Content();
            int kept = Math.min(content.written.length, content.forced.length + keptOfUnforced);
            left.written = Arrays.copyOf(content.written, kept);
            if (hole && kept > content.forced.length) {
                int middle = (content.forced.length + kept) / 2;
                Arrays.fill(left.written, content.forced.length, middle, (byte) 0);
            }
            left.forced = left.written.clone();
            after.files.put(path, left);
        });
        return after;
    }

    public synchronized String text(Path path) {
        Content content = files.get(path);
        return content == null ? "" : new String(content.written, java.nio.charset.StandardCharsets.UTF_8);
    }

    public synchronized void put(Path path, String text) {
        Content content = new Content();
        content.written = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        content.forced = content.written.clone();
        files.put(path, content);
    }

    @Override
    public synchronized File open(Path path) throws IOException {
        Content content = files.get(path);
        if (content == null) {
            throw new NoSuchFileException(path.toString());
        }
        return new Open(content);
    }

    @Override
    public synchronized File create(Path path) throws IOException {
        fail();
        if (files.containsKey(path)) {
            throw new FileAlreadyExistsException(path.toString());
        }
        files.put(path, new Content());
        return open(path);
    }

    @Override
    public void createFolders(Path path) {}

    @Override
    public void forceFolder(Path path) throws IOException {
        fail();
    }

    @Override
    public synchronized List<String> list(Path folder) {
        return files.keySet().stream().filter(p -> folder.equals(p.getParent())).map(p -> p.getFileName().toString()).sorted().toList();
    }

    @Override
    public synchronized void rename(Path from, Path to) {
        files.put(to, files.remove(from));
    }

    @Override
    public synchronized void delete(Path path) {
        files.remove(path);
    }

    @Override
    public synchronized Optional<Facts> facts(Path path) {
        return Optional.ofNullable(files.get(path)).map(c -> new Facts(c.written.length, Instant.EPOCH));
    }

    @Override
    public long usable(Path folder) {
        return 1L << 40;
    }

    @Override
    public Optional<Closeable> lock(Path file, String text) {
        return Optional.of(() -> {});
    }

    private void fail() throws IOException {
        if (failing) {
            throw new IOException("No space left on device");
        }
    }

    private final class Open implements File {
        private final Content content;

        Open(Content content) {
            this.content = content;
        }

        @Override
        public int read(ByteBuffer into, long position) {
            synchronized (MemoryDisk.this) {
                int length = Math.clamp(content.written.length - position, 0, into.remaining());
                into.put(content.written, (int) position, length);
                return length;
            }
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            fail();
            synchronized (MemoryDisk.this) {
                int end = (int) position + from.remaining();
                byte[] now = Arrays.copyOf(content.written, Math.max(content.written.length, end));
                from.get(now, (int) position, from.remaining());
                content.written = now;
            }
        }

        @Override
        public void force(boolean length) throws IOException {
            fail();
            synchronized (MemoryDisk.this) {
                content.forced = content.written.clone();
            }
        }

        @Override
        public long size() {
            synchronized (MemoryDisk.this) {
                return content.written.length;
            }
        }

        @Override
        public void truncate(long size) {
            synchronized (MemoryDisk.this) {
                content.written = Arrays.copyOf(content.written, (int) size);
            }
        }

        @Override
        public void close() {}
    }
}
