// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.isthmus.platform.Disk;

/// A disk of texts, for reading alone.
final class TextDisk implements Disk {
    private final Map<Path, byte[]> files = new TreeMap<>();

    TextDisk with(String path, String text) {
        return with(path, text.getBytes(UTF_8));
    }

    TextDisk with(String path, byte[] bytes) {
        files.put(Path.of(path), bytes);
        return this;
    }

    /// A file that may not be read.
    TextDisk withForbidden(String path) {
        files.put(Path.of(path), null);
        return this;
    }

    @Override
    public File open(Path path) throws IOException {
        if (!files.containsKey(path)) {
            throw new NoSuchFileException(path.toString());
        }
        byte[] bytes = files.get(path);
        if (bytes == null) {
            throw new AccessDeniedException(path.toString());
        }
        return new Text(bytes);
    }

    @Override
    public List<String> list(Path folder) {
        return files.keySet().stream().filter(path -> folder.equals(path.getParent())).map(path -> path.getFileName().toString()).sorted().toList();
    }

    @Override
    public Optional<Facts> facts(Path path) {
        throw new UnsupportedOperationException();
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
    public void rename(Path from, Path to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void delete(Path path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long usable(Path folder) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Closeable> lock(Path file, String text) {
        throw new UnsupportedOperationException();
    }

    private record Text(byte[] bytes) implements File {
        @Override
        public int read(ByteBuffer into, long position) {
            int count = Math.min(into.remaining(), bytes.length - (int) position);
            into.put(bytes, (int) position, count);
            return count;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public void write(ByteBuffer from, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void force(boolean length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
