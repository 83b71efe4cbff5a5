// SPDX-License-Identifier: Apache-2.0
package org.isthmus.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.isthmus.platform.Disk;

/// Files in memory, all of them durable at once, that can be copied and bent.
final class MemoryDisk implements Disk {
    private final TreeMap<Path, Held> files = new TreeMap<>();

    private static final class Held {
        byte[] bytes = {};
    }

    /// The same files.
    synchronized MemoryDisk copy() {
        MemoryDisk copy = new MemoryDisk();
        files.forEach((path, held) -> {
            Held other = new Held();
            other.bytes = held.bytes.clone();
            copy.files.put(path, other);
        });
        return copy;
    }

    synchronized List<Path> files() {
        return List.copyOf(files.keySet());
    }

    synchronized byte[] bytes(Path path) {
        return files.get(path).bytes;
    }

    synchronized void flip(Path path, long bit) {
        files.get(path).bytes[(int) (bit >> 3)] ^= (byte) (1 << (bit & 7));
    }

    @Override
    public synchronized File open(Path path) throws IOException {
        Held held = files.get(path);
        if (held == null) {
            throw new NoSuchFileException(path.toString());
        }
        return new Handle(held);
    }

    @Override
    public synchronized File create(Path path) throws IOException {
        if (files.containsKey(path)) {
            throw new FileAlreadyExistsException(path.toString());
        }
        Held held = new Held();
        files.put(path, held);
        return new Handle(held);
    }

    @Override
    public void createFolders(Path path) {}

    @Override
    public void forceFolder(Path path) {}

    @Override
    public synchronized List<String> list(Path folder) {
        return files.keySet().stream().filter(path -> folder.equals(path.getParent())).map(path -> path.getFileName().toString()).toList();
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        Held held = files.remove(from);
        if (held == null) {
            throw new NoSuchFileException(from.toString());
        }
        files.put(to, held);
    }

    @Override
    public synchronized void delete(Path path) {
        files.remove(path);
    }

    @Override
    public synchronized Optional<Facts> facts(Path path) {
        return Optional.ofNullable(files.get(path)).map(held -> new Facts(held.bytes.length, Instant.EPOCH));
    }

    @Override
    public long usable(Path folder) {
        return Long.MAX_VALUE;
    }

    @Override
    public Optional<Closeable> lock(Path file, String text) {
        return Optional.of(() -> {});
    }

    private final class Handle implements File {
        private final Held held;
        private boolean closed;

        Handle(Held held) {
            this.held = held;
        }

        private void checkOpen() throws IOException {
            if (closed) {
                throw new ClosedChannelException();
            }
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            synchronized (MemoryDisk.this) {
                checkOpen();
                int length = (int) Math.max(0, Math.min(into.remaining(), held.bytes.length - position));
                into.put(held.bytes, (int) Math.min(position, held.bytes.length), length);
                return length;
            }
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            synchronized (MemoryDisk.this) {
                checkOpen();
                int end = Math.toIntExact(position + from.remaining());
                if (end > held.bytes.length) {
                    held.bytes = Arrays.copyOf(held.bytes, end);
                }
                from.get(held.bytes, (int) position, from.remaining());
            }
        }

        @Override
        public void force(boolean length) throws IOException {
            checkOpen();
        }

        @Override
        public long size() throws IOException {
            synchronized (MemoryDisk.this) {
                checkOpen();
                return held.bytes.length;
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (MemoryDisk.this) {
                checkOpen();
                held.bytes = Arrays.copyOf(held.bytes, (int) Math.min(size, held.bytes.length));
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
