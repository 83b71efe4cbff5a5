// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.platform.Disk;

/// The lock files that this process holds.
///
/// A lock of POSIX is lost as soon as its process closes *any* descriptor of the file. So a file that we hold is never opened a second time: asking
/// for its lock again is answered from here, and so is reading it.
final class HeldLocks {
    private static final Map<Path, String> HELD = new ConcurrentHashMap<>();

    private HeldLocks() {}

    /// Takes the lock and writes the text into its file.
    static Optional<Closeable> take(Path file, String text) throws IOException {
        Path key = key(file);
        if (HELD.putIfAbsent(key, text) != null) {
            return Optional.empty();
        }
        Optional<Closeable> held = Optional.empty();
        try {
            held = fromSystem(file, text).map(channel -> () -> {
                channel.close();
                HELD.remove(key);
            });
            return held;
        } finally {
            if (held.isEmpty()) {
                HELD.remove(key);
            }
        }
    }

    private static Optional<FileChannel> fromSystem(Path file, String text) throws IOException {
        FileChannel channel = LiveDisk.openLock(file);
        boolean taken = false;
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
                taken = true;
            }
        } finally {
            if (!taken) {
                channel.close();
            }
        }
        return taken ? Optional.of(channel) : Optional.empty();
    }

    /// The file as it is, if we hold it.
    static Optional<Disk.File> view(Path file) {
        return HELD.isEmpty() ? Optional.empty() : Optional.ofNullable(HELD.get(key(file))).map(Text::new);
    }

    private static Path key(Path file) {
        return file.toAbsolutePath().normalize();
    }

    /// A file that can only be read, and needs no descriptor.
    private static final class Text implements Disk.File {
        private final byte[] bytes;

        Text(String text) {
            bytes = text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public int read(ByteBuffer into, long position) {
            int count = Math.clamp(bytes.length - position, 0, into.remaining());
            if (count > 0) {
                into.put(bytes, (int) position, count);
            }
            return count;
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            throw new IOException("a lock that is held is not written to");
        }

        @Override
        public void force(boolean length) {}

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public void truncate(long size) throws IOException {
            throw new IOException("a lock that is held is not written to");
        }

        @Override
        public void close() {}
    }
}
