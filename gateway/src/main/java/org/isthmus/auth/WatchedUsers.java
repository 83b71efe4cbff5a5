// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Time;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A users file kept in memory. At most once a second somebody who asks looks whether it has changed, and reads it again. While it cannot be read, the last content that could counts.
final class WatchedUsers {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedUsers.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final int LARGEST = 64 * 1024 * 1024;

    private final Path path;
    private final Disk disk;
    private final Time time;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile @Nullable UsersFile content;
    private volatile @Nullable Duration looked;
    private Disk.@Nullable Facts read;
    private @Nullable String trouble;

    WatchedUsers(Path path, Disk disk, Time time) {
        this.path = path;
        this.disk = disk;
        this.time = time;
    }

    Path path() {
        return path;
    }

    /// What it holds; null if it never could be read.
    @Nullable UsersFile content() {
        Duration last = looked;
        boolean due = last == null || time.elapsed().minus(last).compareTo(INTERVAL) >= 0;
        if (due && busy.compareAndSet(false, true)) {
            try {
                look();
                looked = time.elapsed();
            } finally {
                busy.set(false);
            }
        }
        return content;
    }

    private void look() {
        try {
            Optional<Disk.Facts> facts = disk.facts(path);
            if (facts.isPresent() && facts.get().equals(read)) {
                return;
            }
            UsersFile now = UsersFile.parse(text(disk, path));
            now.problems().forEach(problem -> LOG.warn("{}: {}", path, problem));
            content = now;
            // What changed while it was read, or in the moment before, may change once more within the clock's grain: then it is looked at again.
            boolean settled = facts.isPresent() && Duration.between(facts.get().changed(), time.now()).abs().compareTo(INTERVAL) >= 0;
            read = settled ? facts.get() : null;
            trouble = null;
        } catch (IOException e) {
            String why = e instanceof NoSuchFileException ? "it does not exist" : String.valueOf(e.getMessage());
            if (!why.equals(trouble)) {
                LOG.warn("{} cannot be read: {}; {}", path, why, content == null ? "nobody can log in" : "its last content stays in use");
            }
            trouble = why;
        }
    }

    /// Reads a users file.
    static String text(Disk disk, Path path) throws IOException {
        try (Disk.File file = disk.openToRead(path)) {
            if (file.size() > LARGEST) {
                throw new IOException("it has " + file.size() + " octets; a users file has at most " + LARGEST);
            }
            ByteBuffer octets = ByteBuffer.allocate((int) file.size());
            file.read(octets, 0);
            return new String(octets.array(), 0, octets.position(), StandardCharsets.UTF_8);
        }
    }
}
