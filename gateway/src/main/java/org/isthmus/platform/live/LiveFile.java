// SPDX-License-Identifier: Apache-2.0
package org.isthmus.platform.live;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.isthmus.platform.Disk;
import org.jspecify.annotations.Nullable;

/// An open file over {@link FileChannel}, by position only.
///
/// A FileChannel is closed under everybody's hands when one thread that uses it is interrupted. Here an interrupt is set aside during a call; one that
/// comes in the middle of it makes us open the file again and repeat the call, which does no harm to reads and writes at a position.
/// {@link #force} is never repeated: the failure that the first one met would be reported to nobody.
final class LiveFile implements Disk.File {
    /// Linux is told of at most so much in one call: what is written at once into a file that grows it puts into pages of its own, as large as they come, and to make those
    /// ready costs up to nine times the processor of the same octets in small pieces.
    private static final int PIECE = 32 << 10;

    private final Path path;
    private final Set<StandardOpenOption> access;
    private final @Nullable Object identity;
    private final ReentrantLock reopening = new ReentrantLock();
    private volatile FileChannel channel;
    private volatile boolean closed;

    LiveFile(Path path, FileChannel channel, Set<StandardOpenOption> access) throws IOException {
        this.path = path;
        this.channel = channel;
        this.access = access;
        this.identity = identity(path);
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        int start = into.position();
        return undisturbed(file -> {
            into.position(start);
            while (into.hasRemaining()) {
                if (file.read(into, position + into.position() - start) < 0) {
                    break;
                }
            }
            return into.position() - start;
        });
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
        int start = from.position();
        undisturbed(file -> {
            int end = from.limit();
            for (int at = start; at < end; at = from.position()) {
                from.limit(Math.min(at + PIECE, end)).position(at);
                file.write(from, position + at - start);
            }
            from.limit(end);
            return 0;
        });
    }

    @Override
    public void force(boolean length) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            channel.force(length);
        } finally {
            restore(interrupted);
        }
    }

    @Override
    public long size() throws IOException {
        return undisturbed(FileChannel::size);
    }

    @Override
    public void truncate(long size) throws IOException {
        undisturbed(file -> file.truncate(size).size());
    }

    @Override
    public void close() throws IOException {
        closed = true;
        channel.close();
    }

    private interface Call<T> {
        T on(FileChannel file) throws IOException;
    }

    private <T> T undisturbed(Call<T> call) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                FileChannel file = channel;
                try {
                    return call.on(file);
                } catch (NonWritableChannelException e) {
                    throw new IOException(path + " may only be read", e);
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    if (closed) {
                        throw e;
                    }
                    reopen(file);
                }
            }
        } finally {
            restore(interrupted);
        }
    }

    private void reopen(FileChannel lost) throws IOException {
        reopening.lock();
        try {
            if (channel != lost) {
                return;
            }
            FileChannel again = FileChannel.open(path, access);
            if (!Objects.equals(identity, identity(path))) {
                again.close();
                throw new IOException(path + " is another file now; the open one was lost by an interrupt");
            }
            channel = again;
            if (closed) {
                again.close();
            }
        } finally {
            reopening.unlock();
        }
    }

    private static @Nullable Object identity(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    private static void restore(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
