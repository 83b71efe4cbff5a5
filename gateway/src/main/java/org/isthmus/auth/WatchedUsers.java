// SPDX-License-Identifier: Apache-2.0
package org.isthmus.auth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Time;
import org.isthmus.platform.Watched;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A users file kept in memory, read again at once when it changes: who was removed is out.
final class WatchedUsers {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedUsers.class);
    private static final int LARGEST = 64 * 1024 * 1024;

    private final Path path;
    private final Watched<UsersFile> file;

    WatchedUsers(Path path, Disk disk, Time time) {
        this.path = path;
        this.file = new Watched<>(List.of(path), Watched.Haste.AT_ONCE, disk, time, new Content(path, disk));
    }

    Path path() {
        return path;
    }

    /// What it holds; null if it never could be read.
    @Nullable UsersFile content() {
        return file.content();
    }

    private record Content(Path path, Disk disk) implements Watched.Use<UsersFile> {
        @Override
        public UsersFile make(@Nullable UsersFile before) throws IOException {
            return UsersFile.parse(text(disk, path));
        }

        @Override
        public void taken(UsersFile content, boolean again) {
            content.problems().forEach(problem -> LOG.warn("{}: {}", path, problem));
        }

        @Override
        public void failed(String why, boolean again) {
            LOG.warn("{} cannot be read: {}; {}", path, why, again ? "its last content stays in use" : "nobody can log in");
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
