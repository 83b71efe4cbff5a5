// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Time;

/// The files of an operator, in memory and only for reading, and the clock on his wall.
public final class OperatorFiles implements Disk, Time {
    private final Map<Path, byte[]> contents = new HashMap<>();
    private final Map<Path, Instant> changed = new HashMap<>();
    private final Set<Path> broken = new HashSet<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    int opened;
    int looked;

    public OperatorFiles write(String path, String content) {
        return write(path, content.getBytes(StandardCharsets.UTF_8));
    }

    public OperatorFiles write(String path, byte[] content) {
        contents.put(Path.of(path), content);
        changed.put(Path.of(path), now);
        return this;
    }

    void remove(String path) {
        contents.remove(Path.of(path));
    }

    void breakDisk(String path, boolean on) {
        if (on) {
            broken.add(Path.of(path));
        } else {
            broken.remove(Path.of(path));
        }
    }

    public void pass(Duration duration) {
        now = now.plus(duration);
    }

    @Override
    public File open(Path path) throws IOException {
        throw new IOException(path + " may only be read");
    }

    @Override
    public File openToRead(Path path) throws IOException {
        opened++;
        byte[] content = contents.get(path);
        if (content == null) {
            throw new NoSuchFileException(path.toString());
        }
        if (broken.contains(path)) {
            throw new IOException("Input/output error");
        }
        return new Readable(content);
    }

    @Override
    public Optional<Facts> facts(Path path) {
        looked++;
        return Optional.ofNullable(contents.get(path)).map(content -> new Facts(content.length, changed.getOrDefault(path, now)));
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public Duration elapsed() {
        return Duration.between(Instant.EPOCH, now);
    }

    @Override
    public void sleep(Duration duration) {
        pass(duration);
    }

    private record Readable(byte[] content) implements File {
        @Override
        public int read(ByteBuffer into, long position) {
            // Odd pieces, as a file system may give them.
            int length = (int) Math.min(Math.min(into.remaining(), 70_001), content.length - position);
            into.put(content, (int) position, length);
            return length;
        }

        @Override
        public void write(ByteBuffer from, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void force(boolean length) {}

        @Override
        public long size() {
            return content.length;
        }

        @Override
        public void truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    @Override
    public File create(Path path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void createFolders(Path path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void forceFolder(Path path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<String> list(Path folder) {
        return List.of();
    }

    @Override
    public void rename(Path from, Path to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void delete(Path path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long usable(Path folder) {
        return 0;
    }

    @Override
    public Optional<Closeable> lock(Path file, String text) {
        throw new UnsupportedOperationException();
    }
}
