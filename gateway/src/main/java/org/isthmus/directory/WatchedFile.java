// SPDX-License-Identifier: Apache-2.0
package org.isthmus.directory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Time;
import org.isthmus.platform.Watched;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A list kept in memory, read again when its file changes. One that has not one good line does not take the place of another.
final class WatchedFile<T extends Listed> {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedFile.class);

    private final Watched<T> file;

    WatchedFile(Path path, Disk disk, Time time, Reader<T> reader) {
        this(path, disk, time, reader, () -> {});
    }

    /// @param changed called when a changed content has come into use, by whoever read it
    WatchedFile(Path path, Disk disk, Time time, Reader<T> reader, Runnable changed) {
        this.file = new Watched<>(List.of(path), Watched.Haste.WHEN_CALM, disk, time, new ListOf<>(path, disk, reader, changed));
    }

    /// Makes the content of a file.
    interface Reader<T> {
        T read(Disk disk, Path path) throws IOException;
    }

    /// The content: the present one, or the last good one; null if there never was one, and then {@link #trouble} says why.
    @Nullable T content() {
        return file.content();
    }

    /// Why the file as it is now is not in use; null if it is.
    @Nullable String trouble() {
        return file.trouble();
    }

    private record ListOf<T extends Listed>(Path path, Disk disk, Reader<T> reader, Runnable changed) implements Watched.Use<T> {
        @Override
        public T make(@Nullable T before) throws IOException {
            T content = reader.read(disk, path);
            if (before != null && content.entries() == 0 && content.badCount() > 0) {
                throw new Watched.Useless("none of its lines is good, the first bad one is line " + content.bad().getFirst().number());
            }
            return content;
        }

        @Override
        public void taken(T content, boolean again) {
            if (again) {
                LOG.info("{}: read again because it changed, {} entries", path, content.entries());
            } else {
                LOG.debug("{}: {} entries", path, content.entries());
            }
            if (content.badCount() > 0) {
                BadLine first = content.bad().getFirst();
                LOG.warn("{}:{}: {}{}", path, first.number(), first.problem(), content.badCount() == 1 ? "" : " (and " + (content.badCount() - 1) + " more bad lines)");
            }
            if (again) {
                changed.run();
            }
        }

        @Override
        public void failed(String why, boolean again) {
            LOG.warn("{} cannot be used: {}; {}", path, why, again ? "its last good content stays in use" : "its addresses are answered with 451 until it can");
        }
    }
}
